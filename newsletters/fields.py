"""Model fields of this app."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models


class ChoiceListField(models.JSONField):
    """A list of values among fixed choices, ticked as boxes; stored as a JSON array of str."""

    def __init__(
        self, *args: Any, choice_list: Iterable[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        self.choice_list = list(choice_list)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.MultipleChoiceField:
        # Not `choices`: a migration for each new item kind would say nothing to the database.
        return forms.MultipleChoiceField(
            choices=self.choice_list,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=kwargs.get("initial"),
        )
