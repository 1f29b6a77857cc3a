"""The page of an event, and how it is typed."""

import json
import re
from datetime import date, time

from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

import pytest
import time_machine

from pages.models import (
    EventMaterial,
    EventOrganiser,
    EventOutcome,
    EventPage,
    EventSpeaker,
    Organisation,
    Person,
    Session,
    Theme,
)
from tests.builders import make_event, make_experience

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False):
        yield


def session(**fields):
    return Session(**({"day": date(2026, 12, 3), "starts": time(9), "ends": time(12, 30)} | fields))


@pytest.fixture
def event():
    page = make_event(
        title="Marcher la nuit : et après",
        sessions=[
            session(
                place="La Ruche", address="3 rue du Lac", city="Cergy", access_note="De plain-pied"
            ),
            session(day=date(2026, 12, 10), mode="remote", remote_url="https://visio.example.org"),
        ],
        audiences="chefs de projet, élu·es",
        registration_url="https://inscription.example.org",
        registration_deadline=date(2026, 12, 1),
        capacity=40,
        body=[("paragraph", "<p>On marche.</p>")],
    )
    page.themes.set([Theme.objects.create(code="sante", name="Santé")])
    known = Person.objects.create(first_name="Rose", last_name="Vidal", function="urbaniste")
    page.speakers.add(
        EventSpeaker(name="Omar N.", function="médiateur", organisation="La Rive"),
        EventSpeaker(person=known),
        EventSpeaker(),
    )
    made_with = Organisation.objects.create(name="Ville du Lac")
    page.organisers.add(EventOrganiser(organisation=made_with))
    page.save_revision().publish()
    return EventPage.objects.get(pk=page.pk)


def read(client, page):
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_when_where_with_whom_and_how_to_come(client, event):
    html = read(client, event)
    assert html.count("<h1") == 1
    for expected in [
        "3 et 10 décembre 2026",
        '<time datetime="2026-12-03T09:00:00+01:00">jeudi 3 décembre 2026, de 9\xa0h',
        "La Ruche, 3 rue du Lac, Cergy",
        "De plain-pied",
        "Le lien de connexion est envoyé aux personnes inscrites.",
        "<strong>Omar N.</strong><span>médiateur, La Rive</span>",
        "<strong>Rose Vidal</strong><span>urbaniste</span>",
        '<a class="button" href="https://inscription.example.org">',
        "Jusqu’au mardi 1er décembre 2026",
        "<dd>Ville du Lac</dd>",
        '<a href="/agenda/?theme=sante">Santé</a>',
        f'href="{event.url}evenement.ics"',
    ]:
        assert expected in html
    assert "https://visio.example.org" not in html
    assert "notice" not in html


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "cancelled"}, "Cette rencontre est annulée."),
        ({"state": "postponed"}, "La date ci-dessous est la nouvelle"),
        ({"state": "postponed", "days": []}, "La nouvelle date sera indiquée ici."),
        ({"state": "postponed", "days": ["2026-10-01"]}, "La nouvelle date sera indiquée ici."),
        ({"state": "held", "days": ["2026-10-01"]}, "Cette rencontre a eu lieu."),
        ({"state": "confirmed", "days": ["2026-10-01"]}, "Cette rencontre a eu lieu."),
    ],
)
def test_the_state_is_said_first(client, fields, expected):
    page = make_event(registration_url="https://inscription.example.org", **fields)
    html = read(client, page)
    assert expected in html
    offered = 'class="button" href="https://inscription' in html
    assert offered is (fields["state"] == "postponed" and fields.get("days") is None)


@pytest.mark.parametrize(
    ("fields", "struck"),
    [
        ({"state": "cancelled"}, True),
        ({"state": "postponed"}, False),
        ({"state": "postponed", "days": ["2026-10-01"]}, True),
        ({"state": "confirmed"}, False),
    ],
)
def test_only_a_date_that_no_longer_holds_is_struck_through(client, fields, struck):
    assert ("<s>" in read(client, make_event(**fields))) is struck


def test_registration_closes_the_day_after_its_deadline(client, event):
    with time_machine.travel("2026-12-01T23:00:00+01:00", tick=False):
        assert "S’inscrire" in read(client, event)
    with time_machine.travel("2026-12-02T00:30:00+01:00", tick=False):
        html = read(client, event)
    assert "S’inscrire" not in html
    assert "<dd>Close</dd>" in html


def test_a_past_event_leads_to_what_came_of_it_once_it_is_public(client, django_user_model):
    page = make_event(days=["2025-03-04"])
    public, draft = make_experience(title="Récit"), make_experience(title="Caché", live=False)
    private = make_experience(title="Réservé")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    page.outcomes.add(*(EventOutcome(outcome=found) for found in (public, draft, private)))
    page.save()
    html = read(client, page)
    assert f'<a href="{public.url}">Récit</a>' in html
    assert "Caché" not in html
    assert "Réservé" not in html


def test_materials_are_named_with_their_format(client):
    field = EventMaterial._meta.get_field("document")
    document = field.remote_field.model.objects.create(title="Diaporama", file="diaporama.pdf")
    page = make_event()
    page.materials.add(EventMaterial(document=document))
    page.save()
    assert 'Diaporama <span class="meta">(PDF' in read(client, page)


def structured(client, page):
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', read(client, page))
    return json.loads(block.group(1))


def test_the_description_for_machines_repeats_the_page(client, event):
    data = structured(client, event)
    assert data["@type"] == "Event"
    assert data["eventStatus"] == "https://schema.org/EventScheduled"
    assert data["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert data["startDate"] == "2026-12-03T09:00:00+01:00"
    assert data["endDate"] == "2026-12-10T12:30:00+01:00"
    assert data["location"][0]["address"]["addressLocality"] == "Cergy"
    assert [person["name"] for person in data["performer"]] == ["Omar N.", "Rose Vidal"]
    remote = data["subEvent"][1]
    assert remote["location"] == [{"@type": "VirtualLocation", "url": event.full_url}]


@pytest.mark.parametrize(
    ("state", "status"), [("cancelled", "EventCancelled"), ("postponed", "EventPostponed")]
)
def test_machines_learn_that_an_event_is_off(client, state, status):
    data = structured(client, make_event(state=state))
    assert data["eventStatus"] == f"https://schema.org/{status}"
    assert data["startDate"] == data["endDate"] == "2026-12-03"


# --- Typing it --------------------------------------------------------------------------------


def posted(*rows, **fields):
    blank = {
        "title": "", "starts": "", "ends": "", "last_day": "", "half_days": "1", "mode": "on_site",
        "place": "", "address": "", "city": "", "access_note": "", "remote_url": "",
    }  # fmt: skip
    values = {
        "title": "Marcher la nuit",
        "slug": "marcher-la-nuit",
        "state": "planned",
        "standfirst": "Une marche.",
        "body": streamfield([]),
        "sessions": inline_formset([blank | row for row in rows]),
    }
    empty = ("speakers", "organisers", "materials", "outcomes", "comments")
    return nested_form_data(values | {name: inline_formset([]) for name in empty} | fields)


@pytest.fixture
def edit(admin_client):
    page = make_event(live=False, days=[], state="planned")

    def submit(data):
        return page, admin_client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data)

    return submit


BACKWARDS = {"day": "2026-12-03", "starts": "14:00", "ends": "09:00"}


def test_an_impossible_session_is_refused_at_its_field_when_publishing(edit):
    page, response = edit(posted(BACKWARDS, **{"action-publish": "1"}))
    assert response.status_code == 200
    html = response.content.decode()
    assert "La séance finit avant d&#x27;avoir commencé." in html
    assert "Corrigez d&#x27;abord les dates ou le lien : séance 1." in html
    page.refresh_from_db()
    assert not page.live


def test_the_draft_keeps_an_impossible_session(edit):
    page, response = edit(posted(BACKWARDS, {"day": ""}))
    assert response.status_code == 302
    kept = page.get_latest_revision_as_object().sessions.all()
    assert [(row.day, row.ends) for row in kept] == [(date(2026, 12, 3), time(9)), (None, None)]


def test_a_good_event_is_published(edit):
    data = posted(
        {"day": "2026-12-03", "starts": "09:00", "ends": "12:00"},
        **{"state": "confirmed", "action-publish": "1"},
    )
    page, response = edit(data | {"actor_types": ["elu"]})
    assert response.status_code == 302
    page.refresh_from_db()
    assert page.live
    assert page.actor_types == ["elu"]
    assert page.announced


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": None}, "day"),
        ({"last_day": date(2026, 12, 2)}, "last_day"),
        ({"starts": None}, "starts"),
        ({"ends": time(9)}, "ends"),
        ({"remote_is_public": True}, "remote_url"),
        ({"last_day": date(2026, 12, 4), "ends": time(8)}, None),
        ({"ends": None}, None),
        ({"starts": None, "ends": None}, None),
    ],
)
def test_what_is_wrong_with_a_session(fields, field):
    assert list(session(**fields).problems()) == ([field] if field else [])


def test_a_confirmed_event_has_a_date():
    page = make_event(live=False, days=[])
    page.live = True
    with pytest.raises(ValidationError, match="au moins une séance datée"):
        page.full_clean()


@pytest.mark.parametrize("days", [[], ["2026-12-03"]])
def test_a_draft_is_previewed_whatever_it_lacks(days):
    page = make_event(live=False, days=days, standfirst="")
    page.sessions.add(Session(mode="remote"))
    assert page.make_preview_request().status_code == 200


def test_a_new_event_can_be_typed_from_the_agenda(admin_client):
    agenda = make_event().get_parent()
    url = reverse("wagtailadmin_pages:add", args=["pages", "eventpage", agenda.pk])
    assert admin_client.get(url).status_code == 200
    assert admin_client.get(reverse("formats:index")).status_code == 200
