from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from newsletters import clock, lifecycle
from newsletters.delivery import desk, thresholds
from newsletters.delivery.answers import Outcome
from newsletters.delivery.claim import claim
from newsletters.delivery.send import run
from newsletters.models import Delivery, DeliveryEvent, Mailing, SendingRules
from tests.builders import make_sending
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
State, Kind = Mailing.State, Mailing.PauseKind


def reader(number: int) -> str:
    return f"lecteur{number:05d}@example.org"


def refusing(count: int) -> FakeTransport:
    return FakeTransport({reader(n): [Outcome.REFUSED] for n in range(1, count + 1)})


def rules(**values: float) -> None:
    found = SendingRules.load()
    for name, value in values.items():
        setattr(found, name, value)
    found.save()


def test_the_first_group_is_observed_then_the_rest_follows_by_itself():
    rules(canary_size=20, canary_minutes=10)
    mailing, transport = make_sending(50), FakeTransport()
    with time_machine.travel(NOW, tick=False) as now:
        report = run(mailing.pk, transport=transport)
        assert len(transport.accepted) == 20
        assert "20 premiers messages" in report.fault
        mailing.refresh_from_db()
        assert (mailing.state, mailing.pause_kind) == (State.PAUSED, Kind.CANARY)
        assert clock.resume_due() == []
        now.shift(timedelta(minutes=10))
        assert [found.state for found in clock.resume_due()] == [State.SENDING]
        assert run(mailing.pk, transport=transport).equation.accepted == 50
    assert max(Counter(transport.accepted).values()) == 1


def test_a_person_may_end_the_observation():
    rules(canary_size=20, canary_minutes=10)
    mailing, transport = make_sending(30), FakeTransport()
    run(mailing.pk, transport=transport)
    mailing.refresh_from_db()
    lifecycle.resume(mailing=mailing)
    assert run(mailing.pk, transport=transport).equation.accepted == 30


def test_notices_that_arrive_during_the_observation_keep_it_paused():
    rules(canary_size=20, canary_minutes=10)
    mailing = make_sending(50)
    with time_machine.travel(NOW, tick=False) as now:
        run(mailing.pk, transport=FakeTransport())
        for row in mailing.deliveries.filter(state="accepted")[:3]:
            DeliveryEvent.objects.create(delivery=row, kind=DeliveryEvent.Kind.BOUNCED)
        now.shift(timedelta(minutes=10))
        clock.resume_due()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_kind) == (State.PAUSED, Kind.BREAKER)
    assert "3 sur 20 messages (15\u00a0%, seuil 2\u00a0%)" in mailing.pause_reason


def test_a_bad_first_group_stops_the_rest_without_anybody_watching():
    mailing = make_sending(300)
    report = run(mailing.pk, transport=refusing(5))
    assert "5 sur 100" in report.fault
    assert report.equation.remaining == 200
    mailing.refresh_from_db()
    assert (mailing.pause_kind, mailing.resume_at) == (Kind.BREAKER, None)


def test_a_person_may_go_on_in_spite_of_the_threshold():
    mailing, transport = make_sending(300), refusing(5)
    run(mailing.pk, transport=transport)
    mailing.refresh_from_db()
    lifecycle.resume(mailing=mailing)
    equation = run(mailing.pk, transport=transport).equation
    assert (equation.accepted, equation.refused, equation.remaining) == (295, 5, 0)


def test_a_first_group_shared_by_two_workers_stays_one_group():
    rules(canary_size=20)
    mailing = make_sending(60)
    claim(mailing.pk, "another:1:abc", limit=15)
    transport = FakeTransport()
    equation = run(mailing.pk, transport=transport).equation
    assert len(transport.accepted) == 5
    assert equation.remaining == 55


@pytest.mark.parametrize(
    ("kind", "count", "tripped"),
    [
        (DeliveryEvent.Kind.BOUNCED, 4, False),
        (DeliveryEvent.Kind.BOUNCED, 5, True),
        (DeliveryEvent.Kind.COMPLAINED, 1, True),
        (DeliveryEvent.Kind.DEFERRED, 60, False),
    ],
)
def test_notices_during_the_send_trip_the_breaker(kind, count, tripped):
    mailing = make_sending(300)
    Delivery.objects.filter(pk__in=mailing.deliveries.values("pk")[:200]).update(state="accepted")
    for row in mailing.deliveries.filter(state="accepted")[:count]:
        DeliveryEvent.objects.create(delivery=row, kind=kind)
    assert thresholds.trip(mailing) is tripped
    mailing.refresh_from_db()
    assert (mailing.state == State.PAUSED) is tripped


def test_a_threshold_lowered_in_the_admin_stops_the_sending_under_way(monkeypatch):
    monkeypatch.setattr(thresholds, "_CHECK_REFUSED_SECONDS", 0.0)
    monkeypatch.setattr(desk, "MARK_ROWS", 10)
    rules(hard_percent=100, sample=10, canary_size=0)
    mailing, transport = make_sending(200), refusing(200)

    def lower() -> bool:
        if len(transport.offered) == 50:
            rules(hard_percent=99.5)
        return False

    report = run(mailing.pk, transport=transport, should_stop=lower)
    assert "(100\u00a0%, seuil 99,5\u00a0%)" in report.fault
    assert 50 <= len(transport.offered) < 200


def test_a_small_mailing_is_never_judged_by_a_percentage():
    mailing = make_sending(20)
    assert run(mailing.pk, transport=refusing(3)).fault == ""


@pytest.mark.parametrize("delays", [50, 20])
def test_a_relay_that_postpones_everybody_is_a_fault(delays):
    rules(delays=delays)
    mailing = make_sending(80)
    report = run(mailing.pk, transport=FakeTransport(default=Outcome.RETRY))
    assert f"remet à plus tard tous les messages ({delays} de suite, code 451)" in report.fault
    mailing.refresh_from_db()
    assert mailing.pause_kind == Kind.FAULT
    assert mailing.resume_at is not None
