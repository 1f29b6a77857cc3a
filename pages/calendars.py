"""Events as iCalendar (RFC 5545), for the agendas of those who attend."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from icalendar import Calendar, Event, Timezone

if TYPE_CHECKING:
    from pages.models.event import EventPage
    from pages.models.event_parts import Session

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Resonances//Agenda//FR"
PARIS = ZoneInfo("Europe/Paris")
# The rule of the European Union, in force since 1996. icalendar would write every change of
# hour from 1970 to 2038 instead, two kilobytes that some clients refuse.
PARIS_RULES = b"""BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
# A postponed event may already carry its new date: it is uncertain, not gone.
STATUS = {
    "planned": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "postponed": "TENTATIVE",
    "cancelled": "CANCELLED",
    "held": "CONFIRMED",
}


def calendar_of(events: "Iterable[EventPage]", *, host: str, name: str = "Agenda") -> bytes:
    """A VCALENDAR, one VEVENT for each dated session; `host` ends the identifiers.

    No METHOD: DTSTAMP is then the last change, and the same events give the same bytes.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    calendar.add_component(Timezone.from_ical(PARIS_RULES))
    for page in events:
        for rank, session in enumerate(page.sessions.all(), start=1):
            if session.day:
                calendar.add_component(_entry(page, session, rank, host))
    return calendar.to_ical()


def _entry(page: "EventPage", session: "Session", rank: int, host: str) -> Event:
    entry = Event()
    # By rank: a row deleted and typed again, or moved to another day, stays the same entry.
    entry.add("uid", f"{page.uid}{'' if rank == 1 else f'-{rank}'}@{host}")
    changed = page.last_published_at or page.latest_revision_created_at or timezone.now()
    entry.add("dtstamp", changed.astimezone(UTC))
    entry.add("last-modified", changed.astimezone(UTC))
    entry.add("sequence", page.sequence)
    entry.add("status", STATUS[page.state])
    entry.add("summary", _title(page, session))
    _add_moments(entry, session)
    entry.add("description", _description(page, session))
    if session.where_label:
        entry.add("location", session.where_label)
    if page.full_url:
        entry.add("url", page.full_url)
    if themes := [theme.name for theme in page.themes.all()]:
        entry.add("categories", themes)
    # What will not take place then does not occupy anybody.
    entry.add("transp", "TRANSPARENT" if page.is_off else "OPAQUE")
    return entry


def _title(page: "EventPage", session: "Session") -> str:
    title = f"{page.title} – {session.title}" if session.title else page.title
    # Several clients show no status: the title says it too.
    return f"{page.get_state_display()} : {title}" if page.is_off else title


def _add_moments(entry: Event, session: "Session") -> None:
    """Days end the day after (RFC 5545, 3.6.1); hours are those of Paris."""
    if session.is_all_day:
        entry.add("dtstart", session.day)
        entry.add("dtend", session.end_day + timedelta(days=1))
        return
    entry.add("dtstart", session.start.astimezone(PARIS))
    if session.end:
        entry.add("dtend", session.end.astimezone(PARIS))


def _description(page: "EventPage", session: "Session") -> str:
    """The summary and what to do; a reserved link of connection is never in it."""
    lines = [page.summary()]
    if session.shown_link:
        lines.append(f"Connexion : {session.shown_link}")
    if session.access_note:
        lines.append(f"Accessibilité du lieu : {session.access_note}")
    if page.is_registration_open:
        lines.append(f"Inscription : {page.registration_url}")
    lines.append(page.full_url or "")
    return "\n\n".join(filter(None, lines))
