"""The index follows the site: an outbox written with each change, drained right after.

A handler only writes a row, in the transaction of the change: a change that is rolled back
leaves none, a change that is committed cannot be forgotten. The row names a page; what is true
of that page is read when the row is worked on.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import F
from django.utils import timezone

from search import documents, wording
from search.engine import (
    BusyIndexError,
    Changes,
    SearchError,
    SearchRequest,
    UnusableIndexError,
    get_engine,
)
from search.models import Outbox
from search.queries import Query

logger = logging.getLogger(__name__)

_BATCH = 200
# More than this waits for the background: nobody waits in front of « Publier » for a subtree.
_AT_ONCE = 20
_LATE = timedelta(seconds=2)
_held = threading.local()


@dataclass(frozen=True, slots=True)
class Rebuilt:
    documents: int
    failed: tuple[int, ...]


def mode() -> str:
    """SEARCH_FOLLOW: `thread` (default) drains after each commit and rebuilds in a thread,
    `inline` does both in the caller, `off` leaves the outbox to the commands."""
    return getattr(settings, "SEARCH_FOLLOW", "thread")


def record(page_ids: Iterable[int], reason: str) -> None:
    """Ask for these pages to be indexed again; drained once the transaction is committed."""
    rows = [Outbox(page_id=page_id, reason=reason) for page_id in dict.fromkeys(page_ids)]
    if not rows:
        return
    Outbox.objects.bulk_create(rows, batch_size=500)
    if mode() != "off" and not getattr(_held, "depth", 0):
        transaction.on_commit(drain_soon, robust=True)


@contextmanager
def held_back() -> Iterator[None]:
    """Only write the outbox meanwhile: a bulk load drains or rebuilds once, at its end."""
    _held.depth = getattr(_held, "depth", 0) + 1
    try:
        yield
    finally:
        _held.depth -= 1


def drain_soon() -> None:
    """Drain now what is short, the rest in a thread. Never raises: a save must not fail for it."""
    try:
        waiting = Outbox.objects.pending().values("page_id").distinct()[: _AT_ONCE + 1].count()
        if waiting > _AT_ONCE and mode() == "thread":
            _in_thread(drain)
        elif waiting:
            drain()
    except Exception:
        logger.exception("event=search_drain_failed")


def drain(*, timeout: float = 0) -> int:
    """Work the outbox off, one commit a batch; return the number of rows done.

    When somebody else is writing, leave: the holder looks again after letting go, so that the
    rows of those who could not enter are never left behind.
    """
    engine = get_engine()
    done = 0
    while Outbox.objects.pending().exists():
        try:
            with engine.writing(timeout):
                while batch := list(Outbox.objects.pending()[:_BATCH]):
                    done += _apply(batch)
        except BusyIndexError:
            break
        except UnusableIndexError:
            heal()
            break
    return done


def _apply(batch: list[Outbox]) -> int:
    engine = get_engine()
    page_ids = {row.page_id for row in batch}
    built = documents.build(page_ids)
    # Autosaves of a draft write rows too: nothing to remove, nothing to commit.
    gone = (page_ids & engine.page_ids()) - {d.page_id for d in built.documents} - built.failed
    if built.documents or gone:
        engine.index(built.documents, gone=gone)
    rows = Outbox.objects.filter(pk__in=[row.pk for row in batch])
    rows.filter(page_id__in=built.failed).update(attempts=F("attempts") + 1)
    settled = rows.exclude(page_id__in=built.failed)
    if engine.rebuilding():
        settled.update(applied_at=timezone.now())
    else:
        settled.delete()
    return len(batch)


def late() -> bool:
    """Whether rows wait longer than they should: their process died before draining."""
    return Outbox.objects.pending().filter(created_at__lt=timezone.now() - _LATE).exists()


def waiting_pages() -> set[int]:
    """Pages whose documents may be stale now."""
    return set(Outbox.objects.filter(applied_at=None).values_list("page_id", flat=True))


# --- Rebuilding -------------------------------------------------------------------------------


def rebuild(progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Build another index beside, replay what changed meanwhile, switch.

    Raise BusyIndexError when another rebuild is running.
    """
    engine = get_engine()
    failed: list[int] = []
    replayed: list[int] = []
    with engine.writing(10):
        # Nobody is between a commit to the old index and the mark that says so.
        Outbox.objects.applied().delete()

    def latecomers() -> Changes:
        rows = list(Outbox.objects.values_list("pk", "page_id"))
        replayed.extend(pk for pk, _page in rows)
        page_ids = frozenset(page for _pk, page in rows)
        return Changes(page_ids, documents.build(page_ids).documents)

    count = engine.rebuild(
        documents.build_all(failed.append), progress=progress, latecomers=latecomers
    )
    for start in range(0, len(replayed), 500):
        Outbox.objects.filter(pk__in=replayed[start : start + 500]).delete()
    return Rebuilt(count, tuple(failed))


def heal() -> None:
    """Rebuild an unusable index, unless somebody does already; the site answers meanwhile."""
    if mode() == "off" or get_engine().rebuilding():
        return
    logger.warning("event=search_rebuild_started")
    if mode() == "inline":
        _rebuild_quietly()
    else:
        _in_thread(_rebuild_quietly)


def nudge() -> None:
    """Drain what a dead process left, without making a visitor wait."""
    if mode() == "thread" and late():
        _in_thread(drain)


_warmed: set[int] = set()


def warm_once() -> None:
    """Open the index before the first search asks for it, in a thread, once in each process.

    At the first request, not at import: files opened before a server forks would be read by all
    its workers from one shared position.
    """
    if os.getpid() not in _warmed:
        _warmed.add(os.getpid())
        if mode() == "thread":
            _in_thread(_warm)


def _warm() -> None:
    try:
        get_engine().search(SearchRequest(Query(), limit=1))
        wording.vocabulary()
    except SearchError:
        logger.info("event=search_not_warmed")


def _rebuild_quietly() -> None:
    try:
        rebuilt = rebuild()
        logger.warning("event=search_rebuilt documents=%s", rebuilt.documents)
        _warm()
    except BusyIndexError:
        logger.info("event=search_rebuild_already_running")


_threads: set[str] = set()
_threads_lock = threading.Lock()


def _in_thread(work: Callable[[], object]) -> None:
    """Run once at a time per process; a daemon, so that it never delays a restart."""
    name = f"search-{work.__name__}"
    with _threads_lock:
        if name in _threads:
            return
        _threads.add(name)

    def run() -> None:
        try:
            work()
        except Exception:
            logger.exception("event=search_background_failed work=%s", name)
        finally:
            connections.close_all()
            with _threads_lock:
                _threads.discard(name)

    threading.Thread(target=run, name=name, daemon=True).start()
