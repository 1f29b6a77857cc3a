"""RSS 2.0 and Atom of one series of letters."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from newsletters.models import IssuePage, Periodical
from pages.feeds import Selection, respond


@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def series_feed(request: HttpRequest, code: str, format: str) -> HttpResponse:
    """GET /flux/serie/<code>.<format>; 404 for a series whose archive is not public."""
    periodical = get_object_or_404(Periodical, code=code, has_public_archive=True)
    path = reverse("newsletters:series_feed", args=[code, "rss"])
    issues = IssuePage.listed().filter(periodical=periodical)
    return respond(request, Selection(periodical.title, path, (issues,)), format)
