"""Downloads of citations: `citer.ris`, `citer.bib` and `citer.json` under a page's address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wagtail.models import Page, Site

from pages.citations import CONTENT_TYPES, Citation, render
from pages.models import PublicationIndexPage, PublicationPage


@require_safe
def cite(request: HttpRequest, path: str, form: str) -> HttpResponse:
    """One publication, or the selection of a list (with its filters). 404 for anything that
    the public cannot read."""
    page = _public_page(request, path)
    citations = _citations(page, request)
    response = HttpResponse(render(citations, form), content_type=CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{page.slug}.{form}"'
    return response


def _public_page(request: HttpRequest, path: str) -> Page:
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    found = site.root_page.specific.route(request, path.strip("/").split("/")).page
    if not Page.objects.live().public().filter(pk=found.pk).exists():
        raise Http404
    return found.specific


def _citations(page: Page, request: HttpRequest) -> list[Citation]:
    if isinstance(page, PublicationPage):
        return [page.citation()]
    if isinstance(page, PublicationIndexPage):
        return page.citations(request.GET)
    raise Http404
