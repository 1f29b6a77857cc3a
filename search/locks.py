"""Locks between processes that die with their holder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.engine import BusyIndexError

_PAUSE = 0.02


@contextmanager
def held(path: Path, *, timeout: float = 0) -> Iterator[None]:
    """Hold an exclusive lock on `path`; raise BusyIndexError when it stays taken for `timeout` s.

    `flock`, not a file that exists: a killed process leaves nothing to clean.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise BusyIndexError(path.name) from None
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def taken(path: Path) -> bool:
    """Whether somebody holds the lock now."""
    try:
        with held(path):
            return False
    except (BusyIndexError, FileNotFoundError):
        return path.exists()
