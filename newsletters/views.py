"""What readers reach from their letters. Mail scanners and robots come here first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from newsletters.consent import leave
from newsletters.models import Subscription
from newsletters.tokens import BadToken, read_unsubscribe_token


# Exempt: the POST of RFC 8058 §3.1 comes from the mail provider, without cookie or referrer; the
# signed token in the path is the proof, and a forged request could do nothing more than the link.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing: scanners follow every link of a message.

    POST ends the subscription; again changes nothing. A link whose subscription is gone, or that
    came from a test, says so calmly. No redirect: one-click senders need not follow one.
    """
    try:
        subscription_id = read_unsubscribe_token(token)
    except BadToken:
        return _page(request, "newsletters/unsubscribe_unknown.html", status=404)
    subscriptions = Subscription.objects.select_related("periodical")
    subscription = subscriptions.filter(pk=subscription_id).first()
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    if request.method == "POST" and subscription:
        origin = "Désinscription en un clic" if one_click else "Lien de désinscription"
        leave(subscription=subscription, origin=origin)
    if request.method == "POST" and one_click:
        return _private(HttpResponse("Désinscription enregistrée.\n", content_type="text/plain"))
    return _page(request, "newsletters/unsubscribe.html", subscription=subscription)


def _page(
    request: HttpRequest,
    template: str,
    *,
    status: int = 200,
    subscription: Subscription | None = None,
) -> HttpResponse:
    gone = subscription is None or subscription.state == Subscription.State.LEFT
    context = {"subscription": subscription, "gone": gone}
    return _private(render(request, template, context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Neither indexed nor told to the next site: the address alone is the right to act."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
