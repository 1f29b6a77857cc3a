"""The backend of Wagtail's admin: pages found as visitors find them, drafts as Wagtail does.

Explorer, page search and page choosers all ask `autocomplete` of the default backend. For pages,
what the public index knows (both genders, stems, acronyms, every text) is added to what
Wagtail's own backend finds by the beginning of words of the titles, drafts among them. The
queryset asked about stays the limit: rights, tree and type are Wagtail's. Everything else
(images, documents, snippets, `search`) is left to Wagtail.
"""

import logging
import time
from functools import cache
from typing import Any

from django.db.models import Case, QuerySet, Value, When

from wagtail.models import Page
from wagtail.search.backends.database import SearchBackend as StockBackend

from modelsearch.query import MATCH_ALL, And, Phrase, PlainText

from search.engine import SearchError, SearchRequest, get_engine
from search.glossary import glossary
from search.queries import parse

logger = logging.getLogger(__name__)

_MOST = 300  # pages of each of the two
_SECONDS = 0.5


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802  the name Wagtail looks for
    """Wagtail's backend for the database in use, with our reading of pages."""
    return _with_ours(type(StockBackend(params)))(params)


@cache
def _with_ours(stock: type[Any]) -> type[Any]:
    class ArchiveBackend(stock):  # type: ignore[misc]
        def autocomplete(self, query: Any, model_or_queryset: Any, **options: Any) -> Any:
            usual = super().autocomplete(query, model_or_queryset, **options)
            pages = _pages(model_or_queryset)
            ours = _found(_text(query)) if pages is not None and not options.get("fields") else []
            if pages is None or not ours:
                return usual
            unsorted = super().autocomplete(
                query, pages, operator=options.get("operator"), order_by_relevance=False
            )
            ids = list(dict.fromkeys([*ours, *(page.pk for page in unsorted[:_MOST])]))
            pages = pages.filter(pk__in=ids)
            if options.get("order_by_relevance", True):
                ranks = [When(pk=pk, then=Value(rank)) for rank, pk in enumerate(ids)]
                pages = pages.order_by(Case(*ranks, default=len(ranks)).asc())
            return super().search(MATCH_ALL, pages, order_by_relevance=False)

    return ArchiveBackend


def _pages(target: Any) -> QuerySet[Any] | None:
    model = target.model if isinstance(target, QuerySet) else target
    if not issubclass(model, Page):
        return None
    return target if isinstance(target, QuerySet) else model._default_manager.all()


def _text(query: Any) -> str:
    """What was typed: the page search reads quotes before asking; "" for anything cleverer."""
    match query:
        case str():
            return query
        case PlainText():
            return str(query.query_string)
        case Phrase():
            return f'"{query.query_string}"'
        case And():
            return " ".join(map(_text, query.subqueries))
        case _:
            return ""


def _found(text: str) -> list[int]:
    """Pages that hold every word, the best first; none when the index cannot tell now."""
    request = SearchRequest(
        parse(text, glossary()), limit=_MOST, deadline=time.monotonic() + _SECONDS
    )
    if request.query.is_blank:
        return []
    try:
        hits = get_engine().search(request).hits
    except SearchError as error:
        logger.info("event=search_admin_without_index reason=%s", type(error).__name__)
        return []
    return list(dict.fromkeys(hit.page_id for hit in hits if not hit.approximate))
