"""The filters of the public lists: plain GET forms that work without a script."""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.models import ModelChoiceIterator

from pages.models.taxonomy import Territory, Theme

if TYPE_CHECKING:
    from pages.models.experience import ExperienceQuerySet

KIND_RANK = {kind: rank for rank, kind in enumerate(Territory.Kind.values)}


def _reading_order(territory: Territory) -> tuple[int, str]:
    """Widest places first, then the alphabet of a French reader: « Étampes » follows « Ermont »."""
    return KIND_RANK[territory.kind], unicodedata.normalize("NFKD", territory.name).casefold()


class _ByKind(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield "", self.field.empty_label
        ranked = sorted(self.queryset, key=_reading_order)
        for kind, places in groupby(ranked, key=Territory.get_kind_display):
            yield kind, [self.choice(place) for place in places]


class TerritoryField(forms.ModelChoiceField):
    """A list of places, grouped by kind: the label need not repeat it."""

    iterator = _ByKind

    def label_from_instance(self, obj: Territory) -> str:
        return obj.name


class FilterForm(forms.Form):
    """Theme (by code), territory (with all it contains) and year.

    A value that no longer exists is an error shown next to its field; the others still apply.
    """

    theme = forms.ModelChoiceField(
        Theme.objects.all(),
        to_field_name="code",
        required=False,
        label="Thématique",
        empty_label="Toutes les thématiques",
        error_messages={"invalid_choice": "Cette thématique n'existe pas."},
    )
    territory = TerritoryField(
        Territory.objects.none(),
        required=False,
        label="Territoire",
        empty_label="Tous les territoires",
        error_messages={"invalid_choice": "Rien ne porte sur ce territoire."},
    )
    year = forms.ChoiceField(
        required=False,
        label="Année",
        error_messages={"invalid_choice": "Rien n'a paru cette année-là."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def offer_years(self, years: Iterable[int]) -> None:
        labels = [(str(year), str(year)) for year in years]
        self.fields["year"].choices = [("", "Toutes les années"), *labels]

    @property
    def is_active(self) -> bool:
        return any(self.chosen.values())

    @property
    def chosen(self) -> dict[str, Any]:
        """The valid values; a bad one does not hide the others."""
        self.is_valid()
        return self.cleaned_data


class ExperienceFilterForm(FilterForm):
    def __init__(self, *args: Any, sheets: "ExperienceQuerySet", **kwargs: Any) -> None:
        """`sheets`: everything the list may show; choices are limited to what it holds."""
        super().__init__(*args, **kwargs)
        self.sheets = sheets
        named = Territory.objects.filter(experiences__in=sheets).only("pk").distinct()
        self.fields["territory"].queryset = Territory.objects.around(named)
        years = sheets.exclude(year=None).order_by("-year").values_list("year", flat=True)
        self.offer_years(years.distinct())

    def narrowed(self) -> "ExperienceQuerySet":
        chosen, found = self.chosen, self.sheets
        if chosen.get("theme"):
            found = found.about(chosen["theme"])
        if chosen.get("territory"):
            found = found.located_in(chosen["territory"])
        if chosen.get("year"):
            found = found.filter(year=chosen["year"])
        return found
