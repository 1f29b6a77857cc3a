"""Loads the events of the agenda, past and to come."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from wagtail.documents import get_document_model
from wagtail.models import Page

from cms.demo.parts import organisation, person, publish, read_all
from pages.models import (
    ActionFormat,
    ActionPage,
    AgendaPage,
    EventMaterial,
    EventOrganiser,
    EventOutcome,
    EventPage,
    EventSpeaker,
    HomePage,
    Session,
    Territory,
    Theme,
)
from pages.vocabularies import ensure_formats

ANNOUNCED_BEFORE = timedelta(days=45)


def load_agenda(home: HomePage) -> None:
    """After the programmes and the sheets: events refer to both."""
    ensure_formats()
    agenda = AgendaPage.objects.first() or home.add_child(
        instance=AgendaPage(
            title="Agenda",
            slug="agenda",
            show_in_menus=True,
            intro="Formations, ateliers, visites et rencontres, à venir et passés.",
        )
    )
    for rows in read_all("events"):
        for row in rows:
            if not EventPage.objects.filter(slug=row["slug"]).exists():
                load_event(agenda, row)


@transaction.atomic
def load_event(agenda: AgendaPage, row: dict[str, Any]) -> None:
    url, deadline, capacity = row.get("registration", ("", None, None))
    page = EventPage(
        title=row["title"],
        slug=row["slug"],
        state=row["state"],
        standfirst=row["standfirst"],
        body=[("paragraph", f"<p>{text}</p>") for text in row.get("body", [])],
        format=ActionFormat.objects.called(row["format"]),
        action=ActionPage.objects.filter(slug=row.get("action")).first(),
        audiences=row["audiences"],
        actor_types=row["actors"],
        registration_url=url,
        registration_deadline=_day(deadline),
        capacity=capacity,
        live=False,
    )
    page.themes = list(Theme.objects.filter(code__in=row["themes"]))
    page.territories = list(Territory.objects.filter(name__in=row["places"]))
    page.sessions = [_session(session) for session in row["sessions"]]
    page.speakers = [_speaker(*speaker) for speaker in row["speakers"]]
    page.organisers = [
        EventOrganiser(organisation=organisation(name, "")) for name in row.get("organisers", [])
    ]
    page.outcomes = [
        EventOutcome(outcome=found)
        for found in Page.objects.filter(slug__in=row.get("outcomes", []))
    ]
    page.materials = [_material(row["slug"], row["note"])] if row.get("note") else []
    agenda.add_child(instance=page)
    publish(page, _announced_at(page))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _session(row: dict[str, Any]) -> Session:
    days = {name: _day(row.get(name)) for name in ("day", "last_day")}
    moments = {name: time.fromisoformat(row[name]) for name in ("starts", "ends") if row.get(name)}
    return Session(**(row | days | moments))


def _speaker(name: str, function: str, body: str) -> EventSpeaker:
    """Those of the centre come from the directory; the others are typed."""
    if not function:
        return EventSpeaker(person=person(name))
    return EventSpeaker(name=name, function=function, organisation=body)


def _material(slug: str, title: str) -> EventMaterial:
    document = get_document_model()(title=title)
    document.file = ContentFile(f"{title}\n".encode(), name=f"{slug}.txt")
    document.save()
    return EventMaterial(document=document)


def _announced_at(page: EventPage) -> datetime:
    sessions = page.dated_sessions
    if not sessions:
        return timezone.now()
    first = datetime.combine(sessions[0].day, time(9), tzinfo=timezone.get_default_timezone())
    return min(first - ANNOUNCED_BEFORE, timezone.now())
