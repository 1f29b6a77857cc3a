"""The results page."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search import answers, limits, statistics
from search.forms import SORTS, Asked
from search.promoted import promoted
from search.queries import MAX_LENGTH

# Shown beside the results, in this order; the other facets are reached by an address only.
_SHOWN = {
    "type": "Type",
    "kind": "Nature",
    "theme": "Thématique",
    "territory": "Territoire",
    "year": "Année",
}
_VALUES = 12  # of one facet; the chosen ones are always there


@dataclass(frozen=True, slots=True)
class FacetValue:
    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    name: str
    label: str
    values: tuple[FacetValue, ...]


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """GET /recherche/?q=…&type=…&theme=…&territory=…&year=…&kind=…&series=…&sort=…&page=…"""
    asked = Asked.read(request.GET)
    context = {"asked": asked, "sorts": _sorts(asked)}
    if asked.is_empty:
        return _page(request, context)
    if limits.too_many(request):
        return _page(request, context | {"too_many": True}, status=429)
    answer = answers.find(
        asked.q,
        filters={name: frozenset(values) for name, values in asked.filters.items()},
        sort=asked.sort,
        offset=(asked.page - 1) * answers.PER_PAGE,
        literal=asked.literal,
    )
    if asked.page == 1 and not asked.filters and not (answer.degraded or answer.partial):
        statistics.note(answer.query, found=answer.exact if not answer.corrected else 0)
    last = min(-(-answer.total // answers.PER_PAGE), 100)
    return _page(
        request,
        context
        | {
            "answer": answer,
            "promoted": promoted(answer.query) if asked.page == 1 else (),
            "facets": _facets(asked, answer),
            "last_page": last,
            "previous_url": asked.at(asked.page - 1).url() if 1 < asked.page <= last else "",
            "next_url": asked.at(asked.page + 1).url() if asked.page < last else "",
            "suggestion_url": replace(asked, q=answer.suggestion, page=1).url(),
            "literal_url": replace(asked, literal=True, page=1).url(),
            "unfiltered_url": replace(asked, filters={}, page=1).url(),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """GET /recherche/suggestions/?q=… → {"suggestions": [text, …]}, at most six; empty when
    nothing completes the last word, or when this visitor asks too often."""
    text = request.GET.get("q", "")[:MAX_LENGTH]
    refused = limits.too_many(request, kind="complete")
    response = JsonResponse({"suggestions": [] if refused else answers.complete(text)})
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "max-age=60"
    return response


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, "search/results.html", context, status=status)
    # Results are for readers: a crawler would follow every combination of facets.
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _sorts(asked: Asked) -> list[tuple[str, str, bool]]:
    return [
        (label, replace(asked, sort=value, page=1).url(), asked.sort == value)
        for value, label in SORTS.items()
    ]


def _facets(asked: Asked, answer: answers.Answer) -> list[FacetGroup]:
    groups = []
    for name, label in _SHOWN.items():
        counts = dict(answer.facets.get(name, {}))
        chosen = asked.filters.get(name, ())
        names = answers.labels(name, [*counts, *chosen])
        order = sorted(names, key=lambda value: _rank(name, value, counts, names))
        kept = [value for value in order[:_VALUES] if value not in chosen]
        values = tuple(
            FacetValue(
                names[value],
                counts.get(value, 0),
                asked.toggled(name, value).url(),
                value in chosen,
            )
            for value in [v for v in order if v in chosen] + kept
        )
        # One value that all the results have would filter nothing.
        if chosen or any(value.count < answer.total for value in values):
            groups.append(FacetGroup(name, label, values))
    return groups


def _rank(name: str, value: str, counts: dict[str, int], names: dict[str, str]) -> tuple[int, str]:
    """Most frequent first; years from the newest."""
    if name == "year":
        return (-int(value) if value.isdecimal() else 0, value)
    return (-counts.get(value, 0), names[value])
