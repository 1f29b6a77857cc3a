"""Leaving, from a letter. Mail scanners and robots come here first."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from newsletters.consent import explain, leave, leave_all, undo_leaving
from newsletters.models import Subscription
from newsletters.public_forms import ReasonForm
from newsletters.public_pages import by_link, page
from newsletters.tokens import (
    Dated,
    Purpose,
    dated_token,
    preferences_token,
    read_dated_token,
    read_unsubscribe_token,
    unsubscribe_token,
)

_LEFT = Subscription.State.LEFT


# Open to anybody: the POST of RFC 8058 §3.1 comes from the mail provider, without cookie or
# referrer; the signed token in the path is the proof.
@by_link
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: scanners follow every link of a message.

    POST ends the subscription; again changes nothing. A link whose subscription is gone, or that
    came from a test, says so calmly. No redirect: one-click senders need not follow one.
    """
    subscription = _found(read_unsubscribe_token(token))
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    was_here = subscription is not None and subscription.state != _LEFT
    ended: list[Subscription] = []
    if request.method == "POST" and subscription is not None:
        origin = "Désinscription en un clic" if one_click else "Lien de désinscription"
        if request.POST.get("all") and not one_click:
            ended = leave_all(subscriber=subscription.subscriber, origin=origin)
            subscription.refresh_from_db(fields=["state", "left_at"])
        else:
            leave(subscription=subscription, origin=origin)
    if request.method == "POST" and one_click:
        return HttpResponse("Désinscription enregistrée.\n", "text/plain; charset=utf-8")
    just_left = request.method == "POST" and was_here
    return _page(request, subscription, just_left=just_left, ended=ended)


@by_link
def explain_leaving(request: HttpRequest, token: str) -> HttpResponse:
    """Why, asked once gone, never before; answering is optional."""
    subscription = _found(read_unsubscribe_token(token))
    if subscription is None or request.method != "POST":
        return _page(request, subscription)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, subscription, form=form)
    explain(subscription=subscription, reason=form.cleaned_data["reason"])
    return page(request, "explained")


@by_link
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """« Je me suis trompé·e »: within the hour, from the page that followed the departure."""
    slip = read_dated_token(Purpose.UNDO, token)
    if request.method != "POST":
        return page(request, "undo", {"undo_token": token})
    held = undo_leaving(slip=slip)
    context = {
        "letters": [one.periodical for one in held],
        "choices_token": preferences_token(held[0].pk),
    }
    return page(request, "undone", context)


def _found(pk: int) -> Subscription | None:
    return Subscription.objects.select_related("periodical", "subscriber").filter(pk=pk).first()


def _page(
    request: HttpRequest,
    subscription: Subscription | None,
    *,
    just_left: bool = False,
    ended: Sequence[Subscription] = (),
    form: ReasonForm | None = None,
) -> HttpResponse:
    context: dict[str, object] = {"subscription": subscription}
    if subscription is not None:
        gone = subscription.state == _LEFT
        others = subscription.subscriber.subscriptions.active()
        context["gone"] = gone
        context["has_others"] = others.exclude(pk=subscription.pk).exists()
        context["token"] = unsubscribe_token(subscription.pk)
        context["choices_token"] = preferences_token(subscription.pk)
        if gone and (just_left or form):
            context["form"] = form or ReasonForm()
        if gone and just_left and subscription.left_at and subscription.confirmed_at:
            also = tuple(one.pk for one in ended if one.pk != subscription.pk)
            slip = Dated(subscription.pk, subscription.left_at, also)
            context["undo_token"] = dated_token(Purpose.UNDO, slip)
    return page(request, "unsubscribe", context)
