"""A sending process: its name, the proof that it lives, and what is done with the dead.

A living worker holds an exclusive lock (flock) on `<name>.lock` in the journal directory; the
kernel frees it at the worker's death, whatever killed it. Process ids were refused: they are used
again, and mean nothing in another container. A worker whose lock file is not here belongs to
another machine, and only its lease tells.
"""

import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self
from urllib.parse import quote, unquote
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from newsletters.delivery.answers import Answer, Outcome
from newsletters.delivery.claim import (
    Claimed,
    Settled,
    mark,
    release,
    reopen,
    skip_cancelled,
)
from newsletters.delivery.journal import Journal, discard, journals, recover
from newsletters.models import Delivery

logger = logging.getLogger(__name__)

_LOCK: Final = ".lock"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

_DONE: Final = Answer(Outcome.ACCEPTED, 0, "", "")
_LATER: Final = Answer(Outcome.RETRY, 0, "", "report demandé par le relais")
_INTERRUPTED: Final = Answer(Outcome.UNCERTAIN, 0, "", "arrêt brutal pendant la remise")
_NO_JOURNAL: Final = Answer(Outcome.UNCERTAIN, 0, "", "journal de l'expéditeur perdu")


class Recovery(NamedTuple):
    """What was settled for dead workers, in rows."""

    accepted: int = 0
    refused: int = 0
    uncertain: int = 0
    released: int = 0


class Worker:
    """This process as a sender: `with Worker() as worker: … worker.name, worker.journal`.

    `journals` has one for each of its `connections`, `journal` is the first. Leaving normally
    removes the lock and the journals, which must have no row left open; leaving by an exception
    keeps the journals for `recover_dead`.
    """

    def __init__(self, directory: Path | None = None, *, connections: int = 1) -> None:
        self.directory = directory or journal_directory()
        host = socket.gethostname()[:30]
        self.name = f"{host}:{os.getpid()}:{uuid4().hex[:12]}"
        self.journals: list[Journal] = []
        self._connections = connections

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _lock_path(self.directory, self.name)
        newborn = self._lock.with_suffix(".new")
        self._descriptor = os.open(newborn, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            os.write(self._descriptor, _boot().encode())
            # Named only once locked: a lock file seen unlocked always is a dead worker's.
            newborn.rename(self._lock)
            for number in range(self._connections):
                self.journals.append(Journal(self.directory, self.name, number))
        except OSError:
            for journal in self.journals:
                journal.close()
                discard(journal.path)
            for path in (newborn, self._lock):
                path.unlink(missing_ok=True)
            os.close(self._descriptor)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for journal in self.journals:
            journal.close()
            if kind is None:
                discard(journal.path)
        if kind is None:
            self._lock.unlink(missing_ok=True)
        os.close(self._descriptor)

    @property
    def journal(self) -> Journal:
        return self.journals[0]


def journal_directory() -> Path:
    return Path(settings.NEWSLETTER_JOURNAL_DIR)


def recover_dead(directory: Path | None = None) -> Recovery:
    """Settle the rows of every worker that died. Safe to run at any time, by several at once.

    Here, by its journal: answered rows get their answer, the one in flight becomes `uncertain`, the
    others are planned again. Elsewhere, once its lease has expired: nothing tells which of its rows
    left, so all that it held become `uncertain`, at most one claim, until its machine comes back.
    """
    directory = directory or journal_directory()
    found = []
    for lock in sorted(directory.glob(f"*{_LOCK}")):
        try:
            with _seized(lock) as boot:
                if boot is not None:
                    name = unquote(lock.name.removesuffix(_LOCK))
                    # A restarted machine may have lost the journal's last lines with its cache.
                    found.append(_settle(name, directory, complete=boot == _boot()))
                    lock.unlink(missing_ok=True)
        except OSError:
            # Another user's, or a bad disk: what it holds waits for it, the rest does not.
            logger.exception("event=journal_unreadable")
    found += [_settle(name, directory, complete=False) for name in _expired(directory)]
    # Put off by a worker that died, or given back while somebody was cancelling.
    skip_cancelled()
    total = Recovery(*map(sum, zip(Recovery(), *found, strict=True)))
    if any(total):
        counts = " ".join(f"{name}={count}" for name, count in total._asdict().items())
        logger.warning("event=recovered %s", counts)
    return total


def _lock_path(directory: Path, name: str) -> Path:
    return directory / f"{quote(name, safe='')}{_LOCK}"


@contextmanager
def _seized(lock: Path) -> Iterator[str | None]:
    """The boot id a dead worker noted, its lock held meanwhile; None when it lives or is gone."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        yield os.read(descriptor, 100).decode() if _free(descriptor, lock) else None
    finally:
        os.close(descriptor)


def _free(descriptor: int, lock: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return lock.exists()  # otherwise another process has just settled it


def _expired(directory: Path) -> list[str]:
    """Workers of other machines whose lease has run out."""
    claimed = Delivery.objects.filter(state=Delivery.State.CLAIMED, lease_until__lt=timezone.now())
    names = claimed.order_by("worker").values_list("worker", flat=True).distinct()
    return [name for name in names if not _lock_path(directory, name).exists()]


def _settle(name: str, directory: Path, *, complete: bool) -> Recovery:
    """Apply a dead worker's journal, then remove it: in that order, a crash between repeats it."""
    paths = [found.path for found in journals(directory, name)]
    answers: dict[int, Answer] = {}
    for path in paths:  # oldest first: a later offer of the same row says more
        state = recover(path)
        answers |= dict.fromkeys(state.retry, _LATER)
        answers |= dict.fromkeys(state.uncertain, _INTERRUPTED)
        answers |= {pk: Answer(Outcome.REFUSED, code, "", "") for pk, code in state.refused.items()}
        answers |= dict.fromkeys(state.done, _DONE)
    counted = _apply(name, answers, complete=complete and bool(paths))
    for path in paths:
        discard(path)
    return counted


@transaction.atomic
def _apply(name: str, answers: dict[int, Answer], *, complete: bool) -> Recovery:
    rows = _rows(name, Delivery.State.CLAIMED)
    silent = None if complete else _NO_JOURNAL
    settled = [
        Settled(row, answer) for row in rows if (answer := answers.get(row.pk, silent)) is not None
    ]
    untouched = [row.pk for row in rows if complete and row.pk not in answers]
    # Another machine could not read this journal, and doubted what it tells.
    doubted = _rows(name, Delivery.State.UNCERTAIN, reply_text=_NO_JOURNAL.text)
    known = {pk: answer for pk, answer in answers.items() if answer is not _INTERRUPTED}
    settled += [Settled(row, known[row.pk]) for row in doubted if row.pk in known]
    untouched += [row.pk for row in doubted if complete and row.pk not in answers]
    later = [row.pk for row in doubted if known.get(row.pk) is _LATER]
    reopen(Delivery.objects.filter(pk__in=later))
    mark(name, settled)
    release(name, untouched)
    outcomes = [one.answer.outcome for one in settled]
    return Recovery(
        accepted=outcomes.count(Outcome.ACCEPTED),
        refused=outcomes.count(Outcome.REFUSED),
        uncertain=outcomes.count(Outcome.UNCERTAIN),
        released=len(untouched) + outcomes.count(Outcome.RETRY),
    )


def _rows(name: str, state: Delivery.State, **more: str) -> list[Claimed]:
    """A worker's rows in a state, locked."""
    found = Delivery.objects.select_for_update().filter(worker=name, state=state, **more)
    values = found.order_by("pk").values_list("pk", "email", "attempts", "subscription_id")
    return [Claimed(*row) for row in values]


def _boot() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:  # not Linux: a restart is then taken for a kill
        return ""
