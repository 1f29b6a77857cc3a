"""Several workers of several connections, killed at seeded moments while the relay misbehaves."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from newsletters.models import Delivery, Mailing, SendingRules
from tests.builders import make_sending
from tests.crash.test_kill import finish, judge, start
from tests.smtp_sink import Rule, SmtpSink

READERS = 400
LINES = 3


def misbehaviour() -> list[Rule]:
    return [
        Rule("mail", "421 4.3.2 closing", every=90),
        Rule("rcpt", "550 5.1.1 unknown", match="0050@"),
        Rule("rcpt", "451 4.7.1 later", match="0060@"),
        Rule("dot", "drop", match="0070@", accepting=True),
    ]


@pytest.fixture(autouse=True)
def _several_lines(monkeypatch):
    monkeypatch.setenv("NEWSLETTER_CONNECTIONS", str(LINES))


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("workers", [2, 4])
def test_workers_killed_at_random_double_nobody_and_name_whom_they_doubt(tmp_path, workers):
    moments = random.Random(workers)
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=2) as sink:
        sink.rules += misbehaviour()
        mailing = make_sending(READERS)
        kills = _kill_some(sink, tmp_path, workers, moments)
        finish(start(sink, tmp_path))
        Delivery.objects.filter(state="retry").update(not_before=None)
        sink.rules.clear()
        finish(start(sink, tmp_path))
    missing, uncertain = judge(sink, tmp_path, mailing)
    doubted = {found for found in uncertain if "0070@" not in found}
    refused = set(Delivery.objects.filter(state="refused").values_list("email", flat=True))
    assert missing <= uncertain | refused
    assert refused <= {"lecteur00050@example.org"}
    assert len(doubted) <= kills * LINES


def _kill_some(sink: SmtpSink, tmp_path: Path, workers: int, moments: random.Random) -> int:
    """Start the workers, kill each at its own moment of the sink's count."""
    kills = 0
    for _ in range(4 // workers):
        processes = [start(sink, tmp_path) for _ in range(workers)]
        base = len(sink.accepted)
        after = sorted(base + moments.randrange(5, READERS // 3) for _ in processes)
        deadline = time.monotonic() + 30
        for process, count in zip(processes, after, strict=True):
            while len(sink.accepted) < count and time.monotonic() < deadline:
                if all(one.poll() is not None for one in processes):
                    break
                time.sleep(0.001)
            process.kill()
            process.communicate()
            kills += process.returncode == -signal.SIGKILL
    return kills


@pytest.mark.usefixtures("committed_db")
def test_a_relay_that_accepts_then_hangs_leaves_its_doubts_named(tmp_path, monkeypatch):
    monkeypatch.setenv("EMAIL_TIMEOUT", "1")
    with SmtpSink(log=tmp_path / "sink.log") as sink:
        sink.rules.append(Rule("dot", "hang", match="0010@", accepting=True))
        mailing = make_sending(60)
        finish(start(sink, tmp_path))
    missing, uncertain = judge(sink, tmp_path, mailing)
    assert missing == set()
    assert uncertain == {"lecteur00010@example.org"}


@pytest.mark.usefixtures("committed_db")
def test_two_processes_together_stay_within_one_first_group(tmp_path):
    SendingRules.objects.update_or_create(defaults={"canary_size": 40, "canary_minutes": 10})
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=2) as sink:
        make_sending(200)
        for process in [start(sink, tmp_path) for _ in range(2)]:
            process.communicate(timeout=60)
    assert len(sink.accepted) == 40
    assert Mailing.objects.get().pause_kind == Mailing.PauseKind.CANARY


@pytest.mark.usefixtures("committed_db")
def test_one_command_runs_several_workers_and_ends_them_together(tmp_path, monkeypatch):
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=1) as sink:
        mailing = make_sending(READERS)
        finish(start(sink, tmp_path, "--workers=2"))
    assert judge(sink, tmp_path, mailing) == (set(), set())
    assert os.listdir(tmp_path / "var" / "journal") == []
