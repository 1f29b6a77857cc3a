"""Nobody is kept for ever: asked once after 35 months, erased 30 days later, struck out at last."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta

from newsletters import consent, errands, service_mail
from newsletters.delivery.freeze import freeze
from newsletters.delivery.place import here
from newsletters.models import (
    Chore,
    ConsentEvent,
    Delivery,
    DeliveryEvent,
    Errand,
    Mailing,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletters.nightly import do_chores
from tests.builders import make_home, make_issue, make_mailing, make_periodical, make_subscription

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ADDRESS = "camille@example.org"


@pytest.fixture(autouse=True)
def at_nine():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def letter():
    return make_periodical()


def reader(letter, *, months: int, days: int = 1, **fields) -> Subscriber:
    """A reader whose last act is that old, and one day more."""
    person = make_subscription(ADDRESS, periodical=letter).subscriber
    last = NOW - relativedelta(months=months) - timedelta(days=days)
    Subscriber.objects.filter(pk=person.pk).update(last_action_at=last, **fields)
    person.refresh_from_db()
    return person


def actions() -> list[str]:
    return list(ConsentEvent.objects.order_by("pk").values_list("action", flat=True))


def test_the_silent_are_asked_once(letter):
    person = reader(letter, months=35)
    assert consent.remind_silent(NOW) == 1
    assert consent.remind_silent(NOW) == 0
    assert Errand.objects.get().kind == Errand.Kind.RENEWAL
    assert actions() == ["reminded"]
    person.refresh_from_db()
    assert person.reminded_at == NOW


def test_whoever_acted_since_is_left_in_peace(letter):
    reader(letter, months=34)
    assert consent.remind_silent(NOW) == 0


@pytest.mark.parametrize(("days", "kept"), [(29, True), (30, False)])
def test_no_answer_for_thirty_days_is_an_erasure(letter, days, kept):
    reader(letter, months=36, reminded_at=NOW - timedelta(days=days))
    consent.erase_silent(NOW)
    assert Subscriber.objects.exists() is kept
    assert Suppression.objects.exists() is not kept
    assert actions() == ([] if kept else ["erased"])


def test_a_question_that_has_not_left_is_not_held_against_anybody(letter):
    person = reader(letter, months=36, reminded_at=NOW - timedelta(days=60))
    errand = Errand.objects.create(kind=Errand.Kind.RENEWAL, subscriber=person)
    assert consent.erase_silent(NOW) == 0
    errand.delete()
    assert consent.erase_silent(NOW) == 1


def test_the_thirty_days_run_from_the_mail_and_not_from_the_wish_to_write_it(letter, relay):
    """The worker had stopped: the question leaves twenty-nine days late."""
    make_home()
    person = reader(letter, months=35)
    consent.remind_silent(NOW)
    late = NOW + timedelta(days=29)
    with time_machine.travel(late, tick=False):
        assert errands.run_due() == 1
    person.refresh_from_db()
    assert person.reminded_at == late
    assert consent.erase_silent(late + timedelta(days=29)) == 0
    assert consent.erase_silent(late + timedelta(days=30)) == 1


def test_a_question_that_was_given_up_is_asked_again_before_anybody_is_erased(letter, monkeypatch):
    make_home()
    reader(letter, months=35)
    consent.remind_silent(NOW)
    Errand.objects.update(attempts=errands.MOST_ATTEMPTS - 1)

    def no_relay(*_args: object) -> None:
        raise OSError

    monkeypatch.setattr(service_mail, "send", no_relay)
    assert errands.run_due() == 1
    assert not Errand.objects.exists()
    assert consent.erase_silent(NOW + timedelta(days=31)) == 0
    assert consent.remind_silent(NOW + timedelta(days=31)) == 1


def test_an_answer_starts_the_clock_again(letter):
    person = reader(letter, months=35)
    consent.remind_silent(NOW)
    for _ in range(2):
        consent.stay(subscriber=person)
    assert actions() == ["reminded", "renewed"]
    later = NOW + relativedelta(months=34)
    Errand.objects.all().delete()
    assert consent.remind_silent(later) == consent.erase_silent(later) == 0
    assert Subscription.objects.get().state == "active"


def test_an_answer_brings_back_no_letter_that_was_left(letter):
    person = reader(letter, months=35)
    consent.remind_silent(NOW)
    consent.leave(subscription=Subscription.objects.get(), origin="essai")
    consent.stay(subscriber=person)
    assert Subscription.objects.get().state == "left"


def test_members_are_not_asked(letter):
    reader(letter, months=60, is_member=True)
    assert consent.remind_silent(NOW) == consent.erase_silent(NOW) == 0


@pytest.mark.parametrize("case", ["left", "blocked"])
def test_who_cannot_be_asked_goes_after_the_same_time_without_a_mail(letter, case):
    person = reader(letter, months=35, days=31)
    if case == "left":
        Subscription.objects.update(state="left")
    else:
        Subscriber.objects.update(blocked_at=NOW, blocked_reason="n'existe plus")
    assert consent.remind_silent(NOW) == 0
    assert not Errand.objects.exists()
    assert consent.erase_silent(NOW) == 1
    assert not Subscriber.objects.filter(pk=person.pk).exists()


def test_an_opening_is_no_act(letter):
    person = reader(letter, months=35)
    delivery = freeze_one(letter)
    DeliveryEvent.objects.create(delivery=delivery, kind="delivered")
    assert consent.remind_silent(NOW) == 1
    person.refresh_from_db()
    assert person.last_action_at < NOW


def freeze_one(letter) -> Delivery:
    freeze(mailing=make_mailing(issue=make_issue(periodical=letter)))
    return Delivery.objects.get()


def sent(letter, *, months: int) -> Mailing:
    """A mailing to one reader that ended so many months ago, and one day more."""
    row = freeze_one(letter)
    row.state, row.reply_text = "accepted", f"250 <{ADDRESS}> ok"
    row.save()
    DeliveryEvent.objects.create(delivery=row, kind="deferred", detail="boîte pleine")
    ended = NOW - relativedelta(months=months) - timedelta(days=1)
    Mailing.objects.update(state="finished", finished_at=ended)
    return row.mailing


def test_the_ledger_of_an_old_mailing_keeps_counts_and_no_person(letter):
    reader(letter, months=1)
    mailing = sent(letter, months=12)
    before = mailing.equation()
    assert consent.anonymise_old(NOW) == 1
    row = Delivery.objects.get()
    assert (row.email, row.subscriber, row.subscription) == (f"effacee-{row.pk}", None, None)
    assert row.reply_text == DeliveryEvent.objects.get().detail == ""
    mailing.refresh_from_db()
    assert mailing.equation() == before
    assert mailing.anonymised_at == NOW
    assert consent.anonymise_old(NOW) == 0
    assert Subscriber.objects.get().email == ADDRESS


def test_a_recent_ledger_is_left_alone(letter):
    reader(letter, months=1)
    sent(letter, months=11)
    assert consent.anonymise_old(NOW) == 0
    assert Delivery.objects.get().email == ADDRESS


def test_a_striking_out_cut_short_is_taken_up_again(letter):
    reader(letter, months=1)
    mailing = sent(letter, months=12)
    Mailing.objects.filter(pk=mailing.pk).update(anonymised_at=NOW - timedelta(days=1))
    assert consent.anonymise_old(NOW) == 1
    assert Delivery.objects.get().subscriber is None


def test_the_night_work_is_done_once_a_day_by_one_worker(letter):
    reader(letter, months=35)
    assert do_chores()["remind_silent"] == 1
    assert do_chores() == {}
    with time_machine.travel(NOW + timedelta(days=1)):
        assert set(do_chores()) == set(Chore.objects.values_list("name", flat=True))


def test_a_copy_of_the_database_asks_nobody_whether_they_stay(letter):
    reader(letter, months=35)
    mailing = make_mailing(issue=make_issue(periodical=letter), environment="elsewhere")
    assert do_chores()["remind_silent"] == 0
    Mailing.objects.filter(pk=mailing.pk).update(environment=here())
    with time_machine.travel(NOW + timedelta(days=1)):
        assert do_chores()["remind_silent"] == 1


def test_nobody_is_written_to_at_midnight(letter):
    with time_machine.travel(datetime(2026, 11, 21, 0, 5, tzinfo=UTC)):
        assert do_chores() == {}
    assert not Chore.objects.exists()
