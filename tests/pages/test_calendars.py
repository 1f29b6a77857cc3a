"""iCalendar, read back by a library: identifiers, versions, states, hours and folding."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from icalendar import Calendar

from pages.models import AgendaPage, EventPage, Session, Theme
from tests.builders import make_event

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False):
        yield


def read(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def entries(client, page):
    return read(client, f"{page.url}evenement.ics").walk("VEVENT")


def published(page):
    page.save_revision().publish()
    return EventPage.objects.get(pk=page.pk)


def session(**fields):
    return Session(**({"day": date(2026, 12, 3), "starts": time(9), "ends": time(12, 30)} | fields))


def test_a_session_has_its_hours_in_paris_its_place_and_its_address(client):
    page = make_event(sessions=[session(place="La Ruche", address="3 rue du Lac", city="Cergy")])
    (entry,) = entries(client, page)
    assert entry["UID"] == f"{page.uid}@testserver"
    assert entry["DTSTART"].dt == datetime(2026, 12, 3, 9, tzinfo=PARIS)
    assert entry["DTSTART"].params["TZID"] == "Europe/Paris"
    assert entry["DTEND"].dt == datetime(2026, 12, 3, 12, 30, tzinfo=PARIS)
    assert entry["LOCATION"] == "La Ruche, 3 rue du Lac, Cergy"
    assert entry["URL"] == page.full_url
    assert entry["DTSTAMP"].dt.utcoffset().total_seconds() == 0


def test_the_zone_is_described_with_its_changes_of_hour(client):
    page = make_event(sessions=[session(day=date(2026, 7, 1)), session()])
    calendar = read(client, f"{page.url}evenement.ics")
    (zone,) = calendar.walk("VTIMEZONE")
    described = zone.to_tz(lookup_tzid=False)
    for day, hours in [(date(2026, 7, 1), 2), (date(2026, 12, 3), 1)]:
        moment = datetime.combine(day, time(9), tzinfo=described)
        assert moment.utcoffset().total_seconds() == hours * 3600


@pytest.mark.parametrize(("last", "end"), [(None, 4), (date(2026, 12, 5), 6)])
def test_a_whole_day_is_a_date_that_ends_the_day_after(client, last, end):
    page = make_event(sessions=[session(starts=None, ends=None, last_day=last)])
    (entry,) = entries(client, page)
    assert entry["DTSTART"].dt == date(2026, 12, 3)
    assert entry["DTEND"].dt == date(2026, 12, end)


def test_each_session_is_an_entry_with_its_own_identifier(client):
    page = make_event(sessions=[session(title="Module 1"), session(day=date(2027, 1, 7))])
    first, second = entries(client, page)
    assert first["SUMMARY"] == "Marcher la nuit – Module 1"
    assert second["SUMMARY"] == "Marcher la nuit"
    assert second["UID"] == f"{page.uid}-2@testserver"


@pytest.mark.parametrize(
    ("state", "status", "summary"),
    [
        ("planned", "TENTATIVE", "Marcher la nuit"),
        ("confirmed", "CONFIRMED", "Marcher la nuit"),
        ("postponed", "TENTATIVE", "Reportée : Marcher la nuit"),
        ("cancelled", "CANCELLED", "Annulée : Marcher la nuit"),
        ("held", "CONFIRMED", "Marcher la nuit"),
    ],
)
def test_each_state_has_its_status(client, state, status, summary):
    (entry,) = entries(client, make_event(state=state))
    assert (entry["STATUS"], entry["SUMMARY"]) == (status, summary)


def test_a_cancelled_event_keeps_its_identifier_and_raises_its_version(client):
    page = published(make_event())
    (before,) = entries(client, page)
    page.state = EventPage.State.CANCELLED
    page = published(page)
    (after,) = entries(client, page)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


@pytest.mark.parametrize(
    ("change", "sequence"),
    [
        ({"title": "Marcher le jour"}, 0),
        ({"standfirst": "Autre résumé."}, 0),
        ({"state": "postponed"}, 1),
        ({"day": date(2026, 12, 4)}, 1),
        ({"starts": time(14)}, 1),
        ({"city": "Trappes"}, 1),
        ({"mode": "remote"}, 1),
    ],
)
def test_only_dates_place_and_state_make_a_new_version(change, sequence):
    page = published(make_event())
    row = page.sessions.first()
    for name, value in change.items():
        setattr(row if hasattr(row, name) and name != "title" else page, name, value)
    page.sessions = [row]
    assert published(page).sequence == sequence


def test_a_draft_of_a_live_event_announces_nothing(client):
    page = published(make_event())
    page.state = EventPage.State.CANCELLED
    page.save_revision()
    (entry,) = entries(client, page)
    assert (entry["SEQUENCE"], entry["STATUS"]) == (0, "CONFIRMED")
    revision = page.get_latest_revision()
    revision.publish()
    assert EventPage.objects.get(pk=page.pk).sequence == 1


def test_an_old_revision_published_again_counts_upwards():
    page = published(make_event())
    old = page.latest_revision
    page.state = EventPage.State.CANCELLED
    page = published(page)
    old.publish()
    page.refresh_from_db()
    assert (page.state, page.sequence) == ("confirmed", 2)


def test_a_copy_is_another_event():
    page = published(make_event())
    page.state = EventPage.State.CANCELLED
    page = published(page)
    copy = page.copy(update_attrs={"slug": "copie"}, keep_live=False, copy_revisions=False)
    assert copy.uid != page.uid
    assert copy.sequence == 0


def test_a_reserved_link_is_never_published(client):
    page = make_event(
        sessions=[
            session(mode="remote", remote_url="https://visio.example.org/secret"),
            session(
                mode="hybrid", remote_url="https://visio.example.org/ouvert", remote_is_public=True
            ),
        ]
    )
    hidden, shown = entries(client, page)
    assert hidden["LOCATION"] == "À distance"
    assert "https://visio.example.org/ouvert" in shown["DESCRIPTION"]
    for url in (f"{page.url}evenement.ics", page.url, f"/api/v3/pages/{page.pk}/"):
        response = client.get(url)
        assert response.status_code == 200
        assert "secret" not in response.content.decode()


def test_lines_are_folded_and_values_escaped(client):
    title = "« Égalité, droits ; accès » : " + "à" * 90
    page = make_event(title=title, slug="longue")
    page.themes.set([Theme.objects.create(code="t", name="Santé, égalité")])
    page.save()
    response = client.get(f"{page.url}evenement.ics")
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    (entry,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert entry["SUMMARY"] == title
    assert entry["CATEGORIES"].cats == ["Santé, égalité"]


# --- The feed ---------------------------------------------------------------------------------


def feed(client, query=""):
    agenda = AgendaPage.objects.get()
    calendar = read(client, f"{agenda.url}agenda.ics{query}")
    return [str(entry["SUMMARY"]) for entry in calendar.walk("VEVENT")]


def test_the_feed_keeps_a_year_behind_and_all_that_comes(client):
    for title, day in [
        ("Ancienne", "2025-11-01"),
        ("Récente", "2026-02-03"),
        ("À venir", "2027-01-05"),
    ]:
        make_event(title=title, days=[day])
    make_event(title="Sans date", days=[], state="planned")
    make_event(title="Brouillon", live=False)
    assert feed(client) == ["À venir", "Récente"]


def test_the_feed_honours_the_filters(client):
    make_event(title="Pour les élus", actor_types=["elu"])
    make_event(title="Pour tous", days=["2024-01-04"])
    assert feed(client, "?audience=elu") == ["Pour les élus"]
    assert feed(client, "?when=past") == ["Pour tous"]
    assert feed(client, "?year=2024") == ["Pour tous"]
    assert feed(client, "?theme=inconnue") == ["Pour les élus"]


@pytest.mark.parametrize("name", ["agenda.ics", "evenement.ics"])
def test_only_pages_of_the_agenda_have_a_calendar(client, name):
    page = make_event(live=False)
    for url in (page.url, page.get_parent().get_parent().url, "/nulle-part/"):
        assert client.get(f"{url}{name}").status_code == 404
    assert client.post(f"{page.get_parent().url}agenda.ics").status_code == 405


# Wagtail's way to the page, the choices of the filters, the events and their four relations.
FEED_QUERIES = 25


def test_the_feed_costs_the_same_queries_whatever_its_length(client, django_assert_max_num_queries):
    make_event()
    feed(client)
    for rank in range(20):
        make_event(title=f"Rencontre {rank}")
    with django_assert_max_num_queries(FEED_QUERIES):
        assert len(feed(client)) == 21
