"""A model field for several values of a fixed list."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models


class TickedListField(models.JSONField):
    """Values among fixed choices, ticked as boxes; stored as a JSON array of str.

    Not a relation: the list is fixed, and a draft keeps it in its revision like any text. Not
    `choices`: a migration for each new value would say nothing to the database.
    """

    def __init__(
        self, *args: Any, choice_list: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        self.choice_list = list(choice_list)
        super().__init__(*args, **({"default": list} | kwargs))

    def formfield(self, **kwargs: Any) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            choices=self.choice_list,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=kwargs.get("initial"),
        )
