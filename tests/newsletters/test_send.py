import email
import email.policy
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from newsletters.consent import leave
from newsletters.delivery import desk
from newsletters.delivery import send as send_module
from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.send import deliver, run
from newsletters.models import Delivery, Equation, Mailing
from newsletters.tokens import read_unsubscribe_token
from tests.builders import make_sending
from tests.fakes import FakeTransport
from tests.smtp_sink import Rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
State = Delivery.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOWN = RelayUnavailable("Le serveur d’envoi ne répond pas.", "timeout")


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


@pytest.mark.parametrize(("hours", "dated"), [(1, 0), (12, 12)])
def test_a_letter_sent_long_after_the_departure_is_dated_of_its_own_day(hours, dated):
    """A date long past is what mailboxes know spam by; a short pause changes no byte."""
    transport = FakeTransport()
    with time_machine.travel(NOW, tick=False) as now:
        mailing = make_sending(1)
        now.shift(timedelta(hours=hours))
        run(mailing.pk, transport=transport)
    message = email.message_from_bytes(transport.messages[0], policy=email.policy.default)
    assert message["Date"].datetime == NOW + timedelta(hours=dated)


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


def test_the_loop_costs_few_queries_whatever_the_number_of_readers(
    django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(desk, "MARK_SECONDS", 3600)  # a slow machine marks more often
    mailing = make_sending(200)
    # Two batches, the first group and the rest, each in its transactions: one claim, two marks, one
    # look at the state; plus the start, the verdict on the first group, and the end.
    with django_assert_max_num_queries(52):
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
    monkeypatch.setattr(send_module, "BATCH", 1)
    transport = FakeTransport()
    real_send = transport.send

    def send_then_leave(recipient, template):
        leave(subscription=Delivery.objects.get(email=reader(3)).subscription, origin="test")
        return real_send(recipient, template)

    transport.send = send_then_leave
    equation = run(mailing.pk, transport=transport).equation
    assert transport.accepted == [reader(1), reader(2)]
    assert equation == Equation(3, 2, 0, 1, 0, 0)


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
