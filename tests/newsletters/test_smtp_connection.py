from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.smtp import SmtpConnection
from tests.smtp_sink import Accepted, Rule, SmtpSink, read_log

FROM = "lettre@example.org"
TO = "camille.martin@example.org"


def message(number: int = 1, size: int = 100) -> bytes:
    body = (b"x" * 74 + b"\r\n") * (size // 76 + 1)
    return f"Message-ID: <{number}@example.org>\r\n\r\n".encode() + body


def connection(sink: SmtpSink, **options: object) -> SmtpConnection:
    settings = {"timeout": 5.0, "local_hostname": "test.example.org"} | options
    return SmtpConnection(sink.host, sink.port, **settings)  # type: ignore[arg-type]


@pytest.fixture(params=[True, False], ids=["pipelining", "one by one"])
def pipelining(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_messages_arrive_whole_each_once_over_one_connection(pipelining: bool) -> None:
    sent = [message(number, size) for number, size in enumerate((10, 2_000, 94_000, 3_000_000))]
    with SmtpSink(pipelining=pipelining, keep=True) as sink, connection(sink) as relay:
        answers = [relay.send(FROM, TO, wire) for wire in sent]
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 4
    assert (answers[0].code, answers[0].enhanced, answers[0].text) == (250, "2.0.0", "Ok: queued")
    assert sink.messages == sent
    assert [taken.message_id for taken in sink.accepted] == [f"<{n}@example.org>" for n in range(4)]
    assert {taken.recipient for taken in sink.accepted} == {TO}
    assert sink.connections == 1


def test_commands_leave_together_only_where_that_is_offered(pipelining: bool) -> None:
    with SmtpSink(pipelining=pipelining) as sink, connection(sink) as relay:
        answers = [relay.send(FROM, TO, message(number)) for number in range(3)]
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
    assert (sink.hurried > 0) is pipelining


def test_a_relay_that_offers_pipelining_and_loses_commands_is_spoken_to_one_by_one() -> None:
    with SmtpSink(forgetful=True) as sink, connection(sink, timeout=0.3) as relay:
        answers = [relay.send(FROM, TO, message(number)) for number in range(3)]
    assert [answer.outcome for answer in answers] == [Outcome.RETRY] + [Outcome.ACCEPTED] * 2
    assert [taken.message_id for taken in sink.accepted] == ["<1@example.org>", "<2@example.org>"]
    assert sink.connections == 2


def test_a_line_closed_while_idle_says_nothing_against_pipelining() -> None:
    with SmtpSink([Rule("mail", "drop", times=1)]) as sink, connection(sink) as relay:
        assert relay.send(FROM, TO, message(1)).outcome is Outcome.RETRY
        sink.hurried = 0
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert sink.hurried > 0


@pytest.mark.parametrize("body", [b".", b".\r\n..\r\na\r\n.\r\nMAIL FROM:<>", b"no line end"])
def test_lines_that_start_with_a_dot_arrive_as_they_were(body: bytes, pipelining: bool) -> None:
    wire = b"Message-ID: <1@example.org>\r\n\r\n" + body
    with SmtpSink(pipelining=pipelining, keep=True) as sink, connection(sink) as relay:
        assert relay.send(FROM, TO, wire).outcome is Outcome.ACCEPTED
        assert relay.send(FROM, TO, b".x\r\n").outcome is Outcome.ACCEPTED
    assert sink.messages == [wire + b"\r\n", b".x\r\n"]


@pytest.mark.parametrize(
    ("stage", "reply", "outcome", "stays_open"),
    [
        ("mail", "451 4.3.0 plus tard", Outcome.RETRY, True),
        ("mail", "421 4.7.0 trop de connexions", Outcome.RETRY, False),
        ("rcpt", "550 5.1.1 inconnu", Outcome.REFUSED, True),
        ("rcpt", "450 4.2.0 liste grise", Outcome.RETRY, True),
        ("rcpt", "421 4.7.0 au revoir", Outcome.RETRY, False),
        ("rcpt", "354 hors de propos", Outcome.RETRY, False),
        ("data", "554 5.7.1 contenu refusé", Outcome.REFUSED, True),
        ("data", "451 4.3.0 plus tard", Outcome.RETRY, True),
        ("data", "421 4.3.2 arrêt", Outcome.RETRY, False),
        ("dot", "550 5.7.1 contenu refusé", Outcome.REFUSED, True),
        ("dot", "452 4.3.1 disque plein", Outcome.RETRY, True),
        ("dot", "421 4.3.2 arrêt", Outcome.RETRY, False),
        ("dot", "354 hors de propos", Outcome.UNCERTAIN, False),
    ],
)
def test_a_refusal_is_named_and_does_not_spoil_the_next_message(
    stage: str, reply: str, outcome: Outcome, stays_open: bool, pipelining: bool
) -> None:
    rules = [Rule(stage, reply, times=1)]  # type: ignore[arg-type]
    with SmtpSink(rules, pipelining=pipelining) as sink, connection(sink) as relay:
        answer = relay.send(FROM, TO, message(1))
        assert (answer.outcome, answer.code) == (outcome, int(reply[:3]))
        assert relay.is_open is stays_open
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert [taken.message_id for taken in sink.accepted] == ["<2@example.org>"]
    assert sink.connections == (1 if stays_open else 2)


def test_a_relay_that_opens_data_without_a_recipient_gets_a_lone_dot() -> None:
    rules = [Rule("rcpt", "550 5.1.1 inconnu", times=1)]
    with SmtpSink(rules, careless_data=True, keep=True) as sink, connection(sink) as relay:
        assert relay.send(FROM, TO, message(1)).outcome is Outcome.REFUSED
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert sink.messages == [message(2)]
    assert sink.connections == 1


def test_a_relay_that_opens_data_without_a_sender_gets_nothing_at_all() -> None:
    rules = [Rule("mail", "451 4.3.0 plus tard", times=1)]
    with SmtpSink(rules, careless_data=True) as sink, connection(sink) as relay:
        assert relay.send(FROM, TO, message(1)).outcome is Outcome.RETRY
        assert not relay.is_open
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert [taken.message_id for taken in sink.accepted] == ["<2@example.org>"]


def test_a_refused_sender_stops_everything_and_strikes_nobody_out(pipelining: bool) -> None:
    rules = [Rule("mail", "550 5.7.1 expéditeur interdit")]
    with (
        SmtpSink(rules, pipelining=pipelining) as sink,
        connection(sink) as relay,
        pytest.raises(RelayUnavailable, match="refuse l’adresse d’expédition") as error,
    ):
        relay.send(FROM, TO, message())
    assert (error.value.reason, error.value.code) == ("sender", 550)
    assert sink.accepted == []


@pytest.mark.parametrize("accepting", [True, False], ids=["taken", "not taken"])
@pytest.mark.parametrize("then", ["drop", "hang"])
def test_an_answer_lost_after_the_dot_is_uncertain_and_never_sent_again(
    then: str, accepting: bool, pipelining: bool
) -> None:
    rules = [Rule("dot", then, times=1, accepting=accepting)]
    with SmtpSink(rules, pipelining=pipelining) as sink, connection(sink, timeout=0.3) as relay:
        answer = relay.send(FROM, TO, message(1))
        assert (answer.outcome, answer.code) == (Outcome.UNCERTAIN, 0)
        assert not relay.is_open
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    taken = [accepted.message_id for accepted in sink.accepted]
    assert taken == ["<1@example.org>"] * accepting + ["<2@example.org>"]


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("then", ["drop", "hang"])
def test_a_connection_lost_before_the_content_may_be_tried_again(
    stage: str, then: str, pipelining: bool
) -> None:
    rules = [Rule(stage, then, times=1)]  # type: ignore[arg-type]
    with SmtpSink(rules, pipelining=pipelining) as sink, connection(sink, timeout=0.3) as relay:
        assert relay.send(FROM, TO, message(1)).outcome is Outcome.RETRY
        assert not relay.is_open
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert [taken.message_id for taken in sink.accepted] == ["<2@example.org>"]


def test_a_connection_lost_within_the_content_may_be_tried_again() -> None:
    with SmtpSink([Rule("body", "drop", times=1)]) as sink, connection(sink) as relay:
        # Larger than any socket buffer: the dot cannot have left when the relay hangs up.
        assert relay.send(FROM, TO, message(1, 40_000_000)).outcome is Outcome.RETRY
        assert not relay.is_open
    assert sink.accepted == []


def test_a_connection_closed_while_idle_costs_a_retry_not_a_message() -> None:
    with SmtpSink() as first, connection(first) as relay:
        assert relay.send(FROM, TO, message(1)).outcome is Outcome.ACCEPTED
        relay._client.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.RETRY
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert len(first.accepted) == 2


def test_a_slow_relay_is_waited_for() -> None:
    with SmtpSink(delay_ms=60) as sink, connection(sink) as relay:
        assert relay.send(FROM, TO, message()).outcome is Outcome.ACCEPTED


def test_an_interruption_never_leaves_a_connection_out_of_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SmtpSink() as sink, connection(sink) as relay:
        with monkeypatch.context() as patched:
            patched.setattr(relay, "_read", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                relay.send(FROM, TO, message(1))
        assert not relay.is_open
        assert relay.send(FROM, TO, message(2)).outcome is Outcome.ACCEPTED
    assert [taken.message_id for taken in sink.accepted] == ["<2@example.org>"]


@pytest.mark.parametrize(
    "words",
    [
        f"<{TO}>: boîte inconnue",
        f"{TO.upper()} unknown",
        "user camille.martin unknown",
        "sorry autre.personne@example.com moved",
        "Recipient address rejected: <Camille.Martin@example.org>",
    ],
)
def test_the_relays_words_are_kept_without_any_address(words: str) -> None:
    ascii_words = words.encode("ascii", "replace").decode()
    with (
        SmtpSink([Rule("rcpt", f"550-5.1.1 {ascii_words}\r\n550 5.1.1 voir plus loin")]) as sink,
        connection(sink) as relay,
    ):
        answer = relay.send(FROM, TO, message())
    assert answer.enhanced == "5.1.1"
    assert "@" not in answer.text
    assert "camille" not in answer.text.lower()
    assert "…" in answer.text
    assert answer.text.endswith("voir plus loin")


@pytest.mark.parametrize("bad", ["a\r\nRCPT TO:<x@y>@example.org", "a>@b", "a b@c", "é@b", "\0@b"])
def test_an_envelope_address_cannot_carry_a_command(bad: str) -> None:
    with SmtpSink() as sink, connection(sink) as relay:
        with pytest.raises(ValueError, match="envelope"):
            relay.send(FROM, bad, message())
        with pytest.raises(ValueError, match="envelope"):
            relay.send(bad, TO, message())
        assert relay.send("", TO, message()).outcome is Outcome.ACCEPTED
    assert len(sink.accepted) == 1


def test_the_sink_serves_as_a_process_and_logs_before_it_answers(tmp_path: Path) -> None:
    log = tmp_path / "accepted.tsv"
    command = [sys.executable, "-m", "tests.smtp_sink", "--log", str(log), "--delay-ms", "1"]
    command += ["--rule", "rcpt|550 5.1.1 inconnu|refus", "--rule", "dot|drop|perdu||accepting"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, host, port = process.stdout.readline().split()
        relay = SmtpConnection(host, int(port), timeout=5, local_hostname="test.example.org")
        people = ["a@example.org", "refus@example.org", "perdu@example.org", "b@example.org"]
        answers = [relay.send(FROM, person, message(7)).outcome for person in people]
        relay.close()
        process.terminate()
    assert answers == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNCERTAIN, Outcome.ACCEPTED]
    taken = ["a@example.org", "perdu@example.org", "b@example.org"]
    assert read_log(log) == {Accepted(person, "<7@example.org>"): 1 for person in taken}
