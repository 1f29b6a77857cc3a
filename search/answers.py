"""One question, one answer: the engine's hits, checked against the database, made readable.

The index may be stale, lost or damaged; what is shown never depends on it: a hit is shown only
if its page is live, public and not expired now.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.utils.safestring import SafeString

from wagtail.models import Page as SitePage

from pages.models import Territory, Theme
from search import documents, extracts, following
from search.engine import (
    FACETS,
    Hit,
    Page,
    SearchRequest,
    TooCostlyError,
    UnusableIndexError,
    get_engine,
)
from search.queries import Query, parse
from search.suggestions import respelt
from search.wording import read, vocabulary

logger = logging.getLogger(__name__)

PER_PAGE = 10
DEEPEST = 1_000  # results; further pages help nobody and cost as much as they like
_ROUNDS = 3
_BUDGET = 0.6  # seconds for all the searches of one answer; showing it takes the rest of one
_COMPLETING = 0.25  # seconds; later than that the visitor has typed on


@dataclass(frozen=True, slots=True)
class Result:
    """One line of results; `url` leads to the item in its issue, `context` names the issue."""

    title: str
    url: str
    type: str
    score: float
    title_html: SafeString
    extract: SafeString
    kind: str = ""
    context: str = ""
    approximate: bool = False

    @property
    def type_label(self) -> str:
        """The kind of item in a letter, or what the page is."""
        kinds, types = documents.LABELS["kind"], documents.LABELS["type"]
        return kinds.get(self.kind) or types.get(self.type, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` includes the `approximate` ones. `suggestion`: another spelling to try;
    `corrected`: the spelling that was searched instead of `query`, which found nothing.

    `degraded`: titles alone were searched, the index being unusable. `partial`: the query was
    too much for its time: its rarest words alone were searched, or titles when `facets` is empty.
    """

    query: Query
    results: tuple[Result, ...] = ()
    total: int = 0
    approximate: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    suggestion: str = ""
    corrected: str = ""
    degraded: bool = False
    partial: bool = False

    @property
    def exact(self) -> int:
        return self.total - self.approximate


def find(
    text: str,
    *,
    filters: Mapping[str, frozenset[str]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = PER_PAGE,
    literal: bool = False,
) -> Answer:
    """Answer a visitor, whatever the text and the state of the index; raises nothing.
    `literal`: never search another spelling."""
    query = read(text)
    if literal:
        query = replace(query, loosened=())
    request = SearchRequest(
        deadline=time.monotonic() + _BUDGET,
        query=query,
        filters=filters or {},
        sort=sort,
        offset=min(max(offset, 0), DEEPEST),
        limit=limit,
    )
    following.nudge()
    try:
        return _found(request, literal=literal)
    except TooCostlyError:
        logger.info("event=search_too_costly length=%s", len(query.text))
        return replace(_by_title(query, request), partial=True)
    except UnusableIndexError as error:
        logger.warning("event=search_degraded reason=%s", error, exc_info=True)
        following.heal()
        return replace(_by_title(query, request), degraded=True)


def _found(request: SearchRequest, *, literal: bool) -> Answer:
    page, pages = _checked(request)
    answer = _answer(request.query, page, pages)
    suggestion = _suggestion(request, page)
    if suggestion and page.total == page.approximate and not literal:
        return _corrected(request, suggestion) or answer
    return replace(answer, suggestion=suggestion)


def _corrected(request: SearchRequest, suggestion: str) -> Answer | None:
    """The answer to another spelling, if it is a better one."""
    query = read(suggestion)
    try:
        page, pages = _checked(replace(request, query=query))
    except TooCostlyError:
        return None
    if page.total == page.approximate:
        return None
    return replace(_answer(query, page, pages), query=request.query, corrected=suggestion)


def _checked(request: SearchRequest) -> tuple[Page, dict[int, SitePage]]:
    """Search until every hit of the page may be shown; each refused one is queued again."""
    engine = get_engine()
    request = replace(request, hidden=request.hidden | _known_hidden())
    for _round in range(_ROUNDS):
        found = engine.search(request)
        wanted = {hit.page_id for hit in found.hits}
        pages = documents.visible().in_bulk(wanted) if wanted else {}
        gone = wanted - pages.keys()
        if not gone:
            return found, pages
        logger.warning("event=search_stale_hits pages=%s", sorted(gone))
        following.record(gone, "stale")
        request = replace(request, hidden=request.hidden | gone)
    hits = tuple(hit for hit in found.hits if hit.page_id in pages)
    return replace(found, hits=hits, total=found.total - len(found.hits) + len(hits)), pages


def _known_hidden() -> frozenset[int]:
    """Pages that the index may still hold and nobody may see, those that are gone included: a
    result of a further page is counted too, and only those shown are checked one by one."""
    waiting = following.waiting_pages()
    if waiting:
        waiting -= set(documents.visible().filter(pk__in=waiting).values_list("pk", flat=True))
    return documents.withdrawn_ids() | waiting


def _answer(query: Query, page: Page, pages: Mapping[int, SitePage]) -> Answer:
    return Answer(
        query=query,
        results=tuple(_result(hit, pages[hit.page_id], query) for hit in page.hits),
        total=page.total,
        approximate=page.approximate,
        facets=page.facets,
        partial=page.partial,
    )


def _result(hit: Hit, page: SitePage, query: Query) -> Result:
    url = page.get_url() or "/"
    wanted = query.loosely_wanted if hit.approximate else query.wanted
    return Result(
        title=hit.title,
        url=f"{url}#{hit.anchor}" if hit.anchor else url,
        type=hit.type,
        kind=hit.kind,
        score=hit.score,
        title_html=extracts.mark(hit.title, wanted),
        extract=extracts.extract(hit.text, wanted),
        context=page.title if hit.key != str(hit.page_id) else "",
        approximate=hit.approximate,
    )


# --- Other spellings --------------------------------------------------------------------------


def complete(text: str, *, limit: int = 6) -> list[str]:
    """What the text may become when its last word is completed; each finds a visible page, and
    none finds the same pages as another: « habitant » is enough without « habitantes »."""
    query = parse(text)
    if not query.words or text != text.rstrip() or query.words[-1].end < len(query.text):
        return []
    last, deadline = query.words[-1], time.monotonic() + _COMPLETING
    found: list[str] = []
    meant: set[tuple[str, ...]] = set()
    try:
        for spelling in vocabulary().complete(last.surface, limit=limit * 4):
            whole = parse(query.with_word(last, spelling))
            stems = whole.words[-1].clause.texts if whole.words else ()
            if stems in meant:
                continue
            meant.add(stems)
            if _holds_something(SearchRequest(whole, limit=1, deadline=deadline)):
                found.append(whole.text)
            if len(found) == limit or time.monotonic() > deadline:
                break
    except UnusableIndexError as error:
        logger.warning("event=search_degraded reason=%s", error)
    return found


def _suggestion(request: SearchRequest, page: Page) -> str:
    """The query with its unknown words replaced; "" when nothing visible would be found.

    The words of a page that was withdrawn stay in the list until the next rebuild: a word is
    suggested only if a visible page still holds it.
    """
    if not page.missing:
        return ""

    def holds(spelling: str) -> bool:
        probe = SearchRequest(parse(spelling), limit=1, deadline=request.deadline)
        return _holds_something(probe)

    return respelt(request.query, page.missing, vocabulary(), holds)


def _holds_something(probe: SearchRequest) -> bool:
    try:
        found = _checked(probe)[0]
        return found.total > found.approximate
    except TooCostlyError:
        # What was found is worth showing without a suggestion.
        return False


# --- Without an index -------------------------------------------------------------------------


def _by_title(query: Query, request: SearchRequest) -> Answer:
    """Titles that contain the words as written, from the database alone."""
    if not query.words:
        return Answer(query=query)
    condition = Q()
    for word in query.words[:8]:
        condition &= Q(title__icontains=query.text[word.start : word.end])
    found = documents.visible().filter(condition).order_by("-first_published_at", "-pk")
    shown = found[request.offset : request.offset + request.limit]
    results = tuple(_titled(page, query.wanted) for page in shown.specific())
    return Answer(query=query, results=results, total=found.count())


def _titled(page: SitePage, wanted: frozenset[str]) -> Result:
    return Result(
        title=page.title,
        url=page.get_url() or "/",
        type=documents.type_of(page),
        score=0.0,
        title_html=extracts.mark(page.title, wanted),
        extract=extracts.extract(getattr(page, "standfirst", ""), frozenset()),
    )


# --- Facets -----------------------------------------------------------------------------------


def labels(facet: str, values: Iterable[str]) -> dict[str, str]:
    """French names of facet values; a value whose record is gone has none."""
    values = list(values)
    if facet == "theme":
        return dict(Theme.objects.filter(code__in=values).values_list("code", "name"))
    if facet == "territory":
        found = Territory.objects.filter(pk__in=[v for v in values if v.isdecimal()])
        return {str(territory.pk): str(territory) for territory in found}
    known = documents.LABELS.get(facet)
    return {value: known.get(value, value) if known else value for value in values}


__all__ = ["FACETS", "Answer", "Result", "find", "labels"]
