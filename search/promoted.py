"""« À la une »: what editors put above the results of a search, in Wagtail's own screen.

Wagtail compares the texts letter by letter; here the terms, so that « subventions » shows what
was promoted for « subvention ».
"""

from dataclasses import dataclass

from wagtail.contrib.search_promotions.models import SearchPromotion

from search import documents
from search.queries import Query, parse

_MOST = 3


@dataclass(frozen=True, slots=True)
class Promoted:
    title: str
    url: str
    description: str


def promoted(query: Query) -> tuple[Promoted, ...]:
    """At most three, in the editors' order; a page that nobody may read is left out."""
    if not query.words:
        return ()
    wanted = _terms(query)
    chosen = [
        pick
        for pick in SearchPromotion.objects.select_related("query").order_by("sort_order", "pk")
        if _matches(pick.query.query_string, wanted)
    ]
    pages = documents.visible().in_bulk([pick.page_id for pick in chosen if pick.page_id])
    found = []
    for pick in chosen:
        if page := pages.get(pick.page_id):
            found.append(Promoted(page.title, page.get_url() or "/", pick.description))
        elif not pick.page_id and pick.external_link_url:
            title = pick.external_link_text or pick.external_link_url
            found.append(Promoted(title, pick.external_link_url, pick.description))
    return tuple(found[:_MOST])


def _terms(query: Query) -> list[frozenset[str]]:
    return [frozenset(word.clause.texts) for word in query.words]


def _matches(text: str, wanted: list[frozenset[str]]) -> bool:
    """Whether the words are the same, in any order, each by one of its readings."""
    own = _terms(parse(text))
    return len(own) == len(wanted) and all(any(mine & theirs for theirs in wanted) for mine in own)
