"""What an import declares of its addresses, and which column is which."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from newsletters.audience_admin.day_input import DayInput
from newsletters.audience_files import Column
from newsletters.models import Periodical, Subscription


class DeclarationForm(forms.Form):
    """Where the addresses come from and on what legal ground they may be written to."""

    file = forms.FileField(
        label="Fichier",
        help_text="CSV (point-virgule, virgule ou tabulation ; UTF-8 ou Windows-1252) ou .xlsx, "
        "64 Mo au plus. Première ligne : les titres des colonnes.",
    )
    periodicals = forms.ModelMultipleChoiceField(
        label="Lettres",
        queryset=Periodical.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    source = forms.CharField(
        label="Provenance des adresses",
        max_length=120,
        help_text="Par exemple : « Émargement du forum du 12 mars ».",
    )
    basis = forms.ChoiceField(
        label="Base légale",
        choices=Subscription.Basis.choices,
        widget=forms.RadioSelect,
        help_text="L'intérêt légitime demande d'avoir informé les personnes (RGPD, art. 14).",
    )
    notified_on = forms.DateField(label="Personnes informées le", required=False, widget=DayInput)
    notice_text = forms.CharField(
        label="Texte présenté aux personnes",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Gardé mot pour mot avec la preuve de chaque inscription.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        told = data.get("notified_on")
        if data.get("basis") == Subscription.Basis.INTEREST and not told:
            self.add_error("notified_on", "Indiquez quand les personnes ont été informées.")
        if told and told > timezone.localdate():
            self.add_error("notified_on", "Cette date est à venir.")
        return data


class ColumnsForm(forms.Form):
    """One list per kind of information, of the file's own headings."""

    def __init__(self, *args: Any, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [
            (str(index), heading.strip()[:80] or f"Colonne {index + 1} (sans titre)")
            for index, heading in enumerate(headings)
        ]
        for column in Column:
            required = column == Column.EMAIL
            self.fields[column.value] = forms.ChoiceField(
                label=column.label,
                required=required,
                choices=names if required else [("", "– aucune –"), *names],
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        used: dict[str, str] = {}
        for name, index in list(data.items()):
            if index and (first := used.setdefault(index, name)) != name:
                self.add_error(name, f"Colonne déjà prise pour « {Column(first).label} ».")
        return data

    @property
    def mapping(self) -> dict[str, int]:
        """Values of Column → index of the cell, once valid."""
        return {name: int(index) for name, index in self.cleaned_data.items() if index}
