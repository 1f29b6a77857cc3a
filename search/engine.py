"""The seam between the site and whatever keeps its index.

Above it: documents, queries, extracts, suggestions. Below it: an engine that stores weighted
terms and answers with keys and counts. Terms are always made by `search.analysis`, outside the
engine, so that every engine finds the same pages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from search.queries import Query

FACETS = ("type", "kind", "theme", "territory", "year", "series")
# SEARCH_ENGINE: one of these, or the path of a class.
ENGINES = {
    "whoosh": "search.index.WhooshEngine",
    "postgres": "search.postgres.PostgresEngine",
}
DEFAULT_ENGINE = "whoosh"


class SearchError(Exception):
    """What the search may answer instead of results."""


class UnusableIndexError(SearchError):
    """No index, an index of another version, or a damaged one: rebuild it."""


class BusyIndexError(SearchError):
    """Somebody else is writing; the work stays in the outbox."""


class TooCostlyError(SearchError):
    """The query used up its time; the visitor is asked for a more precise one."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found: a page, or an item of an issue (`anchor`).

    `date`: year x 10,000 + month x 100 + day, 0 when unknown. `facets`: values by facet name,
    every name optional. The URL is not here: it is asked of the page when a hit is shown.
    """

    key: str
    page_id: int
    title: str
    anchor: str = ""
    # Of the passages of one group, a search shows the best.
    group: str = ""
    lead: str = ""
    headings: str = ""
    body: str = ""
    people: str = ""
    places: str = ""
    date: int = 0
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What extracts are cut from."""
        return "\n".join(part for part in (self.lead, self.body) if part)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`filters`: wanted values by facet; values of one facet are alternatives, facets combine.
    `hidden`: pages that must not appear, whatever the index says. `sort`: relevance or date."""

    query: Query
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sort: str = "relevance"
    offset: int = 0
    limit: int = 10
    hidden: frozenset[int] = frozenset()
    # On the monotonic clock; None gives each search its own budget of time.
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """`approximate`: only some of the words are there. `text`: lead and body, for extracts."""

    key: str
    page_id: int
    anchor: str
    title: str
    text: str
    type: str
    kind: str
    score: float
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results; `total` counts the approximate ones too. `missing`: words of the
    query that no document holds. Facets are counted each without its own filter. `partial`: time
    ran out, the commonest words were left aside."""

    hits: tuple[Hit, ...]
    total: int
    approximate: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    suggestion: str = ""
    engine: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """`state`: ready, missing, outdated, damaged. Sizes in bytes."""

    engine: str
    state: str
    documents: int = 0
    pages: int = 0
    size: int = 0
    location: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Changes:
    """Pages whose documents are replaced by `documents`; a page without any disappears."""

    page_ids: frozenset[int]
    documents: tuple[Document, ...]


class Engine(Protocol):
    """Every method may raise `UnusableIndexError`; the writing ones `BusyIndexError` too."""

    name: str

    def index(self, documents: Iterable[Document], *, gone: Iterable[int] = ()) -> None:
        """Replace every document of these documents' pages, forget the pages in `gone`."""

    def delete(self, page_ids: Iterable[int]) -> None: ...

    def search(self, request: SearchRequest) -> Page:
        """Raise TooCostlyError when the query's time is used up."""

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
        latecomers: Callable[[], Changes] | None = None,
    ) -> int:
        """Build beside, replay `latecomers` under the write lock, switch; return the count."""

    def health(self) -> Health: ...

    def page_ids(self) -> set[int]:
        """Every page that has a document."""

    def vocabulary(self, start: int = 0) -> Iterator[tuple[str, str, int]]:
        """(folded word, usual spelling, documents), from the mark `start` on."""

    def vocabulary_mark(self) -> int:
        """Where the vocabulary ends now; it only grows until the next rebuild."""

    def location(self) -> str:
        """What names the current index; another one after each rebuild."""

    def writing(self, timeout: float = 0) -> AbstractContextManager[None]:
        """Hold the write lock, in seconds; raise BusyIndexError after `timeout`."""

    def rebuilding(self) -> bool:
        """Whether another index is being built now."""


@cache
def _engine(path: str, directory: str) -> Engine:
    return import_string(path)(directory)


def get_engine() -> Engine:
    """The engine of the settings; one per process, because it caches its readers."""
    chosen = getattr(settings, "SEARCH_ENGINE", DEFAULT_ENGINE)
    return _engine(ENGINES.get(chosen, chosen), str(settings.SEARCH_INDEX_DIR))
