import os
import signal
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import count
from types import SimpleNamespace

from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

import pytest

from newsletters.delivery.claim import claim
from newsletters.management.commands import send_mailings, send_test
from newsletters.models import Delivery, Mailing
from tests.builders import (
    make_issue,
    make_mailing,
    make_periodical,
    make_readers,
    make_sending,
    make_subscription,
)
from tests.smtp_sink import Rule

pytestmark = pytest.mark.django_db
State = Mailing.State


def send(*arguments: str) -> str:
    out = StringIO()
    call_command("send_mailings", "--once", *arguments, stdout=out)
    return out.getvalue()


def test_with_nothing_due_it_says_nothing_and_succeeds(relay):
    make_mailing()
    assert send() == ""


def test_a_due_mailing_leaves_and_its_sum_is_told(relay, capsys):
    mailing = make_mailing(state=State.SCHEDULED, scheduled_at=timezone.now())
    make_readers(5, periodical=mailing.issue.periodical)
    told = send()
    assert f"Envoi n° {mailing.pk} – terminé : 5 destinataires = 5 remis" in told
    assert "5/5" in capsys.readouterr().err
    assert len(relay.accepted) == 5


def test_quiet_is_quiet(relay, capsys):
    make_sending(2)
    assert send("--quiet") == ""
    assert capsys.readouterr() == ("", "")
    assert len(relay.accepted) == 2


def test_what_a_dead_process_left_is_taken_up(relay):
    mailing = make_sending(5)
    claim(mailing.pk, "elsewhere:1:abc", limit=2)
    Delivery.objects.filter(state="claimed").update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert "3 remis + 0 refusés + 0 écartés + 2 incertains + 0 restants" in send()


def test_a_paused_or_cancelled_mailing_is_left_alone(relay):
    for month, state in enumerate([State.PAUSED, State.CANCELLED], 1):
        make_mailing(issue=make_issue(first_month=month, slug=str(month)), state=state)
    assert send() == ""


def test_a_relay_out_of_reach_fails_with_the_reason_and_can_be_resumed(relay):
    mailing = make_sending(3)
    relay.rules.append(Rule("connect", "554 5.3.2 no service", times=1))
    with pytest.raises(CommandError, match=f"Envoi n° {mailing.pk} .* en pause : Le serveur"):
        send()
    call = Mailing.objects.get()
    assert (call.state, call.equation().remaining) == (State.PAUSED, 3)
    Mailing.objects.update(state=State.SENDING)
    send()
    assert len(relay.accepted) == 3


def test_a_late_schedule_is_a_question_and_a_failure(relay):
    late = timezone.now() - timedelta(hours=3)
    make_mailing(state=State.SCHEDULED, scheduled_at=late)
    with pytest.raises(CommandError, match="Faut-il encore l'envoyer"):
        send()
    assert relay.accepted == []


def test_one_mailing_in_trouble_does_not_hold_the_others(relay):
    make_mailing(state=State.SCHEDULED, scheduled_at=timezone.now() - timedelta(hours=3))
    other = make_mailing(
        issue=make_issue(first_month=5, slug="mai"),
        state=State.SCHEDULED,
        scheduled_at=timezone.now(),
    )
    make_readers(2, periodical=other.issue.periodical)
    with pytest.raises(CommandError):
        send()
    assert len(relay.accepted) == 2


def test_rows_waiting_for_their_time_are_no_failure(relay):
    make_sending(3)
    relay.rules.append(Rule("rcpt", "451 4.7.1 later", match="lecteur00002"))
    assert "en cours d'envoi : 3 destinataires = 2 remis" in send()


def test_a_database_that_does_not_answer_is_told_in_french(relay, monkeypatch):
    def locked() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(send_mailings, "recover_dead", locked)
    with pytest.raises(CommandError, match="base de données ne répond pas"):
        send()


def test_the_daemon_stops_at_a_signal(relay, monkeypatch):
    rounds = []

    def launch() -> list[Mailing]:
        rounds.append(1)
        if len(rounds) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return []

    monkeypatch.setattr(send_mailings, "launch_due", launch)
    before = signal.getsignal(signal.SIGTERM)
    call_command("send_mailings", "--every", "0.01")
    assert len(rounds) == 2
    assert signal.getsignal(signal.SIGTERM) == before


def test_send_test_names_an_unknown_issue():
    with pytest.raises(CommandError, match="Aucun numéro ne porte l'identifiant 404"):
        call_command("send_test", "404", "--to", "a@example.org")


def test_send_test_reports_what_was_accepted(monkeypatch):
    monkeypatch.setattr(send_test, "send_test", lambda **given: len(given["addresses"]))
    out = StringIO()
    call_command("send_test", make_issue().pk, "--to", "a@example.org", "b@example.org", stdout=out)
    assert "2 message(s) de test" in out.getvalue()


def test_the_daemon_is_silent_while_a_mailing_waits_for_its_hour(relay, monkeypatch):
    make_sending(2)
    relay.rules.append(Rule("rcpt", "451 4.7.1 later", match="lecteur00002"))
    rounds = []

    def launch() -> list[Mailing]:
        rounds.append(1)
        if len(rounds) == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return []

    monkeypatch.setattr(send_mailings, "launch_due", launch)
    out = StringIO()
    call_command("send_mailings", "--every", "0.01", stdout=out)
    assert len(out.getvalue().splitlines()) == 1


@pytest.fixture
def ticking(monkeypatch) -> None:
    """A clock that advances by one second at each look: a turn is thirty messages."""
    clock = SimpleNamespace(monotonic=count().__next__)
    monkeypatch.setattr(send_mailings, "time", clock)


@pytest.mark.usefixtures("ticking")
def test_a_long_sending_lets_another_leave_at_its_hour(relay, monkeypatch):
    long = make_sending(100)
    Mailing.objects.update(started_at=timezone.now() - timedelta(hours=1))
    other = make_periodical(title="Alerte", code="alerte")
    make_subscription("urgence@example.org", periodical=other)
    alert = make_mailing(
        issue=make_issue(periodical=other, slug="alerte"),
        state=State.SCHEDULED,
        scheduled_at=timezone.now() + timedelta(hours=1),
    )
    real_wait, real_launch = send_mailings.others_wait, send_mailings.launch_due

    def hour_comes(mailing: Mailing) -> bool:
        if mailing == long and alert.state == State.SCHEDULED:
            Mailing.objects.filter(pk=alert.pk).update(scheduled_at=timezone.now())
        return real_wait(mailing)

    def launch() -> list[Mailing]:
        if not Mailing.objects.exclude(state=State.FINISHED).exists():
            os.kill(os.getpid(), signal.SIGTERM)
        return real_launch()

    monkeypatch.setattr(send_mailings, "others_wait", hour_comes)
    monkeypatch.setattr(send_mailings, "launch_due", launch)
    call_command("send_mailings", "--quiet", "--every", "0.01")
    order = [accepted.recipient for accepted in relay.accepted]
    assert len(order) == len(set(order)) == 101
    assert 25 < order.index("urgence@example.org") < 75
    assert long.equation().accepted == 100


@pytest.mark.usefixtures("ticking")
def test_a_sending_alone_goes_on_without_being_cut(relay, monkeypatch):
    make_sending(100)
    monkeypatch.setattr(send_mailings, "launch_due", stop_at(2))
    call_command("send_mailings", "--quiet", "--every", "0.01")
    assert (len(relay.accepted), relay.connections) == (100, 1)


@pytest.mark.usefixtures("ticking")
def test_a_very_long_one_is_left_even_alone_for_what_the_night_asks(relay, monkeypatch):
    make_sending(100)
    monkeypatch.setattr(send_mailings, "_LONGEST_TURN_SECONDS", 40)
    monkeypatch.setattr(send_mailings, "launch_due", stop_at(2))
    call_command("send_mailings", "--quiet", "--every", "0.01")
    assert 50 < len(relay.accepted) < 75
    assert not Delivery.objects.filter(state="claimed").exists()


def stop_at(number: int) -> Callable[[], list[Mailing]]:
    """In place of `launch_due`: nothing is due, and at that round the daemon is told to end."""
    rounds = []

    def launch() -> list[Mailing]:
        rounds.append(1)
        if len(rounds) == number:
            os.kill(os.getpid(), signal.SIGTERM)
        return []

    return launch


@pytest.mark.skipif(connection.vendor != "postgresql", reason="procrastinate is PostgreSQL's")
def test_a_woken_process_leaves_a_long_mailing_for_the_next_job(journal, monkeypatch):
    from newsletters import tasks

    mailing, woken = make_sending(5), []
    monkeypatch.setattr(tasks, "_TURN_SECONDS", -1)
    monkeypatch.setattr(tasks, "wake", lambda pk, seconds: woken.append(pk))
    tasks.deliver.func(SimpleNamespace(should_abort=lambda: False), mailing.pk)
    assert woken == [mailing.pk]
    assert mailing.equation().remaining == 5


def test_a_full_database_disk_is_told_as_such(relay, monkeypatch):
    def full() -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(send_mailings, "recover_dead", full)
    with pytest.raises(CommandError, match="le disque est plein"):
        send()
