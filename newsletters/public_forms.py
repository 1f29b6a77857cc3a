"""What a reader fills in: joining, asking for one's link, choosing. Plain HTML, no script."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from newsletters.consent import Demand, Notice
from newsletters.models import Periodical, Subscriber, Subscription
from pages.forms import TerritoryField
from pages.models import ActorType, Territory, Theme

# Nobody reads the notice and types an address in less; after a day the notice may have changed.
FASTEST: Final = 2.0
SLOWEST: Final = 24 * 3600
_SALT: Final = "newsletters.joining-form"

_EMAIL_ERRORS: Final = {
    "required": "Indiquez votre adresse de courriel.",
    "invalid": "Cette adresse n’est pas complète. Exemple : prenom.nom@example.org",
}


def seal(notice: Notice, path: str) -> str:
    """Where and under which notice a form was shown, and when: signed, so that it is a proof."""
    return signing.TimestampSigner(salt=_SALT).sign_object([notice.version, path])


class SealedError(ValueError):
    """The seal was forged, is too fresh or too old, or the notice has changed since."""


def unseal(sealed: str, notice: Notice) -> str:
    """The path of the page that showed the form. Raises SealedError."""
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        version, path = signer.unsign_object(sealed, max_age=SLOWEST)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise SealedError from error
    if version != notice.version or _is_fresh(signer, sealed):
        raise SealedError
    return str(path)


def _is_fresh(signer: signing.TimestampSigner, sealed: str) -> bool:
    try:
        signer.unsign(sealed, max_age=FASTEST)
    except signing.SignatureExpired:
        return False
    return True


class PlainForm(forms.Form):
    """Errors in French, told to assistive technologies; the first of them is in the summary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


def _email(help_text: str = "") -> forms.EmailField:
    return forms.EmailField(
        label="Adresse de courriel",
        max_length=254,
        help_text=help_text,
        error_messages=_EMAIL_ERRORS | {"max_length": _EMAIL_ERRORS["invalid"]},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def _letters(required: bool) -> forms.ModelMultipleChoiceField:
    return forms.ModelMultipleChoiceField(
        Periodical.objects.none(),
        required=required,
        label="Lettres",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choisissez au moins une lettre.",
            "invalid_choice": "Cette lettre n’existe plus.",
            "invalid_pk_value": "Cette lettre n’existe plus.",
        },
    )


def _text(name: str, label: str, autocomplete: str = "off") -> forms.CharField:
    longest = Subscriber._meta.get_field(name).max_length
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        error_messages={"max_length": f"{longest} caractères au plus."},
    )


class DetailsForm(PlainForm):
    """Who the reader is; every field may stay empty."""

    first_name = _text("first_name", "Prénom", "given-name")
    last_name = _text("last_name", "Nom", "family-name")
    organisation = _text("organisation", "Organisme", "organization")
    job_title = _text("job_title", "Fonction", "organization-title")
    actor_type = forms.ChoiceField(
        label="Vous êtes",
        required=False,
        choices=[("", "Non précisé"), *ActorType.choices],
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )


class InterestsForm(PlainForm):
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(),
        required=False,
        label="Thématiques qui vous intéressent",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Cette thématique n’existe plus.",
            "invalid_pk_value": "Cette thématique n’existe plus.",
        },
    )
    territory = TerritoryField(
        Territory.objects.filter(replaced_by=None),
        required=False,
        label="Territoire",
        empty_label="Non précisé",
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )


class QuickJoinForm(PlainForm):
    """An address and the letters: what any page can show. The rest is asked later, or never."""

    email = _email()
    letters = _letters(required=True)
    # Left empty by people, who do not see it; filled in by robots.
    website = forms.CharField(
        label="Laissez ce champ vide",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    sealed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, open_letters: Sequence[Periodical], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["letters"]
        field.queryset = Periodical.objects.open()
        field.choices = [(letter.pk, letter.title) for letter in open_letters]
        # With one letter there is no choice to make: sending the form is the request itself.
        self.only_letter = open_letters[0] if len(open_letters) == 1 else None
        if self.only_letter:
            field.widget = forms.MultipleHiddenInput()
            field.initial = [self.only_letter.pk]

    def demand(self, *, form_url: str, notice: Notice) -> Demand:
        values = self.cleaned_data
        place, themes = values.get("territory"), values.get("themes") or ()
        return Demand(
            email=values["email"],
            letters=tuple(letter.pk for letter in values["letters"]),
            territories=(place.pk,) if place else (),
            themes=tuple(theme.pk for theme in themes),
            form_url=form_url,
            notice_text=notice.text,
            notice_version=notice.version,
            **{name: values.get(name, "") for name in DetailsForm.base_fields},
        )


class JoinForm(QuickJoinForm, DetailsForm, InterestsForm):
    field_order = ["email", "letters", *DetailsForm.base_fields, "territory", "themes"]


class LinkForm(PlainForm):
    email = _email("L’adresse où vous recevez nos lettres.")
    website = QuickJoinForm.base_fields["website"]


class ChoicesForm(InterestsForm):
    """Letters and interests of somebody known; places kept are ticked, one more may be added."""

    letters = _letters(required=False)
    places = forms.ModelMultipleChoiceField(
        Territory.objects.none(),
        required=False,
        label="Vos territoires",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )
    field_order = ["letters", "themes", "places", "territory"]

    def __init__(self, *args: Any, person: Subscriber, **kwargs: Any) -> None:
        # Those that wait for a confirmation stay ticked: saving must not withdraw the demand.
        held = person.subscriptions.exclude(state=Subscription.State.LEFT)
        mine = set(held.values_list("periodical", flat=True))
        kwargs["initial"] = {
            "letters": list(mine),
            "themes": list(person.themes.all()),
            "places": list(person.territories.all()),
        }
        super().__init__(*args, **kwargs)
        self.held = mine
        self.fields["letters"].queryset = _offered(mine)
        pending = held.filter(state=Subscription.State.PENDING)
        waiting = set(pending.values_list("periodical", flat=True))
        self.fields["letters"].label_from_instance = lambda letter: _offer(letter, waiting)
        self.fields["places"].queryset = person.territories.all()
        if not kwargs["initial"]["places"]:
            del self.fields["places"]
        else:
            self.fields["territory"].label = "Ajouter un territoire"

    def adds_letters(self) -> bool:
        return any(letter.pk not in self.held for letter in self.cleaned_data["letters"])

    def chosen_places(self) -> list[Territory]:
        places = list(self.cleaned_data.get("places") or ())
        added = self.cleaned_data["territory"]
        return [*places, *([added] if added and added not in places else [])]


def _offer(letter: Periodical, waiting: set[int]) -> str:
    if letter.pk not in waiting:
        return letter.title
    return f"{letter.title} (en attente de votre confirmation, par le courriel reçu)"


def _offered(mine: set[int]) -> Any:
    """The open series, and the closed ones a person still receives: they can be left."""
    opened = set(Periodical.objects.open().values_list("pk", flat=True))
    return Periodical.objects.filter(pk__in=opened | mine)


class MoveForm(PlainForm):
    email = _email("Un lien de confirmation y sera envoyé : rien ne change avant.")

    def __init__(self, *args: Any, person: Subscriber, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["email"].label = "Nouvelle adresse"

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.strip().lower() == self.person.email_key:
            raise ValidationError("C’est déjà votre adresse.")
        return email


class ReasonForm(PlainForm):
    # Not marked as required: nobody has to answer, only an empty answer says nothing.
    reason = forms.ChoiceField(
        label="Pourquoi partez-vous ?",
        required=False,
        choices=Subscription.LeftReason.choices,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )

    def clean_reason(self) -> str:
        if not self.cleaned_data["reason"]:
            raise ValidationError("Choisissez une raison, ou fermez simplement cette page.")
        return str(self.cleaned_data["reason"])
