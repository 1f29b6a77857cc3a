"""A segment is frozen with its mailing, and selects each person once."""

import pytest

from newsletters.delivery.freeze import FreezeError, freeze
from newsletters.models import Mailing, Segment
from pages.models import Territory, Theme
from tests.builders import make_mailing, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailing():
    return make_mailing(state=Mailing.State.DRAFT)


@pytest.fixture
def places():
    county = Territory.objects.create(name="Val d'Oise", kind="departement")
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    town.parents.add(county)
    town.save()
    district = Territory.objects.create(name="Les Lochères", kind="quartier")
    district.parents.add(town)
    district.save()
    return county, town, district


@pytest.fixture
def readers(mailing, places):
    """Somebody in a town and in its district, somebody with a theme, somebody with nothing."""
    health = Theme.objects.create(code="sante", name="Santé")
    series = mailing.issue.periodical
    local = make_subscription("locale@example.org", periodical=series).subscriber
    local.territories.add(*places[1:])
    local.actor_type = "elu"
    local.save()
    keen = make_subscription("sante@example.org", periodical=series).subscriber
    keen.themes.add(health)
    make_subscription("tous@example.org", periodical=series)
    return {"county": places[0].pk, "theme": health.pk}


def approve_for(mailing: Mailing, rules: dict) -> Mailing:
    mailing.audience_rules = rules
    mailing.content_hash = mailing.approved_hash = mailing.fingerprint()
    mailing.state = Mailing.State.APPROVED
    mailing.save()
    return mailing


def received(mailing: Mailing) -> set[str]:
    freeze(mailing=mailing)
    return {row.email.partition("@")[0] for row in mailing.deliveries.all()}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"territories": ["county"]}, {"locale"}),
        ({"themes": ["theme"]}, {"sante"}),
        ({"match": "any", "territories": ["county"], "themes": ["theme"]}, {"locale", "sante"}),
        ({"actor_types": ["elu", "etat"]}, {"locale"}),
        ({"member": False, "themes": []}, {"locale", "sante", "tous"}),
        ({}, {"locale", "sante", "tous"}),
    ],
)
def test_only_the_chosen_people_are_frozen_each_once(mailing, readers, rules, expected):
    named = {
        key: [readers.get(item, item) for item in value] if isinstance(value, list) else value
        for key, value in rules.items()
    }
    assert received(approve_for(mailing, named)) == expected
    assert mailing.deliveries.count() == len(expected)


@pytest.mark.parametrize(
    "rules",
    [
        {"match": "all", "territories": ["county"], "themes": ["theme"]},
        {"territories": [999_999]},
        {"joined_until": "2001-01-01"},
    ],
)
def test_a_choice_of_nobody_sends_to_nobody_rather_than_to_all(mailing, readers, rules):
    named = {
        key: [readers.get(item, item) for item in value] if isinstance(value, list) else value
        for key, value in rules.items()
    }
    with pytest.raises(FreezeError, match="segment"):
        freeze(mailing=approve_for(mailing, named))
    assert not mailing.deliveries.exists()


def test_rules_changed_behind_an_approval_are_refused(mailing, readers):
    approve_for(mailing, {"actor_types": ["elu"]})
    Mailing.objects.update(audience_rules={})
    with pytest.raises(FreezeError, match="a été approuvé"):
        freeze(mailing=mailing)


def test_a_segment_says_its_rules_in_french(places):
    segment = Segment(
        name="Élu·es d'ici",
        rules={"match": "any", "territories": [places[0].pk], "actor_types": ["elu", "etat"]},
    )
    assert segment.words == (
        "Élu·es d'ici – Type d'acteur : Élu·e ou État, institution ; ou "
        "Territoire : Val d'Oise (département)"
    )
