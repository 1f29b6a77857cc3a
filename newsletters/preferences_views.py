"""One's own choices and data.

Two links lead here. That of a letter serves for ever but may have been forwarded: it opens choices
only. That of « Recevoir mon lien » has just been sent to the mailbox: for a day, it opens the data.
"""

import re
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from newsletters import attempts, consent
from newsletters.models import Errand, Subscriber, Subscription, normalise
from newsletters.public_forms import ChoicesForm, DetailsForm, LinkForm, MoveForm
from newsletters.public_pages import by_link, notice_for, open_to_anybody, page
from newsletters.tokens import Purpose, read_dated_token, read_preferences_token

_TOO_MANY: Final = (
    "Plusieurs courriels viennent déjà d’être demandés. Regardez votre messagerie, ou réessayez "
    "plus tard."
)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}[+-][\d:]{5}")


@open_to_anybody
def ask_link(request: HttpRequest) -> HttpResponse:
    """« Recevoir mon lien »: the same answer whoever the address belongs to."""
    form = LinkForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "link", {"form": form})
    if not form.cleaned_data["website"]:
        if not attempts.network_may(request):
            form.add_error(None, "Trop de demandes depuis votre réseau. Réessayez dans une heure.")
            return page(request, "link", {"form": form}, status=429)
        leave_link_demand(form.cleaned_data["email"])
    return redirect("newsletters:link_done")


def leave_link_demand(email: str) -> None:
    key = normalise(email)
    if attempts.mailbox_may(key):
        Errand.objects.create(kind=Errand.Kind.LINK, details={"email_key": key})


@open_to_anybody
def link_done(request: HttpRequest) -> HttpResponse:
    return page(request, "link_done")


@by_link
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """By the link at the foot of a letter. Shows no personal data, and adds no letter unasked."""
    pk = read_preferences_token(token)
    subscription = Subscription.objects.select_related("subscriber").filter(pk=pk).first()
    if subscription is None:
        return page(request, "nobody")
    person = subscription.subscriber
    if request.POST.get("what") == "link":
        if attempts.mailbox_may(person.email_key):
            consent.ask_access(person=person)
        return redirect("newsletters:link_done")
    form, said = _choices(request, person, proved=False)
    return page(request, "preferences", {"form": form, "said": said, "notice": notice_for(request)})


@by_link
def own_data(request: HttpRequest, token: str) -> HttpResponse:
    """By the link just mailed: choices, details, change of address, copy and erasure."""
    person = _bearer(token)
    what = request.POST.get("what", "")
    form, said = _choices(request, person, proved=True)
    details = DetailsForm(request.POST if what == "details" else None, initial=_details(person))
    if what == "details" and details.is_valid():
        consent.describe(subscriber=person, values=details.cleaned_data)
        said = "Vos informations sont enregistrées."
    moving = MoveForm(request.POST if what == "move" else None, person=person, prefix="move")
    if what == "move" and _asks_to_move(moving):
        moving = MoveForm(person=person, prefix="move")
        said = (
            "Un courriel vient d’être demandé pour la nouvelle adresse : ouvrez son lien pour "
            "que le changement soit fait."
        )
    faulty = next((one for one in (form, details, moving) if one.errors), None)
    context = {
        "form": form, "details": details, "moving": moving, "said": said, "person": person,
        "token": token, "faulty": faulty, "notice": notice_for(request),
    }  # fmt: skip
    return page(request, "own_data", context)


def _bearer(token: str) -> Subscriber:
    return consent.bearer(access=read_dated_token(Purpose.ACCESS, token))


def _asks_to_move(form: MoveForm) -> bool:
    """Have the new address asked. It may be anybody's: this must not write to many, nor often."""
    if not form.is_valid():
        return False
    email, person = form.cleaned_data["email"], form.person
    if not attempts.mailbox_may(f"moves of {person.pk}"):
        form.add_error("email", _TOO_MANY)
        return False
    if attempts.mailbox_may(normalise(email)):
        consent.ask_move(subscriber=person, email=email)
    return True


def _details(person: Subscriber) -> dict[str, str]:
    return {name: getattr(person, name) for name in DetailsForm.base_fields}


def _choices(request: HttpRequest, person: Subscriber, *, proved: bool) -> tuple[ChoicesForm, str]:
    """The form of letters and interests, saved when it was sent, and what to say of it."""
    if request.POST.get("what") != "choices":
        return ChoicesForm(person=person), ""
    form = ChoicesForm(request.POST, person=person)
    if not form.is_valid():
        return form, ""
    if not proved and form.adds_letters() and not attempts.mailbox_may(person.email_key):
        form.add_error("letters", _TOO_MANY)
        return form, ""
    waits = consent.choose(
        subscriber=person,
        letters=form.cleaned_data["letters"],
        themes=form.cleaned_data["themes"],
        territories=form.chosen_places(),
        notice=notice_for(request),
        proved=proved,
    )
    said = "Vos choix sont enregistrés."
    if waits:
        said += (
            " La lettre ajoutée ne partira qu’une fois confirmée, par le lien du courriel que vous "
            "allez recevoir."
        )
    return ChoicesForm(person=Subscriber.objects.get(pk=person.pk)), said


@by_link
def export(request: HttpRequest, token: str) -> HttpResponse:
    """« Exporter mes données », to read; `?format=json` to take away (RGPD art. 15 and 20)."""
    person = _bearer(token)
    data = consent.personal_data(person)
    if request.GET.get("format") == "json":
        response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
        return response
    details = data["coordonnées"]
    shown: dict[str, Any] = {
        "token": token,
        "details": [(name, _shown(value)) for name, value in details.items()],
        "tables": [
            (name, list(rows[0]) if rows else [], [map(_shown, row.values()) for row in rows])
            for name, rows in data.items()
            if rows is not details
        ],
    }
    return page(request, "export", shown)


def _shown(value: object) -> str:
    """A value of the export as people read it; its moments are local, in ISO 8601."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(value)
    text = str(value)
    return f"{datetime.fromisoformat(text):%d/%m/%Y à %H:%M}" if _MOMENT.fullmatch(text) else text


@by_link
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """« Supprimer toutes mes données »: a page that says what it means, then a button."""
    person = _bearer(token)
    if request.method != "POST":
        return page(request, "erase", {"token": token})
    consent.erase(subscriber=person, origin="Effacement demandé par la personne")
    return page(request, "erased")


@by_link
def move(request: HttpRequest, token: str) -> HttpResponse:
    """By the link sent to the new address: a button, then the address is that one."""
    asked = read_dated_token(Purpose.MOVE, token)
    if request.method != "POST":
        return page(request, "move", {"token": token})
    try:
        consent.move(asked=asked)
    except consent.AddressTaken:
        return page(request, "move_taken", status=409)
    return page(request, "moved")
