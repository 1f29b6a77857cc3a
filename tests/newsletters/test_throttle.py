from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from newsletters.delivery.claim import claim
from newsletters.delivery.send import run
from newsletters.delivery.throttle import give_back, take, within_domains
from newsletters.models import Delivery, RateLimit
from tests.builders import make_sending
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_without_a_limit_everything_may_leave():
    assert take(1_000).count == 1_000


@pytest.mark.parametrize(
    ("limit", "wanted", "granted", "later", "granted_later"),
    [
        ({"per_second": 10}, 25, 10, 1, 10),
        ({"per_second": 10}, 8, 8, 0, 2),
        ({"per_second": 0.5}, 5, 1, 2, 1),
        ({"per_hour": 600}, 25, 10, 60, 10),
        ({"per_second": 10, "per_hour": 180}, 25, 3, 20, 1),
    ],
)
def test_a_bucket_gives_what_it_holds_and_fills_with_time(
    limit, wanted, granted, later, granted_later
):
    RateLimit.objects.create(**limit)
    with time_machine.travel(NOW, tick=False) as clock:
        assert take(wanted).count == granted
        clock.shift(timedelta(seconds=later))
        assert take(wanted).count == granted_later


def test_an_empty_bucket_says_when_to_come_back():
    RateLimit.objects.create(per_second=10)
    with time_machine.travel(NOW, tick=False):
        take(10)
        grant = take(10)
    assert grant.count == 0
    assert grant.wait == pytest.approx(0.2)


def test_what_was_not_used_is_given_back():
    RateLimit.objects.create(per_second=10)
    with time_machine.travel(NOW, tick=False):
        take(10)
        give_back(4)
        assert take(10).count == 4


def test_a_clock_that_goes_back_fills_nothing():
    RateLimit.objects.create(per_second=10)
    with time_machine.travel(NOW, tick=False) as clock:
        take(10)
        clock.shift(timedelta(seconds=-30))
        assert take(10).count == 0


def test_an_hour_never_sees_much_more_than_its_limit():
    RateLimit.objects.create(per_hour=600)
    with time_machine.travel(NOW, tick=False) as clock:
        sent = 0
        for _ in range(360):
            sent += take(500).count
            clock.shift(timedelta(seconds=10))
    assert 590 <= sent <= 610


def test_a_limited_domain_waits_while_the_others_leave():
    mailing = make_sending(10)
    slow = Delivery.objects.order_by("pk")[:6]
    for number, row in enumerate(slow):
        Delivery.objects.filter(pk=row.pk).update(email=f"lecteur{number}@Lent.example")
    RateLimit.objects.create(domain="lent.example", per_second=2)
    transport = FakeTransport()
    with time_machine.travel(NOW, tick=False) as clock:
        equation = run(mailing.pk, transport=transport).equation
        assert (equation.accepted, equation.remaining) == (6, 4)
        for _ in range(2):
            clock.shift(timedelta(seconds=2))
            run(mailing.pk, transport=transport)
    domains = Counter(email.partition("@")[2].lower() for email in transport.accepted)
    assert domains == {"lent.example": 6, "example.org": 4}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_a_sending_takes_its_turn_and_still_reaches_everybody():
    RateLimit.objects.create(per_second=200)
    transport = FakeTransport()
    assert run(make_sending(230).pk, transport=transport).equation.accepted == 230
    assert max(Counter(transport.accepted).values()) == 1


def test_a_stop_does_not_wait_for_the_bucket():
    RateLimit.objects.create(per_hour=60)
    mailing = make_sending(5)
    transport = FakeTransport()
    report = run(mailing.pk, transport=transport, should_stop=lambda: bool(transport.accepted))
    assert report.equation.accepted == 1


def test_machines_whose_clocks_differ_keep_to_one_limit_together():
    RateLimit.objects.create(per_second=10)
    sent = 0
    for second in range(20):
        for skew in (0, 3):  # the second machine is three seconds ahead
            with time_machine.travel(NOW + timedelta(seconds=second + skew), tick=False):
                sent += take(100).count
    assert sent <= 10 * (20 + 3)


def test_a_clock_that_was_wrong_by_hours_does_not_stop_the_sending():
    RateLimit.objects.create(per_second=10)
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        take(10)
    with time_machine.travel(NOW, tick=False) as clock:
        assert take(10).count == 10
        assert take(10).count == 0
        clock.shift(timedelta(seconds=1))
        assert take(10).count == 10


def test_rows_of_a_slow_domain_come_due_at_its_pace_and_within_a_minute():
    mailing = make_sending(200)
    RateLimit.objects.create(domain="example.org", per_second=1)
    with time_machine.travel(NOW, tick=False):
        batch = within_domains(claim(mailing.pk, "w"), "w", {"example.org"})
        assert len(batch.rows) == 1
        due = Delivery.objects.exclude(not_before=None).order_by("pk")
        waits = [(row.not_before - NOW).total_seconds() for row in due]
    assert (len(waits), waits[:6], waits[-1]) == (199, [1, 1, 1, 1, 1, 6], 61)


def test_one_run_goes_on_with_a_limited_domain_as_its_bucket_fills():
    mailing = make_sending(45)
    RateLimit.objects.create(domain="example.org", per_second=30)
    transport = FakeTransport()
    assert run(mailing.pk, transport=transport).equation.accepted == 45
    assert max(Counter(transport.accepted).values()) == 1
