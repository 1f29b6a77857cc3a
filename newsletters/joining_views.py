"""Joining: the form, its one answer, and the page behind the link of the confirmation mail.

The form writes one errand and looks nobody up: for a new, known, blocked or refused address the
text, the status and the work done are the same.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from newsletters import attempts
from newsletters.consent import LINK_DAYS, Demand, LinkClosed, confirm, renew, stay
from newsletters.models import Errand, Periodical, Subscriber, Subscription, normalise
from newsletters.public_forms import JoinForm, SealedError, seal, unseal
from newsletters.public_pages import by_link, notice_for, open_to_anybody, page
from newsletters.tokens import Dated, Purpose, read_dated_token

_UNSURE: Final = "Le formulaire n’a pas pu être vérifié. Relisez-le, puis envoyez-le de nouveau."
_TOO_MANY: Final = (
    "Trop de demandes viennent d’être faites depuis votre réseau. Réessayez dans une heure."
)


@open_to_anybody
def join(request: HttpRequest) -> HttpResponse:
    """The form; once sent, whatever the address, the same redirection to the same page."""
    letters = list(Periodical.objects.open())
    if request.method != "POST":
        return _form(request, letters, JoinForm(open_letters=letters))
    form = JoinForm(request.POST, open_letters=letters)
    if not form.is_valid():
        return _form(request, letters, form)
    if not form.cleaned_data["website"] and (refusal := _receive(request, form)):
        form.add_error(None, refusal)
        return _form(request, letters, form, status=429 if refusal == _TOO_MANY else 200)
    return redirect("newsletters:join_done")


def _receive(request: HttpRequest, form: JoinForm) -> str:
    """Why the demand cannot be taken, in French, or nothing once it is."""
    notice = notice_for(request)
    try:
        path = unseal(form.cleaned_data["sealed"], notice)
    except SealedError:
        return _UNSURE
    if not attempts.network_may(request):
        return _TOO_MANY
    leave_demand(form.demand(form_url=request.build_absolute_uri(path), notice=notice))
    return ""


def leave_demand(demand: Demand) -> None:
    """Leave a form's demand to the worker; one too many for the same mailbox is left unsaid."""
    if attempts.mailbox_may(normalise(demand.email)):
        Errand.objects.create(kind=Errand.Kind.ASK, details=demand.as_details())


def _form(
    request: HttpRequest, letters: list[Periodical], form: JoinForm, *, status: int = 200
) -> HttpResponse:
    notice = notice_for(request)
    context: dict[str, Any] = {
        "form": form,
        "letters": letters,
        "notice": notice,
        "sealed": seal(notice, request.path),
    }
    return render(request, "newsletters/joining/join.html", context, status=status)


@open_to_anybody
def join_done(request: HttpRequest) -> HttpResponse:
    return page(request, "join_done")


@by_link
def confirm_joining(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: scanners open every link. POST confirms, again
    changes nothing. A link too old offers to write another mail."""
    asked = read_dated_token(Purpose.CONFIRM, token)
    letters = list(Periodical.objects.filter(pk__in=asked.numbers))
    context = {"letters": letters, "token": token}
    if timezone.now() - asked.at > LINK_DAYS:
        return page(request, "confirm_closed", context, status=410)
    if request.method != "POST":
        return page(request, "confirm", context)
    try:
        held = confirm(asked=asked)
    except LinkClosed:
        return page(request, "confirm_closed", context, status=410)
    received = Periodical.objects.filter(subscriptions__in=held)
    return page(request, "confirmed", {"letters": received})


@by_link
def renew_link(request: HttpRequest, token: str) -> HttpResponse:
    """« Renvoyer »: the mail goes to the same mailbox, so the answer tells nothing of anybody."""
    asked = read_dated_token(Purpose.CONFIRM, token)
    if request.method != "POST":
        return page(request, "confirm_closed", {"token": token})
    renew_quietly(asked)
    return redirect("newsletters:join_done")


def renew_quietly(asked: Dated) -> None:
    if attempts.mailbox_may(f"person {asked.key}"):
        try:
            renew(asked=asked)
        except LinkClosed:
            return


@by_link
def continue_reading(request: HttpRequest, token: str) -> HttpResponse:
    """« Oui, je souhaite continuer »: a button, again changes nothing. Serves until the erasure."""
    asked = read_dated_token(Purpose.STAY, token)
    person = Subscriber.objects.filter(pk=asked.key).first()
    if person is None:
        return page(request, "stay_closed", status=410)
    letters = Periodical.objects.filter(
        subscriptions__subscriber=person, subscriptions__state=Subscription.State.ACTIVE
    )
    if request.method == "POST":
        stay(subscriber=person)
    stayed = request.method == "POST" or person.reminded_at is None
    return page(request, "stay", {"letters": letters, "stayed": stayed})
