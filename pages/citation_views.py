"""Downloads of citations: `citer.ris`, `citer.bib` and `citer.json` under a page's address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wagtail.models import Page

from pages.citations import CONTENT_TYPES, Citation, render
from pages.models import PublicationIndexPage, PublicationPage
from pages.page_requests import public_page


@require_safe
def cite(request: HttpRequest, path: str, form: str) -> HttpResponse:
    """One publication, or the selection of a list (with its filters). 404 for anything that
    the public cannot read."""
    page = public_page(request, path)
    citations = _citations(page, request)
    response = HttpResponse(render(citations, form), content_type=CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{page.slug}.{form}"'
    return response


def _citations(page: Page, request: HttpRequest) -> list[Citation]:
    if isinstance(page, PublicationPage):
        return [page.citation()]
    if isinstance(page, PublicationIndexPage):
        return page.citations(request.GET)
    raise Http404
