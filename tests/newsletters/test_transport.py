from __future__ import annotations

import dataclasses
import email
import email.policy
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

import pytest

from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.smtp import SmtpConnection
from newsletters.delivery.transport import DjangoTransport, SmtpTransport, Transport
from newsletters.delivery.wire import Content, Recipient, WireTemplate
from tests.fakes import FakeTransport
from tests.smtp_sink import Rule, SmtpSink

TEMPLATE = WireTemplate(
    Content(
        "Résonances n° 42",
        "Pôle « Ville »",
        "lettre@example.org",
        "contact@example.org",
        "<p>Égalité <a href='%%unsubscribe_url%%'>x</a></p>\n" + "<p>é.</p>" * 300 + "\n",
        ".Égalité %%unsubscribe_url%%\n",
        (("List-Id", "<resonances.example.org>"), ("Precedence", "bulk")),
    ),
    date=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
)
RECIPIENT = Recipient(
    "camille@example.org",
    "Camille « C. » Martin",
    "<42.17@example.org>",
    {"unsubscribe_url": "https://example.org/d/?a=1&b=2"},
    (("List-Unsubscribe", "<https://example.org/d/>"),),
)


def smtp_transport(sink: SmtpSink) -> Transport:
    return SmtpTransport(SmtpConnection(sink.host, sink.port, timeout=2, local_hostname="x.org"))


def django_transport(sink: SmtpSink) -> Transport:
    return DjangoTransport(
        EmailBackend(host=sink.host, port=sink.port, username="", password="", timeout=2)
    )


BOTH = pytest.mark.parametrize(
    "transport_to", [smtp_transport, django_transport], ids=["smtp", "django"]
)
TransportTo = Callable[[SmtpSink], Transport]


def test_the_fast_way_says_the_same_as_the_reference() -> None:
    read: list[Any] = []
    for transport_to in (smtp_transport, django_transport):
        with SmtpSink(keep=True) as sink:
            transport = transport_to(sink)
            transport.open()
            assert transport.send(RECIPIENT, TEMPLATE).outcome is Outcome.ACCEPTED
            transport.close()
        [wire] = sink.messages
        message = email.message_from_bytes(wire, policy=email.policy.default)
        headers = {name: str(value) for name, value in message.items() if name != "Content-Type"}
        bodies = [part.get_content() for part in message.iter_parts()]
        read.append((headers, [part.get_content_type() for part in message.iter_parts()], bodies))
    assert read[0] == read[1]
    assert "a=1&amp;b=2" in read[0][2][1]


@BOTH
@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (Rule("rcpt", "550 5.1.1 inconnu"), Outcome.REFUSED),
        (Rule("rcpt", "450 4.2.0 liste grise"), Outcome.RETRY),
        (Rule("mail", "451 4.3.0 plus tard"), Outcome.RETRY),
        (Rule("dot", "554 5.7.1 refus"), Outcome.REFUSED),
        (Rule("dot", "452 4.3.1 plein"), Outcome.RETRY),
        (Rule("dot", "drop"), Outcome.UNCERTAIN),
    ],
    ids=lambda value: str(getattr(value, "then", value)),
)
def test_both_ways_name_a_relays_answer_alike(
    transport_to: TransportTo, rule: Rule, outcome: Outcome
) -> None:
    rule = dataclasses.replace(rule, times=1)
    with SmtpSink([rule]) as sink:
        transport = transport_to(sink)
        answer = transport.send(RECIPIENT, TEMPLATE)
        assert answer.outcome is outcome
        assert answer.code == (0 if rule.then == "drop" else int(rule.then[:3]))
        assert "@" not in answer.text
        assert transport.send(RECIPIENT, TEMPLATE).outcome is Outcome.ACCEPTED
        transport.close()
    assert len(sink.accepted) == 1


@BOTH
def test_a_relay_that_is_away_or_refuses_the_sender_concerns_nobody(
    transport_to: TransportTo,
) -> None:
    with SmtpSink([Rule("mail", "550 5.7.1 interdit")]) as sink:
        transport = transport_to(sink)
        with pytest.raises(RelayUnavailable):
            transport.send(RECIPIENT, TEMPLATE)
        transport.close()
    away = transport_to(sink)
    with pytest.raises(RelayUnavailable, match="refuse la connexion"):
        away.open()
    with pytest.raises(RelayUnavailable, match="refuse la connexion"):
        away.send(RECIPIENT, TEMPLATE)


@BOTH
@pytest.mark.parametrize(
    "change", [{"email": "rené@example.org"}, {"name": "a\nb"}, {"email": "a\n@example.org"}]
)
def test_a_person_who_cannot_be_written_to_is_refused_before_any_dialogue(
    transport_to: TransportTo, change: dict[str, str]
) -> None:
    with SmtpSink() as sink:
        transport = transport_to(sink)
        answer = transport.send(dataclasses.replace(RECIPIENT, **change), TEMPLATE)
        transport.close()
    assert (answer.outcome, answer.code, answer.enhanced) == (Outcome.REFUSED, 0, "5.1.3")
    assert not any(line.startswith("MAIL") for line in sink.commands)


class Backend(BaseEmailBackend):
    """An EMAIL_BACKEND that does what it is told."""

    def __init__(self, result: int | BaseException) -> None:
        super().__init__()
        self.result = result
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    def send_messages(self, email_messages: Any) -> int:
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (1, Outcome.ACCEPTED),
        (0, Outcome.RETRY),
        (TimeoutError(), Outcome.UNCERTAIN),
        (smtplib.SMTPServerDisconnected("gone"), Outcome.UNCERTAIN),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_what_a_backend_does_has_one_meaning(result: int | BaseException, outcome: Outcome) -> None:
    assert DjangoTransport(Backend(result)).send(RECIPIENT, TEMPLATE).outcome is outcome


def test_a_relay_that_does_not_know_this_site_refuses_no_reader() -> None:
    greeted = Backend(smtplib.SMTPHeloError(550, b"who are you?"))
    with pytest.raises(RelayUnavailable, match="code 550"):
        DjangoTransport(greeted).send(RECIPIENT, TEMPLATE)


def test_the_fake_follows_its_script_and_counts_what_it_takes() -> None:
    gone = RelayUnavailable("absent", "refused")
    fake: Transport = FakeTransport({RECIPIENT.email: [Outcome.RETRY, gone, Outcome.ACCEPTED]})
    assert isinstance(fake, FakeTransport)
    assert fake.send(RECIPIENT, TEMPLATE).outcome is Outcome.RETRY
    with pytest.raises(RelayUnavailable):
        fake.send(RECIPIENT, TEMPLATE)
    assert fake.send(RECIPIENT, TEMPLATE).code == 250
    assert fake.accepted == [RECIPIENT.email]
    assert len(fake.offered) == 3
