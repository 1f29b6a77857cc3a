"""Segments are built by criteria, counted before they are kept, chosen at send and frozen."""

from django.urls import reverse

import pytest

from newsletters import consent
from newsletters.audience_admin import counting, listing
from newsletters.models import Mailing, Segment, Subscriber
from newsletters.models.rules import ALL, selected
from pages.models import Territory, Theme
from tests.builders import make_issue, make_periodical, make_subscription
from tests.newsletters.roles import log_in
from tests.newsletters.test_approval import BODY

pytestmark = pytest.mark.django_db
BUILD = ("add_segment", "change_segment", "view_segment")


@pytest.fixture
def choices():
    """A county, a theme, a letter, and two readers of whom one is in a town of the county."""
    county = Territory.objects.create(name="Val d'Oise", kind="departement")
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    town.parents.add(county)
    town.save()
    theme = Theme.objects.create(code="sante", name="Santé")
    letter = make_periodical()
    local = make_subscription("locale@example.org", periodical=letter).subscriber
    local.territories.add(town)
    local.actor_type, local.is_member = "elu", True
    local.save()
    make_subscription("autre@example.org", periodical=letter)
    return {"territories": [county.pk], "themes": [theme.pk], "periodicals": [letter.pk]}


def test_every_criterion_is_kept_as_it_was_chosen(client, choices):
    log_in(client, *BUILD)
    data = choices | {
        "name": "Élu·es d'ici", "match": ALL, "actor_types": ["elu"], "member": "non",
        "joined_from": "2020-01-01", "joined_until": "2026-01-01", "organisation": "Régie",
    }  # fmt: skip
    client.post(reverse("segments:add"), data)
    segment = Segment.objects.get()
    assert segment.rules == {
        "match": ALL, **choices, "actor_types": ["elu"], "member": False,
        "joined_from": "2020-01-01", "joined_until": "2026-01-01", "organisation": "Régie",
    }  # fmt: skip
    html = client.get(reverse("segments:edit", args=[segment.pk])).content.decode()
    client.post(reverse("segments:edit", args=[segment.pk]), data | {"name": "Autre"})
    assert Segment.objects.get().rules == segment.rules
    for sign in ('value="2020-01-01"', 'value="non" selected', 'value="Régie"'):
        assert sign in html, sign


def test_a_segment_without_a_condition_is_everybody(client, choices):
    log_in(client, *BUILD)
    client.post(reverse("segments:add"), {"name": "Tout le monde", "match": ALL})
    assert Segment.objects.get().rules == {}
    assert selected({}).count() == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "2 personnes joignables"),
        ({"actor_types": ["elu"]}, "1 personne joignable"),
        ({"territories": True}, "1 personne joignable"),
        ({"themes": True}, "0 personne joignable"),
        ({"joined_from": "2026-02-01", "joined_until": "2026-01-01"}, "Corrigez les conditions"),
    ],
)
def test_the_count_follows_the_conditions_with_and_without_script(client, choices, asked, said):
    log_in(client, "add_segment")
    data = {"match": ALL} | {k: choices[k] if v is True else v for k, v in asked.items()}
    url = reverse("segments:count")
    live = client.post(url, data, headers={"accept": "application/json"}).json()
    assert live == {"said": said}
    assert said in client.post(url, data).content.decode()
    assert not Segment.objects.exists()


def test_counting_asks_the_right_to_build(client, choices):
    log_in(client, "see_addresses", "view_segment")
    assert client.post(reverse("segments:count"), {"match": ALL}).status_code == 302


def test_the_preview_says_who_and_why_only_with_the_right(client, choices):
    rules = {"match": "any", "actor_types": ["elu"], "member": True, "themes": choices["themes"]}
    segment = Segment.objects.create(name="Élu·es", rules=rules)
    url = reverse("segments:inspect", args=[segment.pk])
    log_in(client, "view_segment")
    html = client.get(url).content.decode()
    assert "1 personne joignable" in html
    assert "@example.org" not in html
    log_in(client, "view_segment", "see_addresses")
    html = client.get(url).content.decode()
    assert "locale@example.org" in html
    assert "autre@example.org" not in html
    why = html[html.index("locale@example.org") :]
    assert "Adhésion : adhérent·es" in why
    assert "Santé" not in why


def test_the_segment_chosen_at_send_is_frozen_and_shown(client, choices):
    segment = Segment.objects.create(name="Élu·es", rules={"match": ALL, "actor_types": ["elu"]})
    issue = make_issue(body=BODY)
    issue.save_revision().publish()
    log_in(client, "add_mailing", "view_mailing")
    url = reverse("mailings:prepare", args=[issue.pk])
    html = client.get(url, {"segment": segment.pk}).content.decode()
    assert "segment « Élu·es », 1 aujourd" in html.replace("&#x27;", "'")
    client.post(url, {"segment": segment.pk})
    mailing = Mailing.objects.get()
    segment.rules = {}
    segment.save()
    assert mailing.readers().count() == 1
    html = client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()
    assert "Élu·es – Type d&#x27;acteur : Élu·e" in html


def test_a_segment_that_is_gone_prepares_nothing(client, choices):
    issue = make_issue(body=BODY)
    issue.save_revision().publish()
    log_in(client, "add_mailing", "view_mailing")
    client.post(reverse("mailings:prepare", args=[issue.pk]), {"segment": "999999"})
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("right", "name"),
    [("add_segment", "add"), ("change_segment", "edit"), ("delete_segment", "delete")],
)
def test_each_screen_of_a_segment_asks_its_right(client, choices, right, name):
    segment = Segment.objects.create(name="Élu·es")
    url = reverse(f"segments:{name}", args=[] if name == "add" else [segment.pk])
    log_in(client, *{*BUILD, "delete_segment", "see_addresses"} - {right})
    assert client.get(url).status_code == 302
    log_in(client, right)
    assert client.get(url).status_code == 200


def test_a_count_stops_at_its_bound_and_says_so(client, choices, monkeypatch):
    segment = Segment.objects.create(name="Toutes et tous", rules={})
    log_in(client, "view_segment", "add_segment")
    url = reverse("segments:inspect", args=[segment.pk])
    assert "2 personnes joignables" in client.get(url).content.decode()
    monkeypatch.setattr(counting, "MOST", 1)
    html = client.get(url).content.decode()
    assert "Plus de" in html
    assert "2 personnes" not in html


@pytest.mark.parametrize("narrow", [0, 25_000])
def test_a_count_is_the_same_whether_links_are_few_or_many(client, choices, monkeypatch, narrow):
    monkeypatch.setattr(listing, "_NARROW", narrow)
    rules = {"territories": choices["territories"], "periodicals": choices["periodicals"]}
    for match, expected in (("all", 1), ("any", 2)):
        assert counting.reachable({"match": match, **rules}) == expected


@pytest.mark.parametrize("narrow", [0, 25_000])
@pytest.mark.parametrize("most", [1, 10_000])
def test_a_reach_is_the_same_whether_it_is_wide_or_narrow(choices, monkeypatch, narrow, most):
    """By letter, and whom it shows; only its own count says « plus de »."""
    monkeypatch.setattr(listing, "_NARROW", narrow)
    monkeypatch.setattr(counting, "MOST", most)
    other = make_periodical(code="speciale", title="Spéciale")
    local = Subscriber.objects.get(email="locale@example.org")
    local.subscriptions.create(periodical=other, state="active")
    gone = make_subscription("partie@example.org", periodical=other)
    consent.leave(subscription=gone, origin="lien")
    rules = {"match": "any", "territories": choices["territories"], "member": False}
    reach = counting.Reach(rules)
    assert reach.count == 2
    letters = {series.code: count for series, count in reach.letters()}
    assert letters == {"resonances": 2, "speciale": 1}
    assert [person.email for person in reach.first(2)] == [
        "locale@example.org", "autre@example.org",
    ]  # fmt: skip
    assert len(reach.first(1)) == 1
