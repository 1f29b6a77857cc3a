"""What every page of the admin gets: its own content policy, and French spacing.

The public site's strict policy is django-csp's; its template sets its own text.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from pages.typography import typeset_screen


class AdminPolicyMiddleware:
    """Give /admin/ a policy that allows Wagtail's inline date pickers and nothing from outside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = "; ".join(
            f"{directive} {' '.join(sources)}"
            for directive, sources in settings.ADMIN_CONTENT_SECURITY_POLICY.items()
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", self.policy)
        return response


class AdminTypographyMiddleware:
    """Set the no-break spaces of every screen: no label, help text or message needs a thought.

    Inside CommonMiddleware, which measures the answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/") and _is_screen(response):
            html = response.content.decode(response.charset)
            response.content = typeset_screen(html).encode(response.charset)
        return response


def _is_screen(response: HttpResponse) -> bool:
    """A page of Wagtail or a part of one; not the letters and pages that it shows as they are."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return False
    return b'<body id="wagtail"' in response.content or b"<html" not in response.content
