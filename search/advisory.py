"""Locks between processes and machines, kept by PostgreSQL; they die with their holder."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from search.engine import BusyIndexError

_SPACE = 7_347_322  # ours among the advisory locks of the database
WRITE, REBUILD = 1, 2
_PAUSE = 0.02
# A session may take its own lock again; a process may not.
_here: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def held(number: int, *, timeout: float = 0) -> Iterator[None]:
    """Hold a lock of the session; raise BusyIndexError when it stays taken for `timeout` s."""
    deadline = time.monotonic() + timeout
    if not _here[number].acquire(timeout=timeout):
        raise BusyIndexError(str(number))
    try:
        while not _asked("pg_try_advisory_lock", number):
            if time.monotonic() >= deadline:
                raise BusyIndexError(str(number))
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            _let_go(number)
    finally:
        _here[number].release()


def taken(number: int) -> bool:
    """Whether somebody, anywhere, holds the lock now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND objid = %s AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_SPACE, number],
        )
        return bool(cursor.fetchone()[0])


def _let_go(number: int) -> None:
    try:
        _asked("pg_advisory_unlock", number)
    except DatabaseError:
        # The session cannot speak any more: ending it ends its locks.
        if not connection.in_atomic_block:
            connection.close()


def _asked(function: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::int, %s::int)", [_SPACE, number])
        return bool(cursor.fetchone()[0])
