"""The page that an address beside the page tree is about."""

from django.http import Http404, HttpRequest

from wagtail.models import Page, Site


def public_page(request: HttpRequest, path: str) -> Page:
    """The live page at a path of the request's site. 404 for what everybody cannot read."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    found = site.root_page.specific.route(request, path.strip("/").split("/")).page
    if not Page.objects.live().public().filter(pk=found.pk).exists():
        raise Http404
    return found.specific
