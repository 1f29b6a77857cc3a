"""schema.org descriptions (JSON-LD) of the events."""

from typing import TYPE_CHECKING, Any

from pages.linked_data import body, described, person

if TYPE_CHECKING:
    from pages.models.event import EventPage
    from pages.models.event_parts import Session

SCHEMA = "https://schema.org/"
STATUS = {"postponed": "EventPostponed", "cancelled": "EventCancelled"}
MODES = {
    "on_site": "OfflineEventAttendanceMode",
    "remote": "OnlineEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
}


def event(page: "EventPage") -> dict[str, Any]:
    """https://schema.org/Event, whose sessions are sub-events when there are several."""
    sessions = page.dated_sessions
    speakers = [
        person(speaker.shown_name)
        for speaker in page.speakers.select_related("person")
        if speaker.shown_name
    ]
    organisers = page.organisers.select_related("organisation")
    found = described(
        page,
        "Event",
        eventStatus=SCHEMA + STATUS.get(page.state, "EventScheduled"),
        performer=speakers,
        organizer=[body(made.organisation.name) for made in organisers],
        about=[theme.name for theme in page.themes.all()],
        audience={"@type": "Audience", "audienceType": page.audiences} if page.audiences else None,
        maximumAttendeeCapacity=page.capacity,
        **_occurrence(page, sessions),
    )
    if len(sessions) > 1:
        found["subEvent"] = [
            {"@type": "Event", "name": session.title or page.title} | _occurrence(page, [session])
            for session in sessions
        ]
    return found


def _occurrence(page: "EventPage", sessions: "list[Session]") -> dict[str, Any]:
    """When, where and how, over all these sessions; times carry their offset."""
    if not sessions:
        return {}
    start, end = sessions[0].start, sessions[-1].end
    modes = {session.mode for session in sessions}
    mode = modes.pop() if len(modes) == 1 else "hybrid"
    found = {
        "startDate": start.isoformat() if start else "",
        "endDate": end.isoformat() if end else "",
        "eventAttendanceMode": SCHEMA + MODES[mode],
        "location": [place for session in sessions[:1] for place in _places(page, session)],
    }
    return {key: value for key, value in found.items() if value}


def _places(page: "EventPage", session: "Session") -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = []
    if session.mode != "remote" and session.where_label:
        places.append(
            {
                "@type": "Place",
                "name": session.place or session.city,
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": session.address,
                    "addressLocality": session.city,
                    "addressCountry": "FR",
                },
            }
        )
    if session.is_remote:
        # The page stands for a link that only those who registered receive.
        url = session.shown_link or page.full_url or ""
        places.append({"@type": "VirtualLocation", "url": url})
    return places
