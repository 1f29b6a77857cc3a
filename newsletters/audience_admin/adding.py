"""« Ajouter une personne »: one address by hand, with the ground on which it may be written to."""

from datetime import datetime, time
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from newsletters.audience_admin.import_forms import DeclarationForm
from newsletters.audience_admin.journal import note
from newsletters.audience_admin.screens import AudienceScreen
from newsletters.audience_admin.segment_forms import places
from newsletters.consent import NotEnrolled, enrol_by_hand
from newsletters.models import Subscriber
from newsletters.permissions import ADD, SEE_ADDRESSES
from pages.models import ActorType, Territory, Theme

_PLAIN: Final = ("first_name", "last_name", "organisation", "job_title")


def _plain(name: str) -> forms.CharField:
    field = Subscriber._meta.get_field(name)
    label = str(field.verbose_name).capitalize()
    return forms.CharField(label=label, max_length=field.max_length, required=False)


class PersonForm(DeclarationForm):
    """The declaration of an import, for one person typed by hand."""

    file = None  # type: ignore[assignment]
    email = forms.EmailField(label="Courriel", max_length=254)
    first_name, last_name = _plain("first_name"), _plain("last_name")
    organisation, job_title = _plain("organisation"), _plain("job_title")
    actor_type = forms.ChoiceField(
        label="Type d'acteur", required=False, choices=[("", "–"), *ActorType.choices]
    )
    is_member = forms.BooleanField(label="Adhérent·e", required=False)
    territories = forms.ModelMultipleChoiceField(
        label="Territoires",
        queryset=Territory.objects.all(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    themes = forms.ModelMultipleChoiceField(
        label="Thématiques",
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = (
        "email", *_PLAIN, "actor_type", "is_member", "territories", "themes", "periodicals",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].label = "Provenance de l'adresse"
        self.fields["source"].help_text = "Par exemple : « Bulletin d'adhésion 2026 »."
        self.fields["territories"].widget.choices = places()

    @property
    def enrolment(self) -> dict[str, Any]:
        """The arguments of `consent.enrol_by_hand`, once valid."""
        data = self.cleaned_data
        told = data["notified_on"]
        noon = datetime.combine(told, time(12)) if told else None
        return {
            "email": data["email"],
            "values": {name: data[name] for name in (*_PLAIN, "actor_type", "is_member")},
            "letters": data["periodicals"],
            "territories": data["territories"],
            "themes": data["themes"],
            "basis": data["basis"],
            "source": data["source"],
            "notified_at": timezone.make_aware(noon) if noon else None,
            "notice_text": data["notice_text"],
        }


class SubscriberAdd(AudienceScreen):
    page_title = "Ajouter une personne"
    template_name = "newsletters/audience/person_add.html"
    rights = (SEE_ADDRESSES, ADD)
    trail: ClassVar = (("abonnes:index", "Abonné·es"),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"form": PersonForm()} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PersonForm(request.POST)
        if form.is_valid():
            try:
                person = enrol_by_hand(**form.enrolment)
            except NotEnrolled as error:
                form.add_error("email", str(error))
            else:
                note(request.user, "added", what="À la main", count=1, person=person.pk)
                messages.success(request, "La personne est inscrite.")
                return redirect("abonnes:inspect", person.pk)
        return self.render_to_response(self.get_context_data(form=form))
