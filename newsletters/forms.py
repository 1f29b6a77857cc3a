"""Forms of the sending screens."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from wagtail.admin.widgets import AdminDateTimeInput

from newsletters.models import Segment

MAX_TEST_ADDRESSES = 5


class TestSendForm(forms.Form):
    addresses = forms.CharField(
        label="Envoyer un test à",
        max_length=600,
        help_text="Cinq adresses au plus, séparées par des virgules. L'objet porte « [TEST] ».",
    )

    def clean_addresses(self) -> list[str]:
        addresses = [a.strip() for a in self.cleaned_data["addresses"].split(",") if a.strip()]
        if len(addresses) > MAX_TEST_ADDRESSES:
            raise ValidationError(f"{MAX_TEST_ADDRESSES} adresses au plus.")
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(f"« {address} » n'est pas une adresse valide.") from error
        return addresses


class ScheduleForm(forms.Form):
    """An empty date means now; a past one is a slip, not a wish."""

    at = forms.DateTimeField(
        label="Partir le",
        required=False,
        widget=AdminDateTimeInput(),
        help_text="Laissez vide pour envoyer tout de suite.",
    )

    stop_after = forms.DateTimeField(
        label="Ne plus envoyer après",
        required=False,
        widget=AdminDateTimeInput(),
        help_text="Passé ce moment, ce qui reste attend une décision. Vide : sans limite.",
    )

    def clean_at(self) -> datetime | None:
        at = self.cleaned_data["at"]
        if at and at < timezone.now():
            raise ValidationError("Cette date est passée.")
        return at


class ErratumForm(forms.Form):
    correction = forms.CharField(
        label="Ce qui est corrigé",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Une phrase, placée en tête du rectificatif.",
    )


class ReadersForm(forms.Form):
    """Everybody, or a segment; what is chosen is frozen with the mailing."""

    segment = forms.ModelChoiceField(
        label="Destinataires",
        queryset=Segment.objects.all(),
        required=False,
        empty_label="Toutes les personnes abonnées",
        help_text="Les règles du segment sont figées à la préparation.",
    )

    @property
    def chosen(self) -> Segment | None:
        """The segment asked for; None is everybody. Only of a valid form."""
        return self.cleaned_data["segment"]
