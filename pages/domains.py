"""Sends the requests of a former domain to the present one, their path and query kept."""

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from pages.models import DomainRedirect
from pages.models.domains import bare_host

CACHE_KEY = "pages.domain_redirects"
# Bounds what another process still believes after a change; this one forgets at once.
CACHE_SECONDS = 60


class DomainRedirectMiddleware:
    """First of all: a former domain may have no certificate, no page and no session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = bare_host(request.get_host())
        target, is_permanent = redirects().get(host, ("", False))
        # The second test refuses a loop that no form has seen: two domains of one proxy.
        if not target or bare_host(target) == host:
            return self.get_response(request)
        response = HttpResponse(status=_status(request, is_permanent))
        response["Location"] = target.rstrip("/") + request.get_full_path()
        return response


def _status(request: HttpRequest, is_permanent: bool) -> int:
    """A POST keeps its method and body (RFC 9110 §15.4.8-9)."""
    if request.method in ("GET", "HEAD"):
        return 301 if is_permanent else 302
    return 308 if is_permanent else 307


def redirects() -> dict[str, tuple[str, bool]]:
    """(target, permanent) by former host, in lower case."""
    found = cache.get(CACHE_KEY)
    if found is None:
        rows = DomainRedirect.objects.values_list("hostname", "target", "is_permanent")
        found = {hostname: (target, permanent) for hostname, target, permanent in rows}
        cache.set(CACHE_KEY, found, CACHE_SECONDS)
    return found


def forget(**_: object) -> None:
    """Connected to the saving and deletion of a DomainRedirect."""
    cache.delete(CACHE_KEY)
