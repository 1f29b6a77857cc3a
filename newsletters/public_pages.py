"""How the readers' pages answer: no cookie, nothing kept by caches, nothing told to other sites."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from wagtail.models import Site

from newsletters.consent import LinkClosed, Notice, joining_notice
from newsletters.tokens import BadToken
from pages.models import CentreSettings

View = Callable[..., HttpResponse]


def open_to_anybody(view: View) -> View:
    """GET, HEAD and POST, without session or CSRF cookie.

    Nothing here acts by the authority of a cookie: a form anybody may send, or a signed token in
    the address. A request forged by another site could do no more than the site's own author.
    """
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


def by_link(view: View) -> View:
    """The same, for an address that is itself the right to act; a bad one is a calm 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return private(view(request, *args, **kwargs))
        except BadToken:
            return page(request, "unknown", status=404)
        except LinkClosed:
            return page(request, "closed", status=410)

    return open_to_anybody(guarded)


def page(
    request: HttpRequest, name: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of `templates/newsletters/joining/` that no search engine keeps."""
    return private(
        render(request, f"newsletters/joining/{name}.html", context or {}, status=status)
    )


def private(response: HttpResponse) -> HttpResponse:
    """Neither indexed nor told to the next site: the address alone is the right to act."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def notice_for(request: HttpRequest) -> Notice:
    """The words under which people join this site's letters."""
    site = Site.find_for_request(request)
    centre = CentreSettings.for_site(site) if site else CentreSettings()
    return joining_notice(centre.name)
