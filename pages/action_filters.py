"""The filters of the actions."""

from typing import TYPE_CHECKING, Any

from django import forms

from pages.filters import CatalogueFilterForm
from pages.models.formats import ActionFormat

if TYPE_CHECKING:
    from pages.models.action import ActionQuerySet


class ActionFilterForm(CatalogueFilterForm):
    """As every catalogue, with the format."""

    format = forms.ModelChoiceField(
        ActionFormat.objects.none(),
        required=False,
        label="Format",
        empty_label="Tous les formats",
        error_messages={"invalid_choice": "Aucune action n'a ce format."},
    )
    field_order = ["theme", "territory", "format", "year"]

    def __init__(self, *args: Any, entries: "ActionQuerySet", **kwargs: Any) -> None:
        super().__init__(*args, entries=entries, **kwargs)
        used = ActionFormat.objects.filter(actions__in=entries.order_by())
        self.fields["format"].queryset = used.distinct()

    @property
    def chosen_labels(self) -> list[str]:
        chosen, labels = self.chosen, super().chosen_labels
        return [*labels, f"format « {chosen['format'].name} »"] if chosen.get("format") else labels

    def narrowed(self) -> "ActionQuerySet":
        chosen, found = self.chosen, super().narrowed()
        return found.in_format(chosen["format"]) if chosen.get("format") else found
