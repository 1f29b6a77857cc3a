"""The envelope of the next message, opened while the answer of one is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from newsletters.delivery.answers import Answer, Outcome
from newsletters.delivery.smtp import Offer, SmtpConnection
from newsletters.delivery.transport import SmtpTransport
from tests.newsletters.test_smtp_connection import FROM, connection, message
from tests.newsletters.test_transport import RECIPIENT, TEMPLATE
from tests.smtp_sink import Rule, SmtpSink


def offers(count: int) -> list[Offer]:
    return [Offer(FROM, f"lecteur{n}@example.org", message(n, 90_000)) for n in range(count)]


def said(offer: Offer) -> Callable[[], Offer]:
    return lambda: offer


def sent(relay: SmtpConnection, sending: list[Offer]) -> list[Answer]:
    """Each in its turn, the next one always announced, and again when nothing was taken."""
    answers = []
    for offer, following in zip(sending, [*sending[1:], None], strict=True):
        ahead = said(following) if following else None
        answer = relay.send(*offer, dot_safe=True, following=ahead)
        if answer.outcome is Outcome.RETRY and answer.code in (0, 421):
            answer = relay.send(*offer, dot_safe=True, following=ahead)
        answers.append(answer)
    return answers


def outcomes(answers: list[Answer]) -> list[Outcome]:
    return [answer.outcome for answer in answers]


@pytest.fixture(params=[0, 5], ids=["at once", "5 ms"])
def delay(request: pytest.FixtureRequest) -> float:
    return float(request.param)


def test_each_gets_the_message_meant_for_them(delay: float) -> None:
    sending = offers(20)
    with SmtpSink(keep=True, delay_ms=delay) as sink, connection(sink) as relay:
        answers = sent(relay, sending)
    assert outcomes(answers) == [Outcome.ACCEPTED] * 20
    assert [(one.recipient, one.message_id) for one in sink.accepted] == [
        (offer.envelope_to, f"<{n}@example.org>") for n, offer in enumerate(sending)
    ]
    assert sink.messages == [offer.message for offer in sending]
    assert sink.connections == 1
    if delay:
        assert sink.ahead == 19


def test_nothing_goes_ahead_where_pipelining_is_not_offered() -> None:
    with SmtpSink(pipelining=False, delay_ms=5) as sink, connection(sink) as relay:
        answers = sent(relay, offers(3))
    assert outcomes(answers) == [Outcome.ACCEPTED] * 3
    assert sink.ahead == sink.hurried == 0


def test_whoever_was_announced_and_not_sent_to_gets_nothing() -> None:
    first, second = offers(2)
    with SmtpSink(keep=True) as sink, connection(sink) as relay:
        relay.send(*first, dot_safe=True, following=said(second))
        relay.close()
        assert not relay.is_open
        relay.send(*first, dot_safe=True)
    assert [taken.recipient for taken in sink.accepted] == [first.envelope_to] * 2
    assert sink.messages == [first.message] * 2
    assert sink.connections == 2


@pytest.mark.parametrize(
    "other", [{"envelope_to": "autre@example.org"}, {"message": message(1, 50)}], ids=str
)
def test_another_than_the_announced_is_sent_over_a_new_line(other: dict[str, object]) -> None:
    first, second = offers(2)
    instead = second._replace(**other)  # type: ignore[arg-type]
    with SmtpSink(keep=True) as sink, connection(sink) as relay:
        relay.send(*first, dot_safe=True, following=said(second))
        assert relay.send(*instead, dot_safe=True).outcome is Outcome.ACCEPTED
    assert sink.messages == [first.message, instead.message]
    assert [one.recipient for one in sink.accepted] == [first.envelope_to, instead.envelope_to]
    assert sink.connections == 2


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("mail", "451 4.3.0 plus tard", every=2, times=1), "a R a a"),
        (Rule("rcpt", "550 5.1.1 inconnu", "lecteur1"), "a x a a"),
        (Rule("data", "451 4.3.0 plus tard", "lecteur1"), "a R a a"),
        (Rule("dot", "554 5.7.1 refus", "lecteur1"), "a x a a"),
        (Rule("dot", "451 4.3.0 plus tard", "lecteur1"), "a R a a"),
        (Rule("mail", "421 4.7.0 assez pour cette ligne", every=2, times=1), "a a a a"),
        (Rule("mail", "drop", every=2, times=1), "a a a a"),
        (Rule("rcpt", "drop", "lecteur1", times=1), "a a a a"),
        (Rule("dot", "drop", "lecteur1"), "a ? a a"),
        (Rule("dot", "drop", "lecteur1", accepting=True), "a ? a a"),
        (Rule("dot", "421 4.7.0 fermeture", "lecteur1", times=1), "a a a a"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else f"{value.stage} {value.then[:3]}",
)
def test_a_no_concerns_only_the_one_it_is_said_of(rule: Rule, expected: str, delay: float) -> None:
    letters = {"a": Outcome.ACCEPTED, "x": Outcome.REFUSED, "R": Outcome.RETRY}
    sending = offers(4)
    with SmtpSink([replace(rule)], keep=True, delay_ms=delay) as sink, connection(sink) as relay:
        answers = sent(relay, sending)
    wanted = [letters.get(letter, Outcome.UNCERTAIN) for letter in expected.split()]
    assert outcomes(answers) == wanted
    taken = [one.recipient for one in sink.accepted]
    sure = [o.envelope_to for o, fate in zip(sending, wanted, strict=True) if fate == letters["a"]]
    doubtful = [sending[1].envelope_to] if rule.accepting else []
    assert sorted(taken) == sorted(sure + doubtful)


def test_a_relay_that_loses_what_comes_behind_a_message_gets_nothing_ahead_any_more() -> None:
    with (
        SmtpSink(short_of_breath=True, delay_ms=5) as sink,
        connection(sink, timeout=0.3) as relay,
    ):
        answers = sent(relay, offers(4))
        assert sink.ahead == 1
        assert sink.hurried > 0, "commands still leave together"
    assert outcomes(answers) == [Outcome.ACCEPTED] * 4
    assert len(sink.accepted) == 4


def test_an_announced_address_that_may_not_travel_is_left_for_its_turn() -> None:
    first, second = offers(2)
    hostile = second._replace(envelope_to="a@example.org>\r\nRCPT TO:<b@example.org")
    with SmtpSink() as sink, connection(sink) as relay:
        answer = relay.send(*first, dot_safe=True, following=said(hostile))
        assert answer.outcome is Outcome.ACCEPTED
        with pytest.raises(ValueError, match="envelope address"):
            relay.send(*hostile, dot_safe=True)
        assert relay.send(*second, dot_safe=True).outcome is Outcome.ACCEPTED
    assert sink.connections == 1


def test_a_reader_who_cannot_be_written_to_stops_nobody() -> None:
    people = [
        replace(RECIPIENT, email=email, message_id=f"<{n}@example.org>")
        for n, email in enumerate(["un@example.org", "é@example.org", "trois@example.org"])
    ]
    with SmtpSink(delay_ms=5) as sink:
        transport = SmtpTransport(SmtpConnection(sink.host, sink.port, timeout=2))
        answers = []
        for now, then in zip(people, [*people[1:], None], strict=True):
            if then is not None:
                transport.foresee(lambda then=then: then)  # type: ignore[misc]
            answers.append(transport.send(now, TEMPLATE))
        transport.close()
    assert outcomes(answers) == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert [one.recipient for one in sink.accepted] == ["un@example.org", "trois@example.org"]


def test_a_line_that_is_due_for_a_new_one_opens_nothing_ahead() -> None:
    people = [replace(RECIPIENT, message_id=f"<{n}@example.org>") for n in range(7)]
    with SmtpSink(delay_ms=5) as sink:
        relay = SmtpConnection(sink.host, sink.port, timeout=2)
        transport = SmtpTransport(relay, per_connection=3)
        for now, then in zip(people, [*people[1:], people[0]], strict=True):
            transport.foresee(lambda then=then: then)  # type: ignore[misc]
            assert transport.send(now, TEMPLATE).outcome is Outcome.ACCEPTED
        transport.close()
    assert [one.message_id for one in sink.accepted] == [one.message_id for one in people]
    assert sink.connections == 3
    assert sink.commands.count("quit") == 2, "the last one had an envelope open"
    assert sink.ahead == 2 + 2 + 1
