"""The filter form of the catalogues: theme, kind, territory and year, by GET."""

from typing import TYPE_CHECKING, Any

from django import forms

from pages.forms import FilterForm
from pages.models.taxonomy import Territory

if TYPE_CHECKING:
    from pages.models.listing import CatalogueQuerySet


class CatalogueFilterForm(FilterForm):
    """Choices are limited to what the entries hold."""

    field_order = ["kind", "theme", "territory", "year"]

    kind = forms.ChoiceField(
        required=False,
        label="Nature",
        error_messages={"invalid_choice": "Rien de cette nature ici."},
    )

    def __init__(
        self, *args: Any, entries: "CatalogueQuerySet", filters: tuple[str, ...], **kwargs: Any
    ) -> None:
        """`entries`: everything the list may show; `filters`: the optional fields to keep."""
        super().__init__(*args, **kwargs)
        self.entries = entries
        for name in {"kind", "territory", "year"} - set(filters):
            del self.fields[name]
        for name in filters:
            getattr(self, f"_offer_{name}")()

    def _offer_kind(self) -> None:
        labels = dict(self.entries.model._meta.get_field("kind").choices)
        used = [(kind, labels.get(kind, kind)) for kind in self.entries.kinds()]
        self.fields["kind"].choices = [
            ("", "Toutes les natures"),
            *sorted(used, key=lambda choice: choice[1]),
        ]

    def _offer_territory(self) -> None:
        through = self.entries.model.territories.rel.through
        source = self.entries.model._meta.get_field("territories").m2m_field_name()
        named = through.objects.filter(**{f"{source}__in": self.entries.order_by()})
        places = Territory.objects.filter(pk__in=named.values("territory_id")).only("pk")
        self.fields["territory"].queryset = Territory.objects.around(places)

    def _offer_year(self) -> None:
        self.offer_years(self.entries.years())

    @property
    def chosen_labels(self) -> list[str]:
        """« thématique « Santé » », for the sentence above the results."""
        chosen = self.chosen
        labels = []
        if chosen.get("kind"):
            labels.append(f"nature « {dict(self.fields['kind'].choices)[chosen['kind']]} »")
        if chosen.get("theme"):
            labels.append(f"thématique « {chosen['theme'].name} »")
        if chosen.get("territory"):
            labels.append(f"territoire « {chosen['territory'].name} »")
        if chosen.get("year"):
            labels.append(f"année {chosen['year']}")
        return labels

    def narrowed(self) -> "CatalogueQuerySet":
        chosen, found = self.chosen, self.entries
        if chosen.get("kind"):
            found = found.of_kind(chosen["kind"])
        if chosen.get("theme"):
            found = found.about(chosen["theme"])
        if chosen.get("territory"):
            found = found.located_in(chosen["territory"])
        if chosen.get("year"):
            found = found.of_year(int(chosen["year"]))
        return found
