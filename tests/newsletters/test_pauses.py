from collections import Counter
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

import pytest
import time_machine

from newsletters import clock, lifecycle
from newsletters.consent import leave
from newsletters.delivery import place
from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.claim import claim
from newsletters.delivery.rest import rest_of
from newsletters.delivery.send import FAULT_BACK_OFF, run
from newsletters.delivery.worker import recover_dead
from newsletters.models import Delivery, Equation, Mailing, SendingRules
from tests.builders import make_mailing, make_readers, make_sending, make_subscription
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOWN = RelayUnavailable("Le serveur d’envoi ne répond pas.", "timeout")
State, Kind = Mailing.State, Mailing.PauseKind


def reader(number: int) -> str:
    return f"lecteur{number:05d}@example.org"


def test_a_fault_resumes_by_itself_later_and_later():
    mailing = make_sending(3)
    transport = FakeTransport({reader(1): [DOWN, DOWN, DOWN, Outcome.ACCEPTED]})
    with time_machine.travel(NOW, tick=False) as now:
        for wait in FAULT_BACK_OFF[:3]:
            assert run(mailing.pk, transport=transport).fault == str(DOWN)
            mailing.refresh_from_db()
            assert (mailing.pause_kind, mailing.resume_at) == (Kind.FAULT, timezone.now() + wait)
            now.shift(wait - timedelta(seconds=1))
            assert clock.resume_due() == []
            now.shift(timedelta(seconds=1))
            assert len(clock.resume_due()) == 1
        assert run(mailing.pk, transport=transport).equation.accepted == 3


def test_a_fault_after_progress_waits_the_shortest_time_again():
    mailing = make_sending(3)
    Mailing.objects.update(faults=4)
    with time_machine.travel(NOW, tick=False):
        run(mailing.pk, transport=FakeTransport({reader(3): [DOWN]}))
        mailing.refresh_from_db()
        assert mailing.resume_at == timezone.now() + FAULT_BACK_OFF[0]


def test_what_a_person_paused_stays_paused():
    mailing = make_sending(3)
    lifecycle.pause(mailing=mailing, reason="Relecture.")
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert clock.resume_due() == []


def test_a_copy_of_the_database_asks_before_it_sends(settings):
    mailing = make_sending(3)
    settings.WAGTAILADMIN_BASE_URL = "https://recette.example.org"
    transport = FakeTransport()
    assert "autre installation" in run(mailing.pk, transport=transport).fault
    assert transport.offered == []
    mailing.refresh_from_db()
    assert mailing.pause_kind == Kind.QUESTION
    lifecycle.resume(mailing=mailing)
    assert run(mailing.pk, transport=transport).equation.accepted == 3


def test_a_copy_does_not_launch_what_was_scheduled_either(settings):
    mailing = make_mailing()
    make_readers(2, periodical=mailing.issue.periodical)
    lifecycle.schedule(mailing=mailing, at=timezone.now(), user=None)
    settings.NEWSLETTER_ENVIRONMENT = "copie"
    assert [found.state for found in clock.launch_due()] == [State.PAUSED]
    mailing.refresh_from_db()
    assert mailing.audience is None


@pytest.mark.parametrize("how", ["put off", "taken back"])
def test_what_is_decided_while_a_departure_is_examined_holds(monkeypatch, how):
    mailing, now = make_mailing(), timezone.now()
    make_readers(2, periodical=mailing.issue.periodical)
    lifecycle.schedule(mailing=mailing, at=now, user=None)
    Mailing.objects.update(scheduled_at=now)
    later = {
        "put off": {"scheduled_at": now + timedelta(days=1)},
        "taken back": {"state": State.APPROVED, "scheduled_at": None},
    }[how]

    def meanwhile(*, mailing: Mailing) -> bool:
        Mailing.objects.filter(pk=mailing.pk).update(**later)
        return False

    monkeypatch.setattr(clock, "has_changed", meanwhile)
    clock.launch_due()
    mailing.refresh_from_db()
    assert mailing.audience is None
    assert {name: getattr(mailing, name) for name in later} == later
    assert mailing.pause_reason == ""


def test_the_same_names_on_another_server_are_another_installation(monkeypatch):
    """A container's « db », a « localhost »: what a copied configuration leaves as it was."""
    mailing = make_sending(3)
    own = "_machine" if connection.vendor == "sqlite" else "_cluster"
    monkeypatch.setattr(place, own, lambda *where: "7318")
    assert "autre installation" in run(mailing.pk, transport=FakeTransport()).fault


def test_a_machine_asleep_past_its_lease_stops_and_gives_back_what_others_doubted(tmp_path):
    mailing = make_sending(10)

    class Sleepy(FakeTransport):
        def send(self, recipient, template):
            answer = super().send(recipient, template)
            if len(self.offered) == 3:
                now.shift(timedelta(minutes=10))
                assert recover_dead(tmp_path / "third").uncertain == 10
            return answer

    transport = Sleepy()
    with time_machine.travel(NOW, tick=False) as now:
        claim(mailing.pk, "elsewhere", limit=1)
        assert run(mailing.pk, transport=transport).equation == Equation(10, 9, 0, 0, 1, 0)
    assert max(Counter(transport.offered).values()) == 1


def test_machines_back_after_the_week_end_ask_before_they_go_on():
    mailing = make_sending(4)
    transport = FakeTransport()
    run(mailing.pk, transport=transport, should_stop=lambda: len(transport.offered) == 2)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert "plus d'un jour" in run(mailing.pk, transport=transport).fault
        mailing.refresh_from_db()
        assert mailing.pause_kind == Kind.QUESTION
        lifecycle.resume(mailing=mailing)
        assert run(mailing.pk, transport=transport).equation.accepted == 4


def test_a_relay_away_for_days_is_a_question_too():
    mailing = make_sending(2)
    with time_machine.travel(timezone.now() + timedelta(hours=20)) as now:
        run(mailing.pk, transport=FakeTransport({reader(1): [DOWN]}))
        now.shift(timedelta(hours=1))
        assert [found.state for found in clock.resume_due()] == [State.SENDING]
        run(mailing.pk, transport=FakeTransport({reader(1): [DOWN]}))
        now.shift(timedelta(hours=5))
        assert [found.pause_kind for found in clock.resume_due()] == [Kind.QUESTION]


def test_a_first_group_observed_for_days_still_leads_to_the_rest():
    SendingRules.objects.create(canary_size=2, canary_minutes=3 * 24 * 60)
    mailing = make_sending(5)
    assert run(mailing.pk, transport=FakeTransport()).equation.accepted == 2
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert [found.state for found in clock.resume_due()] == [State.SENDING]
        assert run(mailing.pk, transport=FakeTransport()).equation.accepted == 5


def test_the_rest_of_an_old_mailing_leaves_without_a_question():
    mailing = make_sending(2)
    run(mailing.pk, transport=FakeTransport())
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        make_subscription("arrivee@example.org", periodical=mailing.issue.periodical)
        mailing.refresh_from_db()
        lifecycle.send_rest(mailing=mailing)
        assert run(mailing.pk, transport=FakeTransport()).equation.accepted == 3


def test_past_its_time_limit_a_sending_stops_and_asks():
    mailing = make_sending(5)
    mailing.stop_after = timezone.now() + timedelta(minutes=1)
    mailing.save()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        report = run(mailing.pk, transport=FakeTransport())
        assert "heure limite" in report.fault
        assert report.equation.remaining == 5
        mailing.refresh_from_db()
        lifecycle.resume(mailing=mailing)
        assert run(mailing.pk, transport=FakeTransport()).equation.accepted == 5


def test_a_limit_before_the_departure_is_refused():
    mailing, now = make_mailing(), timezone.now()
    with pytest.raises(lifecycle.LifecycleError, match="précède le départ"):
        lifecycle.schedule(mailing=mailing, at=now, user=None, stop_after=now)


def test_the_rest_goes_to_newcomers_and_to_those_put_off_and_to_nobody_else():
    mailing = make_sending(6)
    run(
        mailing.pk,
        transport=FakeTransport(
            {reader(1): [Outcome.REFUSED], reader(2): [Outcome.UNCERTAIN]},
        ),
    )
    Delivery.objects.filter(email=reader(3)).update(state="refused", reply_code=451)
    Delivery.objects.filter(email=reader(4)).update(state="refused", reply_code=451)
    leave(subscription=Delivery.objects.get(email=reader(4)).subscription, origin="test")
    periodical = mailing.issue.periodical
    moved = make_subscription("arrivee@example.org", periodical=periodical).subscriber
    kept = Delivery.objects.get(email=reader(5)).subscriber
    kept.email = "autre@example.org"
    kept.save()
    mailing.refresh_from_db()
    assert rest_of(mailing) == (1, 1)
    assert lifecycle.send_rest(mailing=mailing) == 2
    transport = FakeTransport()
    equation = run(mailing.pk, transport=transport).equation
    assert Counter(transport.accepted) == Counter([reader(3), moved.email])
    assert (equation.audience, equation.remaining) == (7, 0)
    assert equation.balances


def test_the_rest_of_nobody_leaves_the_mailing_finished():
    mailing = make_sending(2)
    run(mailing.pk, transport=FakeTransport())
    mailing.refresh_from_db()
    with pytest.raises(lifecycle.LifecycleError, match="Il ne reste personne"):
        lifecycle.send_rest(mailing=mailing)
    assert Mailing.objects.get().state == State.FINISHED


def test_the_rest_of_a_sending_under_way_is_refused():
    with pytest.raises(lifecycle.LifecycleError, match="pas terminé"):
        lifecycle.send_rest(mailing=make_sending(2))
