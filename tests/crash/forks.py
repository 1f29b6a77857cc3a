"""Forks that are killed at work: each is a process of its own, with its own connection."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connection, connections

_CONTEXT = multiprocessing.get_context("fork")
_PATIENCE = 20


def at_work(work: Callable[..., None], *arguments: Any) -> BaseProcess:
    """A process that runs `work(*arguments, started)` and has set `started`."""
    # A connection that two processes share says anything to either.
    connections.close_all()
    started = _CONTEXT.Event()
    process = _CONTEXT.Process(target=work, args=(*arguments, started))
    process.start()
    assert started.wait(_PATIENCE)
    return process


def kill(process: BaseProcess) -> None:
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL


def index_tables() -> list[str]:
    """The tables that the PostgreSQL engine made: no migration follows them, no flush empties
    them."""
    names = connection.introspection.table_names()
    return [name for name in names if name.startswith("search_archive")]


def drop_index_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(index_tables())}")
