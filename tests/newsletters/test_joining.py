"""Who asks, confirms, leaves and is forgotten: the operations, without their pages."""

from datetime import timedelta

from django.utils import timezone

import pytest
import time_machine

from newsletters import consent
from newsletters.consent import Demand, LinkClosed
from newsletters.delivery.freeze import freeze
from newsletters.models import ConsentEvent, Errand, Periodical, Subscriber, Subscription
from newsletters.tokens import Dated
from tests.builders import make_mailing, make_periodical, make_subscription

pytestmark = pytest.mark.django_db
ADDRESS = "camille@example.org"


@pytest.fixture
def letter() -> Periodical:
    return make_periodical()


def ask(letter: Periodical, **fields) -> Dated:
    """Ask by the form; what the link of the mail then written says."""
    demand = Demand(email=ADDRESS, letters=(letter.pk,), **fields)
    consent.ask(demand=Demand.from_details(demand.as_details()), at=timezone.now())
    errand = Errand.objects.latest("pk")
    return Dated(errand.subscriber_id, errand.created_at, tuple(errand.details["letters"]))


def actions() -> list[str]:
    return list(ConsentEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_demand_waits_and_its_confirmation_makes_it_active_once(letter):
    asked = ask(letter, organisation="La Rive", notice_version="v1")
    assert Subscription.objects.get().state == "pending"
    for _ in range(2):
        consent.confirm(asked=asked)
    assert Subscription.objects.get().state == "active"
    assert actions() == ["asked", "confirmed"]
    assert list(Errand.objects.values_list("kind", flat=True)) == ["confirmation", "welcome"]
    assert Subscriber.objects.get().organisation == "La Rive"


def test_a_form_changes_nothing_of_someone_known(letter):
    make_subscription(ADDRESS, periodical=letter)
    ask(letter, organisation="Un autre")
    assert Subscriber.objects.get().organisation == ""
    assert not ConsentEvent.objects.exists()
    assert Errand.objects.get().kind == Errand.Kind.ALREADY


def test_a_form_changes_nothing_of_someone_whose_import_was_undone(letter):
    Subscriber.objects.create(email=ADDRESS, organisation="La Rive")
    ask(letter, organisation="Un autre")
    assert Subscriber.objects.get().organisation == "La Rive"


def test_the_last_form_says_who_an_unproved_address_is(letter):
    for name in ("La Rive", "Le Pont"):
        ask(letter, organisation=name)
        assert Subscriber.objects.get().organisation == name


@pytest.mark.parametrize("act", ["leave", "complain", "erase", "week"])
def test_an_older_link_brings_nobody_back(letter, act):
    asked = ask(letter)
    consent.confirm(asked=asked)
    subscription = Subscription.objects.get()
    moment = timezone.now()
    if act == "leave":
        consent.leave(subscription=subscription, origin="essai")
    elif act == "complain":
        consent.complain(subscriber=subscription.subscriber, origin="essai")
    elif act == "erase":
        consent.erase(subscriber=subscription.subscriber, origin="essai")
    else:
        moment += timedelta(days=7, seconds=1)
    with time_machine.travel(moment, tick=True), pytest.raises(LinkClosed):
        consent.confirm(asked=asked)


@pytest.mark.parametrize("act", ["leave", "complain", "erase"])
def test_a_newer_demand_once_confirmed_brings_them_back(letter, act):
    consent.confirm(asked=ask(letter))
    subscription = Subscription.objects.get()
    if act == "leave":
        consent.leave(subscription=subscription, origin="essai")
    else:
        getattr(consent, act)(subscriber=subscription.subscriber, origin="essai")
    asked = ask(letter)
    assert not Subscription.objects.active().exists()
    consent.confirm(asked=asked)
    assert Subscription.objects.get().state == "active"
    assert not consent.suppressed([ADDRESS])


def test_what_is_never_confirmed_is_forgotten_after_thirty_days(letter):
    ask(letter)
    assert consent.purge_unconfirmed() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert consent.purge_unconfirmed() == 1
    assert not Subscriber.objects.exists()
    assert actions() == ["asked", "expired"]


def test_erasing_keeps_the_counts_and_no_address(letter):
    mailing = make_mailing()
    make_subscription(ADDRESS, periodical=mailing.issue.periodical)
    freeze(mailing=mailing)
    before = mailing.deliveries.count()
    consent.erase(subscriber=Subscriber.objects.get(), origin="essai")
    row = mailing.deliveries.get()
    assert (before, row.email, row.subscriber) == (1, f"effacee-{row.pk}", None)
    assert consent.suppressed([ADDRESS]) == {ADDRESS}
    assert ConsentEvent.objects.get(action="erased").subscriber is None


def test_a_departure_is_taken_back_at_once_and_not_later(letter):
    consent.confirm(asked=ask(letter))
    subscription = Subscription.objects.get()
    consent.leave(subscription=subscription, origin="essai")
    slip = Dated(subscription.pk, subscription.left_at)
    with time_machine.travel(timezone.now() + timedelta(hours=2)), pytest.raises(LinkClosed):
        consent.undo_leaving(slip=slip)
    assert [one.state for one in consent.undo_leaving(slip=slip)] == ["active"]
    assert actions() == ["asked", "confirmed", "left", "confirmed"]


def test_one_slip_takes_back_the_letters_it_ended_and_no_other(letter):
    consent.confirm(asked=ask(letter))
    person = Subscriber.objects.get()
    now = timezone.now()
    theirs = {
        "speciale": {"state": "active", "confirmed_at": now},
        "quittee": {"state": "left", "confirmed_at": now, "left_at": now},
        "attendue": {},
    }
    for code, fields in theirs.items():
        person.subscriptions.create(periodical=make_periodical(code=code, title=code), **fields)
    ended = consent.leave_all(subscriber=person, origin="essai")
    assert {one.periodical.code for one in ended} == {letter.code, "speciale"}
    first, second = person.subscriptions.filter(pk__in=[one.pk for one in ended])
    assert first.left_at == second.left_at
    every = tuple(person.subscriptions.values_list("pk", flat=True))
    held = consent.undo_leaving(slip=Dated(first.pk, first.left_at, every))
    assert {one.pk for one in held} == {first.pk, second.pk}
    active = person.subscriptions.filter(state="active")
    assert {one.periodical.code for one in active} == {letter.code, "speciale"}
