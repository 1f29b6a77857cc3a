"""The embedded engine: a Whoosh 2.7.4 index on the local disk.

Rules that keep it right, each learnt from a failure:
- never `Searcher.refresh()` nor `reader(reuse=…)`: the forks keep deleted documents findable.
  The list of segments is read again when the generation changed, with what is deleted in each;
  their files, which never change, are opened once;
- never `AsyncWriter`: its background failures lose documents without a word;
- one writer at a time, with a timeout, cancelled on any error or its lock stays held;
- schema and segments are pickles: the directory belongs to the service alone.
The index is derived data: whatever damages it, it is rebuilt.
"""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.reading import SegmentReader

from search import building, locks, matching, opening, selection, weights
from search.engine import (
    BusyIndexError,
    Changes,
    Document,
    Health,
    Hit,
    Page,
    SearchError,
    SearchRequest,
    TooCostlyError,
    UnusableIndexError,
)

_CURRENT = "CURRENT"
_REOPENINGS = 4
_PATIENCE = 10  # seconds in the queue of this process, without a deadline of one's own


@dataclass(slots=True)
class _Snapshot:
    location: Path
    generation: int
    segments: list[selection.Segment]
    index: whoosh_index.FileIndex


class WhooshEngine:
    """See `search.engine.Engine`. One instance per process, shared by its threads."""

    name = "whoosh"

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self._cache = matching.Cache()
        self._snapshot: _Snapshot | None = None
        self._opening: opening.Opening[_Snapshot] = opening.Opening()
        # The words already in the list of an index, for the process that writes.
        self._words: tuple[str, set[str]] = ("", set())
        # Whoosh's files keep one position each: two threads must not read them together.
        self._lock = threading.RLock()

    # --- Reading --------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> Page:
        with self._reading(request.deadline) as snapshot:
            found = matching.Pass(snapshot.segments, self._cache, request).run()
            hits = tuple(_hit(*entry) for entry in found.best)
        return Page(
            hits=hits,
            total=found.total,
            approximate=found.approximate,
            facets=found.facets,
            missing=found.missing,
            partial=found.partial,
            engine=self.name,
        )

    def page_ids(self) -> set[int]:
        with self._reading() as snapshot:
            return set(selection.documents_of(snapshot.segments))

    def vocabulary(self, start: int = 0) -> Iterator[tuple[str, str, int]]:
        try:
            with (self._location() / building.WORDS).open("rb") as lines:
                lines.seek(start)
                for line in lines:
                    surface, spelling, count = json.loads(line)
                    yield surface, spelling, count
        except (OSError, ValueError) as error:
            raise UnusableIndexError("vocabulary") from error

    def vocabulary_mark(self) -> int:
        try:
            return (self._location() / building.WORDS).stat().st_size
        except OSError as error:
            raise UnusableIndexError("vocabulary") from error

    def location(self) -> str:
        return self._location().name

    def health(self) -> Health:
        try:
            with self._reading() as snapshot:
                pages = list(selection.documents_of(snapshot.segments))
                size = sum(f.stat().st_size for f in snapshot.location.iterdir())
                return Health(
                    self.name, "ready", len(pages), len(set(pages)), size, snapshot.location.name
                )
        except UnusableIndexError as error:
            state = str(error) if str(error) in ("missing", "outdated") else "damaged"
            return Health(self.name, state, detail=str(error.__cause__ or error))

    @contextmanager
    def _reading(self, deadline: float | None = None) -> Iterator[_Snapshot]:
        patience = deadline - time.monotonic() if deadline else _PATIENCE
        if not self._lock.acquire(timeout=max(patience, 0)):
            raise TooCostlyError
        try:
            try:
                yield self._open(deadline)
            except SearchError:
                raise
            except Exception as error:
                # Damage shows as EOFError, zlib.error, TypeError, struct.error…: whatever it
                # is, the answer is the same, and no visitor gets a 500 for it.
                self._snapshot = None
                raise UnusableIndexError("damaged") from error
        finally:
            self._lock.release()

    def _location(self) -> Path:
        """Directory of the current index; raise UnusableIndexError without a readable one."""
        try:
            name = (self.directory / _CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnusableIndexError("missing") from error
        if not name or Path(name).name != name or not (self.directory / name).is_dir():
            raise UnusableIndexError("missing")
        if not name.startswith(f"archive-{weights.version()}-"):
            raise UnusableIndexError("outdated")
        return self.directory / name

    def _open(self, deadline: float | None) -> _Snapshot:
        location = self._location()
        known = self._snapshot
        if known is None or known.location != location:
            return self._opened(location, deadline)
        for _attempt in range(_REOPENINGS):
            try:
                if known.index.latest_generation() != known.generation:
                    self._keep(self._read(known.index, location, known))
                return self._snapshot or known
            except (FileNotFoundError, whoosh_index.EmptyIndexError):
                # A writer replaced the files between the listing and the opening (1 in 550).
                continue
        return self._opened(location, deadline)

    def _opened(self, location: Path, deadline: float | None) -> _Snapshot:
        """Another index than the last; the last one itself while there is no time to open it."""
        left = max(deadline - time.monotonic(), 0) if deadline else None
        if left and self._snapshot:
            left /= 2
        found = self._opening.of(location, self._read_whole, left)
        if found is None:
            if self._snapshot is None:
                raise TooCostlyError
            return self._snapshot
        return self._keep(found)

    def _keep(self, snapshot: _Snapshot) -> _Snapshot:
        self._cache.keep_only({segment.name for segment in snapshot.segments})
        self._snapshot = snapshot
        return snapshot

    def _read_whole(self, location: Path) -> _Snapshot:
        for _attempt in range(_REOPENINGS):
            with suppress(FileNotFoundError, whoosh_index.EmptyIndexError):
                return self._read(building.opened(location), location)
        return self._read(building.opened(location), location)

    def _read(
        self, index: whoosh_index.FileIndex, location: Path, known: _Snapshot | None = None
    ) -> _Snapshot:
        toc = whoosh_index.TOC.read(index.storage, index.indexname)
        opened = {segment.name: segment for segment in known.segments} if known else {}
        segments = [
            self._segment(index.storage, toc.schema, segment, opened)
            for segment in toc.segments
            if segment.doc_count_all()
        ]
        return _Snapshot(location, toc.generation, segments, index)

    def _segment(
        self, storage: Any, schema: Any, segment: Any, opened: dict[str, selection.Segment]
    ) -> selection.Segment:
        """As this generation sees it; the files of one that was known are open already."""
        name, deleted = str(segment.segment_id()), frozenset(segment.deleted_docs())
        if name in opened:
            return replace(opened[name], deleted=deleted)
        reader = SegmentReader(storage, schema, segment)
        return selection.Segment(name, reader, selection.Rows(reader), deleted)

    # --- Writing --------------------------------------------------------------------------

    @contextmanager
    def writing(self, timeout: float = 0) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.held(self.directory / "write.lock", timeout=timeout):
            yield

    def rebuilding(self) -> bool:
        return locks.taken(self.directory / "rebuild.lock")

    def index(self, documents: Iterable[Document], *, gone: Iterable[int] = ()) -> None:
        """The caller holds `writing()`; one commit, whatever the number."""
        documents = list(documents)
        page_ids = {document.page_id for document in documents} | set(gone)
        self._write(self._location(), documents, page_ids)

    def delete(self, page_ids: Iterable[int]) -> None:
        self.index((), gone=page_ids)

    def _write(self, location: Path, documents: list[Document], page_ids: set[int]) -> None:
        try:
            index = building.opened(location)
            surfaces: dict[str, str] = {}
            with building.writer_of(index) as writer:
                with writer.searcher() as searcher:
                    for page_id in page_ids:
                        writer.delete_by_term("page", str(page_id), searcher=searcher)
                for document in documents:
                    surfaces |= building.add(writer, document)
            self._learn(location, surfaces)
        except whoosh_index.LockError as error:
            raise BusyIndexError("whoosh") from error
        except Exception as error:
            raise UnusableIndexError("damaged") from error

    def _learn(self, location: Path, surfaces: dict[str, str]) -> None:
        """Add the words that the list lacks; the caller is the only writer."""
        if self._words[0] != location.name:
            lines = (location / building.WORDS).read_text(encoding="utf-8").splitlines()
            self._words = (location.name, {json.loads(line)[0] for line in lines})
        building.append_words(location, surfaces, self._words[1])

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
        latecomers: Callable[[], Changes] | None = None,
    ) -> int:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.held(self.directory / "rebuild.lock"):
            location = self.directory / f"archive-{weights.version()}-{time.time_ns()}"
            location.mkdir(mode=0o700)
            try:
                count = building.fill(location, documents, progress)
                with self.writing(timeout=building.LOCK_TIMEOUT):
                    if latecomers and (changes := latecomers()).page_ids:
                        self._write(location, list(changes.documents), set(changes.page_ids))
                    self._switch(location)
            except BaseException:
                shutil.rmtree(location, ignore_errors=True)
                raise
            building.sweep(self.directory, location)
        return count

    def _switch(self, location: Path) -> None:
        pending = self.directory / f"{_CURRENT}.new"
        with pending.open("w", encoding="utf-8") as file:
            file.write(location.name)
            file.flush()
            os.fsync(file.fileno())
        os.replace(pending, self.directory / _CURRENT)


def _hit(segment: selection.Segment, number: int, score: float, approximate: bool) -> Hit:
    stored = segment.reader.stored_fields(number)["stored"]
    return Hit(
        key=stored["key"],
        page_id=segment.rows.pages[number],
        anchor=stored["anchor"],
        title=stored["title"],
        text=stored["text"],
        type=segment.rows.first("type", number),
        kind=segment.rows.first("kind", number),
        score=round(score, 4),
        approximate=approximate,
    )
