from collections import Counter

import pytest

from newsletters.delivery.send import run
from newsletters.models import Delivery, Mailing
from tests.builders import make_sending
from tests.smtp_sink import Rule, SmtpSink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]


def readers(count: int) -> Counter[str]:
    return Counter(f"lecteur{n:05d}@example.org" for n in range(1, count + 1))


def received(relay: SmtpSink) -> Counter[str]:
    return Counter(accepted.recipient for accepted in relay.accepted)


@pytest.fixture
def lines(settings) -> int:
    settings.NEWSLETTER_CONNECTIONS = 8
    return 8


def test_several_lines_write_to_everybody_once(relay, lines, journal):
    mailing = make_sending(300)
    equation = run(mailing.pk).equation
    assert received(relay) == readers(300)
    assert (equation.accepted, equation.remaining) == (300, 0)
    assert 1 < relay.connections <= lines
    assert Mailing.objects.get().state == Mailing.State.FINISHED
    assert list(journal.iterdir()) == []


def test_a_few_readers_do_not_open_many_lines(relay, lines):
    run(make_sending(9).pk)
    assert relay.connections == 1


@pytest.mark.parametrize(
    ("rule", "outcome", "count"),
    [
        (Rule("rcpt", "550 5.1.1 unknown", match="lecteur00017"), "refused", 1),
        (Rule("rcpt", "451 4.7.1 later", match="lecteur0004"), "retry", 10),
        (Rule("dot", "drop", match="lecteur00031", accepting=True), "uncertain", 1),
    ],
)
def test_each_line_tells_what_became_of_its_messages(relay, lines, rule, outcome, count):
    mailing = make_sending(99)
    relay.rules.append(rule)
    assert run(mailing.pk).equation.balances
    assert Delivery.objects.filter(state=outcome).count() == count
    assert max(received(relay).values()) == 1


def test_a_line_cut_now_and_then_loses_nobody(relay, lines):
    mailing = make_sending(200)
    relay.rules.append(Rule("mail", "421 4.7.0 too many messages", every=20))
    equation = run(mailing.pk).equation
    # Cut twice in a row, a message waits for its next hour.
    assert equation.accepted + equation.remaining == 200
    assert (equation.uncertain, equation.refused) == (0, 0)
    assert equation.accepted == len(received(relay)) == received(relay).total()


def test_a_relay_that_closes_for_all_stops_every_line_and_gives_the_rest_back(relay, lines):
    mailing = make_sending(200)
    relay.rules.append(Rule("mail", "550 5.7.1 sender rejected", every=50))
    report = run(mailing.pk)
    assert "refuse l’adresse d’expédition" in report.fault
    equation = report.equation
    assert equation.accepted == len(relay.accepted)
    assert equation.remaining == 200 - equation.accepted > 0
    assert not Delivery.objects.filter(state="claimed").exists()


def test_a_stop_reaches_every_line(relay, lines, journal):
    mailing = make_sending(300)
    report = run(mailing.pk, should_stop=lambda: len(relay.accepted) >= 40)
    assert 40 <= report.equation.accepted < 300
    assert report.equation.accepted == len(relay.accepted)
    assert not Delivery.objects.filter(state="claimed").exists()
    assert list(journal.iterdir()) == []


def test_a_line_is_opened_anew_after_so_many_messages(relay, settings):
    settings.NEWSLETTER_PER_CONNECTION = 10
    run(make_sending(35).pk)
    assert relay.connections == 4
    assert received(relay) == readers(35)
