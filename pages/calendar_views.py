"""`agenda.ics` under the agenda, `evenement.ics` under each of its events."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from pages.calendars import CONTENT_TYPE, calendar_of
from pages.models import AgendaPage, EventPage
from pages.page_requests import public_page


@require_safe
def agenda_feed(request: HttpRequest, path: str) -> HttpResponse:
    """The agenda with the filters of the address, to subscribe to."""
    page = public_page(request, path)
    if not isinstance(page, AgendaPage):
        raise Http404
    response = HttpResponse(page.calendar(request.GET), content_type=CONTENT_TYPE)
    response["Cache-Control"] = "public, max-age=900"
    return response


@require_safe
def event_file(request: HttpRequest, path: str) -> HttpResponse:
    """One event; a cancelled one too: that is how an agenda learns it."""
    page = public_page(request, path)
    if not isinstance(page, EventPage):
        raise Http404
    agenda = page.get_parent().specific
    content = calendar_of([page], host=agenda.calendar_host(), name=page.title)
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{page.slug}.ics"'
    return response
