from collections import Counter
from datetime import UTC, datetime

from django.db import DatabaseError
from django.utils import timezone

import pytest

from newsletters.delivery import desk as desk_module
from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.send import run
from newsletters.delivery.worker import Worker, recover_dead
from newsletters.models import Delivery, Equation, Mailing, SendingRules
from tests.builders import make_mailing, make_readers, make_sending
from tests.fakes import FakeTransport
from tests.smtp_sink import Rule, SmtpSink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
State = Delivery.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOWN = RelayUnavailable("Le serveur d’envoi ne répond pas.", "timeout")


def reader(number: int) -> str:
    return f"lecteur{number:05d}@example.org"


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


@pytest.mark.parametrize("served", [0, 1, 150])
def test_a_relay_out_of_reach_pauses_the_mailing_with_its_reason(served: int, journal):
    mailing = make_sending(300)
    report = run(mailing.pk, transport=FakeTransport({reader(served + 1): [DOWN]}))
    assert report.fault == str(DOWN)
    assert report.equation == Equation(300, served, 0, 0, 0, 300 - served)
    assert states()[State.PLANNED] == 300 - served
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == (Mailing.State.PAUSED, str(DOWN))
    assert list(journal.iterdir()) == []


def test_a_port_without_a_relay_pauses_the_mailing_in_french(settings):
    with SmtpSink() as closed:
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.host, closed.port
    report = run(make_sending(2).pk)
    assert "refuse la connexion" in report.fault
    assert report.equation.remaining == 2


@pytest.mark.parametrize("cuts", [3, 5])
@pytest.mark.parametrize("rule", [Rule("mail", "421 4.3.2 closing"), Rule("dot", "drop")])
def test_a_relay_that_fails_message_after_message_pauses_the_mailing(relay, rule, cuts):
    SendingRules.objects.create(cuts=cuts)
    mailing = make_sending(30)
    relay.rules.append(rule)
    report = run(mailing.pk)
    assert f"{cuts} de suite" in report.fault
    uncertain = cuts if rule.stage == "dot" else 0
    assert report.equation == Equation(30, 0, 0, 0, uncertain, 30 - uncertain)


@pytest.mark.parametrize("state", [Mailing.State.PAUSED, Mailing.State.CANCELLED])
def test_pausing_or_cancelling_during_the_send_stops_it(monkeypatch, state: Mailing.State):
    mailing = make_sending(300)
    monkeypatch.setattr(desk_module, "MARK_ROWS", 10)

    class Interrupting(FakeTransport):
        def send(self, recipient, template) -> Answer:
            if len(self.offered) == 14:
                Mailing.objects.update(state=state)
            return super().send(recipient, template)

    report = run(mailing.pk, transport=Interrupting())
    assert report.fault == ""
    assert report.equation.accepted == 20
    assert report.equation.balances
    left = State.SKIPPED if state == Mailing.State.CANCELLED else State.PLANNED
    assert states() == Counter({State.ACCEPTED: 20, left: 280})


def test_a_stop_finishes_the_message_in_hand_and_gives_the_rest_back(journal):
    mailing = make_sending(10)
    transport = FakeTransport()
    report = run(mailing.pk, transport=transport, should_stop=lambda: len(transport.offered) == 4)
    assert report.equation == Equation(10, 4, 0, 0, 0, 6)
    assert states() == Counter({State.ACCEPTED: 4, State.PLANNED: 6})
    assert Mailing.objects.get().state == Mailing.State.SENDING
    assert list(journal.iterdir()) == []


def test_a_journal_that_cannot_be_written_stops_before_anyone_is_written_to(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.NEWSLETTER_JOURNAL_DIR = tmp_path / "file" / "journal"
    transport = FakeTransport()
    report = run(make_sending(3).pk, transport=transport)
    assert "journal d'envoi" in report.fault
    assert transport.offered == []
    assert report.equation.remaining == 3


def test_a_full_disk_in_the_middle_pauses_and_loses_nothing(monkeypatch):
    mailing = make_sending(10)
    transport = FakeTransport()
    real = Worker.__enter__

    def filling(worker: Worker) -> Worker:
        entered = real(worker)
        intend = entered.journal.intend

        def full(delivery: int) -> None:
            if len(transport.offered) == 4:
                raise OSError(28, "No space left on device")
            intend(delivery)

        monkeypatch.setattr(entered.journal, "intend", full)
        return entered

    monkeypatch.setattr(Worker, "__enter__", filling)
    report = run(mailing.pk, transport=transport)
    assert "No space left" in report.fault
    assert report.equation == Equation(10, 4, 0, 0, 0, 6)


def test_what_was_sent_before_the_database_failed_is_known_from_the_journal(monkeypatch):
    mailing = make_sending(10)
    transport = FakeTransport({reader(3): [Outcome.REFUSED]})

    def broken(worker, settled) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(desk_module, "mark", broken)
        with pytest.raises(DatabaseError):
            run(mailing.pk, transport=transport)
    assert states() == Counter({State.CLAIMED: 10})
    assert recover_dead().accepted == 9
    assert run(mailing.pk, transport=transport).equation == Equation(10, 9, 1, 0, 0, 0)
    assert max(Counter(transport.offered).values()) == 1


def test_a_ledger_that_lost_a_row_is_never_called_finished():
    mailing = make_sending(3)
    Delivery.objects.filter(email=reader(2)).delete()
    report = run(mailing.pk, transport=FakeTransport())
    assert "compte" in report.fault
    assert Mailing.objects.get().state == Mailing.State.PAUSED


def test_a_subject_that_would_forge_a_header_pauses_the_mailing():
    mailing = make_mailing(subject="Bonjour\r\nBcc: x@example.org")
    make_readers(1, periodical=mailing.issue.periodical)
    Mailing.objects.update(state=Mailing.State.SENDING, audience=0, started_at=timezone.now())
    report = run(mailing.pk, transport=FakeTransport())
    assert "un en-tête contient un saut de ligne" in report.fault
