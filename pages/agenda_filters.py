"""The filters of the agenda: what, where, for whom, when."""

from typing import TYPE_CHECKING, Any

from django import forms

from pages.filters import CatalogueFilterForm
from pages.models.formats import ActionFormat
from pages.models.taxonomy import ActorType

if TYPE_CHECKING:
    from pages.querysets import EventQuerySet


class AgendaFilterForm(CatalogueFilterForm):
    """As every catalogue, with the format, the audience, and « à venir » unless said otherwise."""

    UPCOMING, PAST, ALL = "", "past", "all"

    when = forms.ChoiceField(
        required=False,
        label="Période",
        choices=[(UPCOMING, "À venir"), (PAST, "Passées"), (ALL, "Toutes les dates")],
        error_messages={"invalid_choice": "Cette période n'existe pas."},
    )
    audience = forms.ChoiceField(
        required=False,
        label="Public",
        error_messages={"invalid_choice": "Rien ne s'adresse à ce public."},
    )
    format = forms.ModelChoiceField(
        ActionFormat.objects.none(),
        required=False,
        label="Format",
        empty_label="Tous les formats",
        error_messages={"invalid_choice": "Aucune rencontre n'a ce format."},
    )
    field_order = ["when", "theme", "territory", "audience", "format", "year"]

    def __init__(self, *args: Any, entries: "EventQuerySet", **kwargs: Any) -> None:
        super().__init__(*args, entries=entries, filters=("territory", "year"), **kwargs)
        self.fields["territory"].error_messages["invalid_choice"] = (
            "Aucune rencontre ne porte sur ce territoire."
        )
        self.fields["year"].error_messages["invalid_choice"] = "Aucune rencontre cette année-là."
        self.fields["format"].queryset = ActionFormat.objects.filter(
            events__in=entries.order_by()
        ).distinct()
        used = {actor for row in entries.values_list("actor_types", flat=True) for actor in row}
        self.fields["audience"].choices = [
            ("", "Tous les publics"),
            *(choice for choice in ActorType.choices if choice[0] in used),
        ]

    @property
    def period(self) -> str:
        """UPCOMING, PAST or ALL; a year alone means the whole of it."""
        if "when" not in self.data and self.chosen.get("year"):
            return self.ALL
        return self.chosen.get("when", self.UPCOMING)

    @property
    def chosen_labels(self) -> list[str]:
        chosen, labels = self.chosen, super().chosen_labels
        if chosen.get("audience"):
            labels.append(f"public « {ActorType(chosen['audience']).label} »")
        if chosen.get("format"):
            labels.append(f"format « {chosen['format'].name} »")
        return labels

    def narrowed(self) -> "EventQuerySet":
        """Whatever their dates; see `ordered`."""
        chosen, found = self.chosen, super().narrowed()
        if chosen.get("audience"):
            found = found.meant_for(chosen["audience"])
        if chosen.get("format"):
            found = found.in_format(chosen["format"])
        return found

    def ordered(self) -> "EventQuerySet":
        """Those of the period: the next ones first, or the last ones."""
        found = self.narrowed()
        if self.period == self.UPCOMING:
            return found.to_come().soonest_first()
        return (found.over() if self.period == self.PAST else found).newest_first()
