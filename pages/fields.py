"""Model fields of the public pages."""

from typing import Any

from django import forms
from django.db import models

from pages.models.taxonomy import ActorType


class ActorTypesField(models.JSONField):
    """Several `ActorType`, ticked as boxes; stored as a JSON array of str.

    Not a relation: the list is fixed, and a draft keeps it in its revision like any text.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs = {"default": list, "blank": True} | kwargs
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.MultipleChoiceField:
        return forms.MultipleChoiceField(
            choices=ActorType.choices,
            widget=forms.CheckboxSelectMultiple,
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=kwargs.get("initial"),
        )
