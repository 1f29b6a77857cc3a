"""The real command against a real SMTP server, killed without warning; judged by the server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletters.models import Delivery
from tests.builders import make_sending
from tests.crash.processes import clean, finish, start, wait_for
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.usefixtures("committed_db")
READERS = 500
# At the first message, at the edges of a mark and of a batch, at the end.
KILL_AFTER = [1, 200, 499]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=1) as sink:
        yield sink


def test_a_command_killed_again_and_again_doubles_nobody_and_loses_nobody_unnamed(sink, tmp_path):
    mailing = make_sending(READERS)
    kills = 0
    for moment in KILL_AFTER:
        process = start(sink, tmp_path)
        wait_for(moment, sink, process)
        process.kill()
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    finish(start(sink, tmp_path))
    assert kills >= len(KILL_AFTER) - 1  # at the very end it may have finished by itself
    assert len(clean(tmp_path / "sink.log", mailing)) <= kills


def test_a_terminated_command_ends_with_0_and_leaves_nothing_uncertain(sink, tmp_path):
    mailing = make_sending(READERS)
    process = start(sink, tmp_path)
    wait_for(150, sink, process)
    process.terminate()
    finish(process)
    assert not Delivery.objects.filter(state__in=["claimed", "uncertain"]).exists()
    assert mailing.equation().remaining > 0
    finish(start(sink, tmp_path, "--workers=2"))
    assert clean(tmp_path / "sink.log", mailing) == set()
    assert mailing.equation().accepted == READERS
    assert os.listdir(tmp_path / "var" / "journal") == []
