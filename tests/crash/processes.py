"""Real worker processes, and the judge: what the server's log says against what the ledger says."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from django.conf import settings
from django.db import connection

from newsletters.models import Delivery, Mailing
from tests.provider_api import ProviderApi
from tests.smtp_sink import SmtpSink, read_log

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
_START = ["send_mailings", "--once", "--quiet"]


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    where = f"{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{where}"


def environment(sink: SmtpSink | ProviderApi, directory: Path) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,  # what one process signs, another reads
        "RESONANCES_VAR": str(directory / "var"),
        "SITE_URL": "http://testserver",  # another address would be a copy of the database
        "EMAIL_HOST": sink.host,
        "EMAIL_PORT": str(sink.port),
        "LOG_LEVEL": "CRITICAL",
    }


def start(sink: SmtpSink, directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The command as an operator starts it."""
    command = [sys.executable, "manage.py", *_START, *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment(sink, directory), stderr=subprocess.PIPE
    )


def wait_for(accepted: int, sink: SmtpSink, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(sink.accepted) < accepted and process.poll() is None:
        assert time.monotonic() < deadline, "the worker sends nothing"
        time.sleep(0.0005)


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "it never comes"
        time.sleep(0.001)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors.decode()


class Nursery:
    """Workers without their three seconds of imports: forks of a process that has made them.

    Each is a process of its own, with its own connections, that runs the same command; only so
    can hundreds be killed in the time of a test.
    """

    def __init__(
        self,
        sink: SmtpSink | ProviderApi,
        directory: Path,
        *,
        command: Sequence[str] = _START,
        **variables: str,
    ) -> None:
        self._command = command
        self._environment = environment(sink, directory) | variables

    def __enter__(self) -> Self:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery", *self._command],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._ask("ready") == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._mother.communicate(timeout=PATIENCE)

    def start(self) -> int:
        """The process id of a new worker."""
        return int(self._ask("start"))

    def kill(self, worker: int) -> bool:
        """SIGKILL; False when it had ended before."""
        os.kill(worker, signal.SIGKILL)  # not yet waited for, so the id is still its own
        return self.wait(worker) == -signal.SIGKILL

    def stop(self, worker: int) -> int:
        """SIGTERM; its exit status."""
        os.kill(worker, signal.SIGTERM)
        return self.wait(worker)

    def wait(self, worker: int) -> int:
        return int(self._ask(f"wait {worker}"))

    def _ask(self, words: str) -> str:
        assert self._mother.stdin
        assert self._mother.stdout
        self._mother.stdin.write(f"{words}\n")
        self._mother.stdin.flush()
        return self._mother.stdout.readline().strip()


class Verdict(NamedTuple):
    """Addresses: received twice, never received, reported uncertain, reported yet not received."""

    doubled: set[str]
    missing: set[str]
    uncertain: set[str]
    invented: set[str]


def judge(log: Path, mailing: Mailing) -> Verdict:
    """Asserts that the mailing is finished and its equation balances; the rest is told."""
    received = Counter(accepted.recipient for accepted in read_log(log).elements())
    mailing.refresh_from_db()
    equation = mailing.equation()
    assert mailing.state == Mailing.State.FINISHED, mailing.pause_reason
    assert equation.balances
    assert equation.remaining == 0
    rows = dict(Delivery.objects.filter(mailing=mailing).values_list("email", "state"))
    return Verdict(
        doubled={email for email, count in received.items() if count > 1},
        missing=rows.keys() - received.keys(),
        uncertain={email for email, state in rows.items() if state == "uncertain"},
        invented={email for email, state in rows.items() if state == "accepted"} - received.keys(),
    )


def clean(sink_log: Path, mailing: Mailing) -> set[str]:
    """Those reported uncertain, after asserting what must hold whatever happened."""
    verdict = judge(sink_log, mailing)
    assert verdict.doubled == set(), "somebody received it twice"
    assert verdict.invented == set(), "reported as accepted, yet never received"
    refused = Delivery.objects.filter(mailing=mailing, state="refused")
    named = verdict.uncertain | set(refused.values_list("email", flat=True))
    assert verdict.missing <= named, "missing without a word"
    return verdict.uncertain
