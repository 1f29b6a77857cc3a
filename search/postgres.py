"""The engine for several web servers: our terms in PostgreSQL's own full-text index.

Chosen by SEARCH_ENGINE = "postgres". Nothing is on a disk of the web servers: an index is three
tables that the engine makes, and drops, as the embedded one does its directories: derived data,
which no migration follows. They are named after the code that made them, so that an index of
another version is never read; `search_archive` says which are in use, and counts the commits.

What differs from the embedded engine: a document's standfirst and intertitles share one weight, its
people and places another (PostgreSQL has four labels); the limits of `search.vectors`; and locks
belong to the database session: behind pgbouncer, pool by session.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

import psycopg
from psycopg import errors

from search import advisory, postgres_search, postgres_tables
from search.engine import (
    FACETS,
    Changes,
    Document,
    Health,
    Hit,
    Page,
    SearchRequest,
    TooCostlyError,
    UnusableIndexError,
)
from search.matching import BUDGET, ENOUGH
from search.queries import Clause
from search.vectors import tsquery

_LOCK_TIMEOUT = 10  # seconds
_WHOLE = 0.6  # of its time for the whole query; the rest, for its rarest words
_SHORT = 2  # clauses
_MOST_KNOWN = 5_000  # frequencies kept in memory
Frequencies = dict[Clause | None, int]
Result = TypeVar("Result")
# Something of this version's tables, on the connection of this thread.
Work = Callable[[Any, str, int], Result]


class PostgresEngine:
    """See `search.engine.Engine`. Holds nothing but the frequencies of a few words."""

    name = "postgres"

    def __init__(self, directory: object = None) -> None:
        """`directory` is the other engine's: nothing here is on the disk."""
        # Of one index at one commit: true as long as nobody writes.
        self._known: tuple[str, int, Frequencies] = ("", 0, {})

    # --- Reading --------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> Page:
        now = time.monotonic()
        request = replace(request, deadline=request.deadline or now + BUDGET)
        clauses = request.query.clauses
        if len(clauses) < 2:
            return self._read(lambda *at: self._search(request, *at), request.deadline)
        whole = replace(request, deadline=now + (request.deadline - now) * _WHOLE)
        try:
            return self._read(lambda *at: self._search(whole, *at), whole.deadline)
        except TooCostlyError:
            shorter = self._shortened(request)
            page = self._read(lambda *at: self._search(shorter, *at), request.deadline)
            return replace(page, partial=True)

    def _shortened(self, request: SearchRequest) -> SearchRequest:
        """With the rarest clauses alone; the longest ones, when no frequency could be read."""
        known = self._known[2]
        query = request.query
        clauses = sorted(
            (clause for clause in query.clauses if known.get(clause) != 0),
            key=lambda clause: (known.get(clause, math.inf), -len(tsquery(clause))),
        )
        kept = tuple(clauses[: min(_SHORT, len(query.clauses) - 1)])
        return replace(request, query=replace(query, clauses=kept, words=(), loosened=()))

    def _search(self, request: SearchRequest, cursor: Any, name: str, generation: int) -> Page:
        query = request.query
        asked = dict.fromkeys(
            [*query.clauses, *query.loosened, *(word.clause for word in query.words)]
        )
        frequencies = self._frequencies_of([*asked], cursor, name, generation)
        count = frequencies[None]
        idf = {
            clause: postgres_search.idf(frequencies[clause], count) if frequencies[clause] else 0.0
            for clause in (*query.clauses, *query.loosened)
        }
        exact = 0
        may_complete = bool(query.loosened) or len(query.clauses) > 1
        if may_complete and all(idf[clause] for clause in query.clauses):
            counted = postgres_search.exact_matches(name, request, ENOUGH)
            _limited(cursor, request.deadline)
            cursor.execute(counted.text, counted.params)
            exact = cursor.fetchone()[0]
        approximate = may_complete and exact < ENOUGH
        sql = postgres_search.statement(name, request, idf, approximate=approximate)
        _limited(cursor, request.deadline)
        cursor.execute(sql.text, sql.params)
        rows = [postgres_search.Row(*row) for row in cursor.fetchall()]
        totals = {row.what: row.number for row in rows}
        facets: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
        for row in rows:
            if row.what in facets:
                facets[row.what][row.value] = row.number
        return Page(
            hits=_hits(cursor, name, [row for row in rows if row.what == "hit"]),
            total=totals["total"],
            approximate=totals["total"] - totals["exact"],
            facets=facets,
            missing=tuple(w.surface for w in query.words if not frequencies[w.clause]),
            engine=self.name,
        )

    def _frequencies_of(
        self, clauses: list[Clause], cursor: Any, name: str, generation: int
    ) -> Frequencies:
        """Documents that hold each clause; under None, all documents."""
        # Another tuple and dictionary at each change, not their change: threads share them.
        known = self._known[2] if self._known[:2] == (name, generation) else {}
        new = [clause for clause in (None, *clauses) if clause not in known]
        if new:
            sql = postgres_search.frequencies(name, new)
            cursor.execute(sql.text, sql.params)
            known = known | dict(zip(new, cursor.fetchone(), strict=True))
            self._known = (name, generation, known if len(known) < _MOST_KNOWN else {})
        return known

    def page_ids(self) -> set[int]:
        return self._read(postgres_tables.page_ids)

    def vocabulary(self, start: int = 0) -> Iterator[tuple[str, str, int]]:
        return iter(self._read(lambda cursor, name, _n: postgres_tables.words(cursor, name, start)))

    def vocabulary_mark(self) -> int:
        return self._read(postgres_tables.last_word)

    def location(self) -> str:
        return self._read(lambda _cursor, name, _generation: name)

    def health(self) -> Health:
        try:
            name, documents, pages, size = self._read(postgres_tables.counts)
        except UnusableIndexError as error:
            state = str(error) if str(error) in ("missing", "outdated") else "damaged"
            return Health(self.name, state, detail=str(error.__cause__ or error))
        return Health(self.name, "ready", documents, pages, size, name)

    def _read(self, work: Work[Result], deadline: float | None = None) -> Result:
        try:
            return self._tried(work, deadline)
        except errors.UndefinedTable:
            # Dropped after a switch, between the reading of its name and of itself.
            pass
        except (DatabaseError, psycopg.Error) as error:
            raise UnusableIndexError("damaged") from error
        try:
            return self._tried(work, deadline)
        except (DatabaseError, psycopg.Error) as error:
            raise UnusableIndexError("damaged") from error

    def _tried(self, work: Work[Result], deadline: float | None) -> Result:
        """Raise psycopg's own UndefinedTable, TooCostlyError, or what the database said."""
        before = None
        inner = connection.in_atomic_block
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if deadline:
                    before = _limited(cursor, deadline)
                result = work(cursor, *self._current(cursor))
                if before and inner:
                    # The transaction is somebody else's, and goes on.
                    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
                return result
        except OperationalError as error:
            if isinstance(error.__cause__, errors.QueryCanceled):
                raise TooCostlyError from error
            raise
        except DatabaseError as error:
            if isinstance(error.__cause__, errors.UndefinedTable):
                raise error.__cause__ from None
            raise

    def _current(self, cursor: Any) -> tuple[str, int]:
        found = postgres_tables.current(cursor)
        if found is None:
            raise UnusableIndexError("missing")
        if not found[0].startswith(postgres_tables.prefix()):
            raise UnusableIndexError("outdated")
        return found

    # --- Writing --------------------------------------------------------------------------

    def writing(self, timeout: float = 0) -> AbstractContextManager[None]:
        return advisory.held(advisory.WRITE, timeout=timeout)

    def rebuilding(self) -> bool:
        return advisory.taken(advisory.REBUILD)

    def index(self, documents: Iterable[Document], *, gone: Iterable[int] = ()) -> None:
        """The caller holds `writing()`; one commit, whatever the number."""
        documents = list(documents)
        page_ids = {document.page_id for document in documents} | set(gone)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                name, _generation = self._current(cursor)
                postgres_tables.replace(cursor, name, documents, page_ids)
                postgres_tables.point_at(cursor, name)
        except (DatabaseError, psycopg.Error) as error:
            raise UnusableIndexError("damaged") from error

    def delete(self, page_ids: Iterable[int]) -> None:
        self.index((), gone=page_ids)

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
        latecomers: Callable[[], Changes] | None = None,
    ) -> int:
        with advisory.held(advisory.REBUILD):
            name = f"{postgres_tables.prefix()}{time.time_ns()}"
            try:
                count = postgres_tables.fill(name, documents, progress)
                with self.writing(_LOCK_TIMEOUT), transaction.atomic():
                    changes = latecomers() if latecomers else None
                    with connection.cursor() as cursor:
                        if changes and changes.page_ids:
                            postgres_tables.replace(
                                cursor, name, changes.documents, set(changes.page_ids)
                            )
                        postgres_tables.point_at(cursor, name)
            except BaseException:
                with suppress(DatabaseError):
                    postgres_tables.drop([name])
                raise
            with suppress(DatabaseError):
                # Tables somebody still reads are dropped after the next rebuild.
                postgres_tables.sweep(name)
        return count


def _limited(cursor: Any, deadline: float | None) -> str:
    """Give the next statement of this transaction the time that is left; return what it had."""
    left = int(((deadline or time.monotonic() + BUDGET) - time.monotonic()) * 1000)
    if left <= 0:
        raise TooCostlyError
    # Compiling such a statement takes longer than running it.
    cursor.execute(
        "SELECT current_setting('statement_timeout'), "
        "set_config('statement_timeout', %s, true), set_config('jit', 'off', true)",
        [str(left)],
    )
    return str(cursor.fetchone()[0])


def _hits(cursor: Any, name: str, best: list[postgres_search.Row]) -> tuple[Hit, ...]:
    texts = postgres_tables.texts(cursor, name, [row.number for row in best])
    return tuple(
        Hit(**texts[row.number], score=round(row.score, 4), approximate=not row.exact)
        for row in best
    )
