"""The links of a letter lead through here: one more for the link, nothing about the reader."""

import logging

from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletters.models import MailLink
from newsletters.tokens import BadToken, read_click_token

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the address that a letter names; unknown or forged, a calm 404.

    Leads only to addresses of letters that were approved: nobody can make it lead elsewhere.
    No cookie is read or set and nothing is kept of the request.
    """
    try:
        mailing_id, number = read_click_token(token)
    except BadToken:
        return _unknown(request)
    links = MailLink.objects.filter(mailing=mailing_id, number=number)
    url = links.values_list("url", flat=True).first()
    if url is None:
        return _unknown(request)
    if request.method == "GET":  # a HEAD is a robot's question
        _count(links)
    response = HttpResponseRedirect(url)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _count(links: QuerySet[MailLink]) -> None:
    try:
        links.update(clicks=F("clicks") + 1)
    except DatabaseError:
        # A busy or read-only database: the reader goes on all the same.
        logger.warning("event=click_not_counted")


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html", status=404)
