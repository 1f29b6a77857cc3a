"""A real worker against a real SMTP server, killed without warning; judged by the server's log."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

import pytest

from newsletters.models import Delivery, Mailing
from tests.builders import make_sending
from tests.smtp_sink import SmtpSink, read_log

ROOT = Path(__file__).resolve().parents[2]
READERS = 500
# At the first message, within a batch, at the edges of marks (100) and batches (200), at the end.
KILL_AFTER = [1, 57, 100, 200, 333, 499]
PATIENCE = 60.0


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=1) as sink:
        yield sink


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    where = f"{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{where}"


def start(sink: SmtpSink, tmp_path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "DATABASE_URL": database_url(),
        "RESONANCES_VAR": str(tmp_path / "var"),
        "SITE_URL": "http://testserver",  # another address would be a copy of the database
        "EMAIL_HOST": sink.host,
        "EMAIL_PORT": str(sink.port),
    }
    command = [sys.executable, "manage.py", "send_mailings", "--once", "--quiet", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


def wait_for(accepted: int, sink: SmtpSink, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(sink.accepted) < accepted and process.poll() is None:
        assert time.monotonic() < deadline, "the worker sends nothing"
        time.sleep(0.0005)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()


def judge(sink: SmtpSink, tmp_path: Path, mailing: Mailing) -> tuple[set[str], set[str]]:
    """(never received, reported uncertain), after checking what must always hold."""
    received = read_log(tmp_path / "sink.log")
    addresses = [accepted.recipient for accepted in received.elements()]
    assert len(addresses) == len(set(addresses)), "somebody received it twice"
    mailing.refresh_from_db()
    equation = mailing.equation()
    assert mailing.state == Mailing.State.FINISHED, mailing.pause_reason
    assert equation.balances
    assert equation.remaining == 0
    rows = Delivery.objects.filter(mailing=mailing)
    accepted = set(rows.filter(state="accepted").values_list("email", flat=True))
    assert accepted <= set(addresses), "reported as accepted, yet never received"
    uncertain = set(rows.filter(state="uncertain").values_list("email", flat=True))
    return set(rows.values_list("email", flat=True)) - set(addresses), uncertain


@pytest.mark.usefixtures("committed_db")
def test_a_worker_killed_again_and_again_doubles_nobody_and_loses_nobody_unnamed(sink, tmp_path):
    mailing = make_sending(READERS)
    kills = 0
    for moment in KILL_AFTER:
        process = start(sink, tmp_path)
        wait_for(moment, sink, process)
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    finish(start(sink, tmp_path))
    missing, uncertain = judge(sink, tmp_path, mailing)
    assert kills >= len(KILL_AFTER) - 1  # at the very end it may have finished by itself
    assert missing <= uncertain
    assert len(uncertain) <= kills


@pytest.mark.usefixtures("committed_db")
def test_a_terminated_worker_leaves_nothing_uncertain(sink, tmp_path):
    mailing = make_sending(READERS)
    for moment in (30, 250):
        process = start(sink, tmp_path)
        wait_for(moment, sink, process)
        process.terminate()
        finish(process)
        assert not Delivery.objects.filter(state="claimed").exists()
    finish(start(sink, tmp_path))
    assert judge(sink, tmp_path, mailing) == (set(), set())


@pytest.mark.usefixtures("committed_db")
def test_two_workers_at_once_write_to_nobody_twice(sink, tmp_path):
    mailing = make_sending(READERS)
    for process in [start(sink, tmp_path) for _ in range(2)]:
        finish(process)
    assert judge(sink, tmp_path, mailing) == (set(), set())
