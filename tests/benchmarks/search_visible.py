"""From « Publier » in one process to the first answer of another that shows the change.

Real processes and committed rows: one publishes page after page, the other searches all the
time, as visitors do; the clock is the machine's, which they share.
"""

import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection

from django.db import connection, connections
from django.test.utils import override_settings

from pages.models import ExperiencePage
from search import following
from search.answers import find
from tests.benchmarks.search import _figure
from tests.builders import make_experience
from tests.crash.forks import drop_index_tables

CHANGES = 15
_PAUSE = 0.01  # between two searches of the reader
_PATIENCE = 30


def run() -> dict[str, dict[str, float | str | None]]:
    results = {}
    for engine in ["whoosh", *(["postgres"] if connection.vendor == "postgresql" else [])]:
        with (
            tempfile.TemporaryDirectory() as directory,
            # As in production: what is short is indexed right after the commit.
            override_settings(
                SEARCH_ENGINE=engine, SEARCH_INDEX_DIR=directory, SEARCH_FOLLOW="thread"
            ),
        ):
            seconds = _delays()
        if engine == "postgres":
            drop_index_tables()
        for name, value in (("median", statistics.median(seconds)), ("worst", max(seconds))):
            label = f"search change visible elsewhere, {name} of {CHANGES} ({engine})"
            results[label] = _figure(value * 1000, "ms", None)
    return results


def _delays() -> list[float]:
    """Seconds of each change."""
    with override_settings(SEARCH_FOLLOW="off"):
        page = make_experience(title="Verger")
        following.rebuild()
    # A connection that two processes share says anything to either.
    connections.close_all()
    ours, theirs = multiprocessing.Pipe()
    reader = multiprocessing.get_context("fork").Process(target=_read, args=(theirs,))
    reader.start()
    try:
        return [_published(page, f"{'abcdefghijklmnop'[n]}rbre", ours) for n in range(CHANGES)]
    finally:
        reader.kill()
        reader.join()
        page.delete()


def _published(page: ExperiencePage, word: str, reader: Connection) -> float:
    title = f"Verger {word}"
    reader.send(title)
    if reader.recv() != "searching":
        raise AssertionError("the reader does not search")
    page.title = title
    started = time.monotonic()
    page.save_revision().publish()
    if not reader.poll(_PATIENCE):
        raise AssertionError(f"{title} is not visible after {_PATIENCE} s")
    return float(reader.recv()) - started


def _read(writer: Connection) -> None:
    """For each title sent, say that it is searched, then when it was first seen."""
    while True:
        title = writer.recv()
        writer.send("searching")
        while title not in {result.title for result in find("verger").results}:
            time.sleep(_PAUSE)
        writer.send(time.monotonic())
