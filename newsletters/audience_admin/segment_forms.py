"""A segment as a form: one field per criterion of `rules`, nothing asked when left empty."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django import forms

from newsletters.audience_admin.day_input import DayInput
from newsletters.models import Periodical, Segment
from newsletters.models.rules import ALL, ANY, CRITERIA, LABELS, asked
from pages.models import ActorType, Territory, Theme


def places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Territories under the name of their level, from the widest to the nearest."""
    order = {kind: rank for rank, kind in enumerate(Territory.Kind.values)}
    rows = sorted(
        Territory.objects.values_list("pk", "name", "kind"), key=lambda r: (order[r[2]], r[1])
    )
    return [
        (str(Territory.Kind(kind).label), [(str(pk), name) for pk, name, _kind in group])
        for kind, group in groupby(rows, key=lambda row: row[2])
    ]


class RulesForm(forms.Form):
    """`rules` once valid: the JSON that `newsletters.models.rules` understands."""

    match = forms.ChoiceField(
        label="Les personnes remplissent",
        choices=[(ALL, "toutes ces conditions"), (ANY, "au moins une de ces conditions")],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    periodicals = forms.TypedMultipleChoiceField(
        label=LABELS["periodicals"], required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    actor_types = forms.MultipleChoiceField(
        label=LABELS["actor_types"],
        required=False,
        choices=ActorType.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    territories = forms.TypedMultipleChoiceField(
        label=LABELS["territories"],
        required=False,
        coerce=int,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text="Un département comprend ses communes et leurs quartiers. Ctrl ou ⌘ + clic pour "
        "en choisir plusieurs.",
    )
    themes = forms.TypedMultipleChoiceField(
        label=LABELS["themes"], required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    member = forms.TypedChoiceField(
        label=LABELS["member"],
        required=False,
        choices=[("", "peu importe"), ("oui", "adhérent·es"), ("non", "non adhérent·es")],
        coerce=lambda value: value == "oui",
        empty_value=None,
    )
    joined_from = forms.DateField(label=LABELS["joined_from"], required=False, widget=DayInput)
    joined_until = forms.DateField(label=LABELS["joined_until"], required=False, widget=DayInput)
    organisation = forms.CharField(label=LABELS["organisation"], required=False, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, Any] = {
            "periodicals": [(pk, title) for pk, title in _named(Periodical, "title")],
            "territories": places(),
            "themes": [(pk, name) for pk, name in _named(Theme, "name")],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("joined_from"), data.get("joined_until")
        if first and last and first > last:
            self.add_error("joined_until", "Cette date précède la première.")
        return data

    @property
    def rules(self) -> dict[str, Any]:
        given = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in ((name, self.cleaned_data.get(name)) for name in CRITERIA)
        }
        found = dict(asked(given))
        return {"match": self.cleaned_data["match"], **found} if found else {}


def _named(model: Any, name: str) -> Iterator[tuple[int, str]]:
    yield from model.objects.values_list("pk", name)


class SegmentForm(RulesForm, forms.ModelForm):  # type: ignore[misc]
    """Keeps the rules under a name."""

    class Meta:
        model = Segment
        fields = ("name",)

    field_order = ("name", "match")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        segment = kwargs.get("instance")
        rules = dict(segment.rules) if segment else {}
        if "member" in rules:
            rules["member"] = "oui" if rules["member"] else "non"
        kwargs["initial"] = {**rules, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def save(self, commit: bool = True) -> Segment:
        self.instance.rules = self.rules
        return super().save(commit)
