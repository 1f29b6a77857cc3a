"""Rules that hold for what readers see, and never stop a draft from being saved."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from pages.editing import EditorialPageForm


class PublishingForm(EditorialPageForm):
    """Tells the page whether the editor saves a draft or publishes."""

    def _post_clean(self) -> None:
        # A page already live is also saved as a draft: `live` alone would refuse the draft.
        self.instance.is_being_published = not self.is_deferred_validation
        super()._post_clean()


class PublishingRules(models.Model):
    """Calls `publishing_problems` when the page is, or is about to be, in front of readers."""

    base_form_class = PublishingForm

    class Meta:
        abstract = True

    def publishing_problems(self) -> dict[str, str]:
        """Field name → French message; empty when the page may be read."""
        return {}

    def clean(self, *args: Any, **kwargs: Any) -> None:
        super().clean()
        if getattr(self, "is_being_published", self.live):
            problems = self.publishing_problems()
            if problems:
                raise ValidationError(problems)
