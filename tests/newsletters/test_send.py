import email
import email.policy
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import DatabaseError
from django.utils import timezone

import pytest
import time_machine

from newsletters.consent import leave
from newsletters.delivery import send as send_module
from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.claim import claim
from newsletters.delivery.send import deliver, run
from newsletters.delivery.worker import Worker, recover_dead
from newsletters.models import Delivery, Equation, Mailing
from newsletters.tokens import read_unsubscribe_token
from tests.builders import make_mailing, make_readers, make_sending
from tests.fakes import FakeTransport
from tests.smtp_sink import Rule, SmtpSink

pytestmark = pytest.mark.django_db
State = Delivery.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOWN = RelayUnavailable("Le serveur d’envoi ne répond pas.", "timeout")


@pytest.fixture(autouse=True)
def journal(settings, tmp_path: Path) -> Path:
    settings.NEWSLETTER_JOURNAL_DIR = tmp_path / "journal"
    return settings.NEWSLETTER_JOURNAL_DIR


@pytest.fixture
def relay(settings) -> Iterator[SmtpSink]:
    with SmtpSink(keep=True) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = sink.host, sink.port, 2
        yield sink


def reader(number: int) -> str:
    return f"lecteur{number:05d}@example.org"


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


def test_everybody_receives_the_letter_once_and_the_mailing_ends(relay, journal):
    mailing = make_sending(250)
    seen: list[Equation] = []
    equation = deliver(mailing.pk, on_progress=seen.append)
    received = Counter(accepted.recipient for accepted in relay.accepted)
    assert received == Counter(reader(n) for n in range(1, 251))
    assert equation == Equation(250, 250, 0, 0, 0, 0) == seen[-1]
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
    assert mailing.finished_at is not None
    assert relay.connections == 1
    assert list(journal.iterdir()) == []


def test_a_finished_mailing_delivered_again_sends_nothing(relay):
    mailing = make_sending(3)
    assert deliver(mailing.pk) == deliver(mailing.pk)
    assert len(relay.accepted) == 3


def test_a_letter_carries_what_its_reader_and_their_mailbox_need(relay):
    mailing = make_sending(2)
    deliver(mailing.pk)
    messages = [email.message_from_bytes(m, policy=email.policy.default) for m in relay.messages]
    first = messages[0]
    row = Delivery.objects.get(email=first["To"])
    url, mailto = first["List-Unsubscribe"].strip().split(", ")
    token = url.strip("<>").rstrip("/").rpartition("/")[2]
    assert url.startswith("<http://testserver/lettre/desinscription/")
    assert read_unsubscribe_token(token) == row.subscription_id
    assert mailto == f"<mailto:lettre@example.org?subject=desinscription%20{token}>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["List-Id"] == "<resonances.example.org>"
    assert first["List-Help"] == "<mailto:lettre@example.org?subject=aide>"
    assert first["List-Archive"] == "<http://testserver/resonances/>"
    assert first["Precedence"] == "bulk"
    assert first["Feedback-ID"] == f"{mailing.pk}:resonances:lettre:example.org"
    assert first["Subject"] == "Résonances – mars 2026"
    assert first["From"].addresses[0].display_name == "Pôle ressources"
    assert first["Message-ID"].startswith(f"<{mailing.pk}.{row.pk}.")
    for kind in ("plain", "html"):
        body = first.get_body((kind,)).get_content()
        assert "Égalité" in body
        assert url.strip("<>") in body
        assert "%%" not in body
    assert messages[0]["Message-ID"] != messages[1]["Message-ID"]
    assert messages[0]["List-Unsubscribe"] != messages[1]["List-Unsubscribe"]


def test_the_same_row_always_has_the_same_message():
    mailing = make_sending(1)
    first, second = FakeTransport(), FakeTransport()
    run(mailing.pk, transport=first)
    Delivery.objects.update(state=State.PLANNED)
    Mailing.objects.update(state=Mailing.State.SENDING)
    run(mailing.pk, transport=second)
    assert first.messages == second.messages


def test_the_loop_costs_few_queries_whatever_the_number_of_readers(django_assert_max_num_queries):
    mailing = make_sending(200)
    # Per batch of 200: one claim, two marks, one look at the state; plus the start and the end.
    with django_assert_max_num_queries(40):
        run(mailing.pk, transport=FakeTransport())


def test_a_refusal_concerns_one_person_only():
    mailing = make_sending(5)
    transport = FakeTransport({reader(2): [Outcome.REFUSED], reader(4): [Outcome.UNCERTAIN]})
    report = run(mailing.pk, transport=transport)
    assert report.equation == Equation(5, 3, 1, 0, 1, 0)
    assert report.fault == ""
    assert Mailing.objects.get().state == Mailing.State.FINISHED


def test_an_address_that_cannot_travel_is_refused_without_being_offered(relay):
    mailing = make_sending(2)
    Delivery.objects.filter(email=reader(1)).update(email="camille\r\nBcc: x@example.org")
    equation = deliver(mailing.pk)
    assert (equation.accepted, equation.refused) == (1, 1)
    assert [accepted.recipient for accepted in relay.accepted] == [reader(2)]


def test_a_temporary_refusal_is_offered_again_when_its_time_has_come():
    mailing = make_sending(3)
    transport = FakeTransport({reader(2): [Outcome.RETRY, Outcome.ACCEPTED]})
    with time_machine.travel(NOW, tick=False) as clock:
        first = run(mailing.pk, transport=transport)
        assert first.equation == Equation(3, 2, 0, 0, 0, 1)
        assert Mailing.objects.get().state == Mailing.State.SENDING
        run(mailing.pk, transport=transport)
        assert transport.offered.count(reader(2)) == 1
        clock.shift(timedelta(minutes=1))
        assert run(mailing.pk, transport=transport).equation.accepted == 3
    assert Counter(transport.accepted) == Counter(map(reader, (1, 2, 3)))
    assert Mailing.objects.get().state == Mailing.State.FINISHED


def test_a_reader_who_leaves_during_the_send_is_skipped(monkeypatch):
    mailing = make_sending(3)
    monkeypatch.setattr(send_module, "claim", partial(claim, limit=1))
    transport = FakeTransport()
    real_send = transport.send

    def send_then_leave(recipient, template):
        leave(subscription=Delivery.objects.get(email=reader(3)).subscription, origin="test")
        return real_send(recipient, template)

    transport.send = send_then_leave
    equation = run(mailing.pk, transport=transport).equation
    assert transport.accepted == [reader(1), reader(2)]
    assert equation == Equation(3, 2, 0, 1, 0, 0)


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


def test_a_connection_closed_by_the_relay_is_opened_again_without_anyone_waiting(relay):
    mailing = make_sending(60)
    relay.rules.append(Rule("mail", "421 4.7.0 too many messages", every=20))
    assert deliver(mailing.pk).accepted == 60
    assert Counter(a.recipient for a in relay.accepted) == Counter(map(reader, range(1, 61)))
    assert relay.connections > 1


def test_a_lost_answer_is_uncertain_and_never_offered_again(relay):
    mailing = make_sending(20)
    relay.rules.append(Rule("dot", "drop", match=reader(7), accepting=True))
    assert deliver(mailing.pk) == Equation(20, 19, 0, 0, 1, 0)
    assert Delivery.objects.get(state=State.UNCERTAIN).email == reader(7)
    assert max(Counter(a.recipient for a in relay.accepted).values()) == 1


@pytest.mark.parametrize(
    ("rule", "uncertain"), [(Rule("mail", "421 4.3.2 closing"), 0), (Rule("dot", "drop"), 3)]
)
def test_a_relay_that_fails_message_after_message_pauses_the_mailing(relay, rule, uncertain):
    mailing = make_sending(30)
    relay.rules.append(rule)
    report = run(mailing.pk)
    assert "3 de suite" in report.fault
    assert report.equation == Equation(30, 0, 0, 0, uncertain, 30 - uncertain)


@pytest.mark.parametrize("state", [Mailing.State.PAUSED, Mailing.State.CANCELLED])
def test_pausing_or_cancelling_during_the_send_stops_it(monkeypatch, state: Mailing.State):
    mailing = make_sending(300)
    monkeypatch.setattr(send_module, "_MARK_ROWS", 10)

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
        patch.setattr(send_module, "mark", broken)
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
    assert "ne peut pas être écrit" in report.fault


def test_the_slow_reference_transport_sends_the_same_letter(settings, relay):
    settings.NEWSLETTER_TRANSPORT = "django"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert deliver(make_sending(3).pk).accepted == 3
    message = email.message_from_bytes(relay.messages[0], policy=email.policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_no_address_reaches_the_log(relay, caplog):
    caplog.set_level("DEBUG")
    mailing = make_sending(4)
    relay.rules.append(Rule("rcpt", "550 5.1.1 unknown", match=reader(2)))
    relay.rules.append(Rule("dot", "drop", match=reader(3)))
    deliver(mailing.pk)
    assert "finished" in caplog.text
    assert "lecteur" not in caplog.text
