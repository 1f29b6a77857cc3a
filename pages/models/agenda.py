"""The agenda: a list, a month, a calendar to subscribe to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from wagtail.models import Site

from pages.agenda_filters import AgendaFilterForm
from pages.calendars import calendar_of
from pages.dates import WEEKDAYS, Month, long_day
from pages.models.base import BasePage
from pages.models.event import EventPage
from pages.models.event_parts import Session
from pages.models.listing import ENTRIES_PER_PAGE, CatalogueIndexPage
from pages.querysets import EventQuerySet

# A subscribed calendar keeps a year behind it, and never becomes a download of everything.
FEED_REACH = timedelta(days=366)
MOST_IN_FEED = 500


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    label: str
    sessions: list[Session]
    is_today: bool


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month of the agenda; `before` and `after` are None beyond the events there are."""

    month: Month
    days: list[Day]
    before: Month | None
    after: Month | None

    weekdays = WEEKDAYS

    @property
    def offset(self) -> int:
        """Column of the first day, Monday being 1."""
        return self.month.first.isoweekday()

    @property
    def count(self) -> int:
        """Events, not sessions nor days: what the list of the month would count."""
        return len({session.page_id for day in self.days for session in day.sessions})


def month_view(events: EventQuerySet, month: Month) -> MonthView:
    """`events`: those of the filters, whatever their dates. Four queries."""
    everything = Session.objects.filter(page__in=events.order_by().values("pk"))
    pages = {page.pk: page for page in events.in_month(month).defer_streamfields()}
    sessions = list(
        everything.filter(page__in=pages).between(month.first, month.last).order_by("day", "starts")
    )
    for session in sessions:
        # The page as loaded above: the filter's own, without its body.
        session.page = pages[session.page_id]
    today = timezone.localdate()
    days = [
        Day(
            day,
            long_day(day),
            [session for session in sessions if session.day <= day <= session.end_day],
            day == today,
        )
        for day in month.days()
    ]
    earlier = everything.filter(day__lt=month.first).exists()
    later = everything.not_over(month.after.first).exists()
    return MonthView(month, days, month.before if earlier else None, month.after if later else None)


class AgendaPage(CatalogueIndexPage):
    """Every event of the centre, to come or past."""

    entry_name = ("rencontre", "rencontres")
    template = "pages/agenda_page.html"
    subpage_types = ["pages.EventPage"]

    class Meta:
        verbose_name = "agenda"
        verbose_name_plural = "agendas"

    def entries(self) -> EventQuerySet:
        return EventPage.objects.child_of(self).live().public()

    def filter_form(self, chosen: QueryDict) -> AgendaFilterForm:
        return AgendaFilterForm(chosen, entries=self.entries())

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # Not the catalogue's: the order depends on the period.
        context = BasePage.get_context(self, request, *args, **kwargs)
        form = self.filter_form(request.GET)
        context |= {"filter_form": form, "subscription": _subscription(request.GET)}
        if request.GET.get("view") == "month":
            month = Month.parse(request.GET.get("month", "")) or Month.of(timezone.localdate())
            context["month_view"] = month_view(form.narrowed(), month)
        else:
            cards = Paginator(form.ordered().with_parts(), ENTRIES_PER_PAGE)
            context["entries"] = cards.get_page(request.GET.get("page"))
        return context

    def calendar(self, chosen: QueryDict) -> bytes:
        """The events of these filters as iCalendar: without `when`, those of the past year and
        those to come."""
        form = self.filter_form(chosen)
        if "when" in chosen or form.chosen.get("year"):
            found = form.ordered()
        else:
            found = form.narrowed().to_come(timezone.localdate() - FEED_REACH).newest_first()
        return calendar_of(found.with_parts()[:MOST_IN_FEED], host=self.calendar_host())

    def calendar_host(self) -> str:
        """Of the site, not of the request: the identifiers must not change with the address."""
        site: Site | None = self.get_site()
        return site.hostname if site else "localhost"


def _subscription(chosen: QueryDict) -> str:
    """The filters that a subscription keeps."""
    kept = chosen.copy()
    for name in ("page", "view", "month", "when"):
        kept.pop(name, None)
    return kept.urlencode()
