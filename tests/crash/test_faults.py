"""Real faults under a real send: it stops, says why, goes on, and the server's log is the judge."""

import resource
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

import pytest
import time_machine

from newsletters import clock
from newsletters.delivery.send import FAULT_BACK_OFF, run
from newsletters.models import Delivery, Equation, Mailing
from tests.builders import make_sending
from tests.crash.processes import Nursery, clean, until
from tests.smtp_sink import Rule, SmtpSink
from tests.tls import self_signed, server_context

READERS = 40
FIRST = 15
_HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
sys.stdin.readline()
held.execute("BEGIN EXCLUSIVE")
sys.stdin.readline()
held.execute("ROLLBACK")
"""


@pytest.fixture
def here(settings, tmp_path: Path) -> None:
    """Sending from this process, over lines that are renewed every 15 messages."""
    settings.NEWSLETTER_JOURNAL_DIR = tmp_path / "journal"
    settings.NEWSLETTER_PER_CONNECTION = FIRST
    settings.EMAIL_TIMEOUT = 5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


def paused_then_whole(
    mailing: Mailing, sink: SmtpSink, words: str, mend: Callable[[], object]
) -> None:
    """The fault pauses with its words; once mended, the clock alone resumes it."""
    report = run(mailing.pk)
    assert words in report.fault
    first = len(sink.accepted)
    assert report.equation == Equation(READERS, first, 0, 0, 0, READERS - first)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_reason) == (Mailing.State.PAUSED, report.fault)
    assert mailing.pause_kind == Mailing.PauseKind.FAULT
    mend()
    with time_machine.travel(timezone.now() + FAULT_BACK_OFF[0], tick=True):
        assert [found.pk for found in clock.resume_due()] == [mailing.pk]
        assert run(mailing.pk).equation == Equation(READERS, READERS, 0, 0, 0, 0)
    received = Counter(accepted.recipient for accepted in sink.accepted)
    assert received == Counter(Delivery.objects.values_list("email", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("fault", ["refused", "dns", "tls"])
def test_a_relay_that_cannot_be_reached_pauses_until_it_can(
    settings, monkeypatch, certificate, fault
):
    server = server_context(certificate)
    with SmtpSink() as other:
        pass  # nobody listens there any more
    with SmtpSink(tls="starttls", context=server) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = (
            sink.host,
            sink.port,
            True,
        )
        trusted = str(certificate / "cert.pem")
        if fault != "tls":
            monkeypatch.setenv("SSL_CERT_FILE", trusted)
        wrong = {
            "refused": ("EMAIL_PORT", other.port, sink.port, "refuse la connexion"),
            "dns": ("EMAIL_HOST", "relais.invalid", sink.host, "introuvable (DNS)"),
            "tls": ("EMAIL_HOST", sink.host, sink.host, "vérifiez le certificat"),
        }
        name, bad, good, words = wrong[fault]
        setattr(settings, name, bad)

        def mend() -> None:
            setattr(settings, name, good)
            monkeypatch.setenv("SSL_CERT_FILE", trusted)

        paused_then_whole(make_sending(READERS), sink, words, mend)


@pytest.mark.django_db
@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("auth", "535 5.7.8 no", every=2), "refuse l’identification"),
        (Rule("connect", "421 4.3.2 closing", every=2), "n’accepte pas de session"),
        (Rule("mail", "550 5.7.1 sender", every=FIRST + 1), "refuse l’adresse d’expédition"),
    ],
    ids=["identification", "session", "sender"],
)
def test_a_relay_that_turns_away_in_the_middle_pauses_until_it_accepts(settings, rule, words):
    with SmtpSink([rule], login=("lettre", "secret")) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = sink.login
        paused_then_whole(make_sending(READERS), sink, words, sink.rules.clear)


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("fault", ["disk", "database"])
def test_a_disk_or_a_database_lost_in_the_middle_is_told_and_the_next_start_goes_on(
    tmp_path, fault
):
    if fault == "database" and connection.vendor == "sqlite":
        pytest.skip("a file is not disconnected; the next test locks it")
    log = tmp_path / "sink.log"
    with SmtpSink(log=log, delay_ms=4) as sink, Nursery(sink, tmp_path) as nursery:
        mailing = make_sending(300)
        worker = nursery.start()
        until(lambda: len(sink.accepted) >= 30)
        strike(fault, worker)
        assert nursery.wait(worker) == 1  # as the command ends when it has told a fault
        assert 0 < len(sink.accepted) < 300
        mailing.refresh_from_db()
        if mailing.state == Mailing.State.PAUSED:  # the database still took its reason
            assert "journal d'envoi ne peut pas être écrit" in mailing.pause_reason
            Mailing.objects.update(resume_at=timezone.now())
        else:
            assert fault == "database" or connection.vendor == "sqlite"
        assert mailing.equation().balances
        assert nursery.wait(nursery.start()) == 0
    # On a full disk the last answer may find no place anywhere: at most that one is in doubt.
    assert len(clean(log, mailing)) <= (fault == "disk")


def strike(fault: str, worker: int) -> None:
    if fault == "disk":
        # No file of that process grows any more: what a full disk answers, under another code.
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, 1))
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.usefixtures("committed_db", "here")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock of that kind")
def test_a_file_locked_by_another_process_is_told_and_the_next_turn_goes_on(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    connection.close()
    mailing = make_sending(300)
    log = tmp_path / "sink.log"
    command = [sys.executable, "-c", _HOLDER, str(connection.settings_dict["NAME"])]
    with SmtpSink(log=log, delay_ms=4) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0) as holder:
            assert holder.stdin is not None
            take = holder.stdin.write
            lock = threading.Thread(
                target=lambda: (until(lambda: len(sink.accepted) >= 30), take(b"\n"))
            )
            lock.start()
            with pytest.raises(CommandError, match="base de données ne répond pas"):
                call_command("send_mailings", "--once", "--quiet")
            lock.join()
            holder.communicate(b"\n")
        assert 30 <= len(sink.accepted) < 300
        call_command("send_mailings", "--once", "--quiet")
    assert clean(log, mailing) == set()
