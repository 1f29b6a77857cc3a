"""Of the documents that match: those that pass the filters, the facet counts, the best."""

import heapq
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from search.engine import FACETS, SearchRequest

Matches = dict[int, float]


class Rows:
    """The columns of one segment: page and date of each document, and of each facet a number,
    which stands for a tuple of values: small numbers are counted faster."""

    def __init__(self, reader: Any) -> None:
        column = reader.column_reader("row")
        # One integer object a document, shared by every posting that is kept of it.
        self.numbers = list(range(reader.doc_count_all()))
        self.pages: list[int] = []
        # Of passages only.
        self.groups: dict[int, str] = {}
        self.dates: list[int] = []
        self.codes: dict[str, list[int]] = {name: [] for name in FACETS}
        known: dict[str, dict[tuple[str, ...], int]] = {name: {} for name in FACETS}
        for number in self.numbers:
            page, date, group, *values = json.loads(column[number])
            if group:
                self.groups[number] = group
            self.pages.append(page)
            self.dates.append(date)
            for name, value in zip(FACETS, values, strict=True):
                codes = known[name]
                self.codes[name].append(codes.setdefault(tuple(value), len(codes)))
        self.values = {name: tuple(codes) for name, codes in known.items()}

    def first(self, name: str, number: int) -> str:
        """The only value of a facet that has one, or ""."""
        return next(iter(self.values[name][self.codes[name][number]]), "")


@dataclass(slots=True)
class Segment:
    """One segment as this generation sees it: its reader, and which documents are gone."""

    name: str
    reader: Any
    rows: Rows
    deleted: frozenset[int]


@dataclass(slots=True)
class Found:
    """What the pass keeps: (segment, document, score, approximate) of the wanted page of
    results, best first; totals after filters, facet counts, words without any document."""

    best: list[tuple[Segment, int, float, bool]]
    total: int
    approximate: int
    facets: dict[str, dict[str, int]]
    missing: tuple[str, ...]
    partial: bool = False


def select(
    segments: list[Segment],
    request: SearchRequest,
    matched: list[Matches],
    close: set[tuple[int, int]],
    missing: tuple[str, ...],
) -> Found:
    """`matched`: scores by document, one mapping a segment. `close`: (segment index, document)
    of the approximate ones."""
    filters = {name: wanted for name, wanted in request.filters.items() if wanted}
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    kept: list[Matches] = []
    approximate = 0
    for index, matches in enumerate(matched):
        rows = segments[index].rows
        matches = _collapsed(rows, matches)
        passing = _passing(rows, matches, filters)
        for name in FACETS:
            _count(rows, name, passing[name if name in filters else ""], counts[name])
        if filters:
            matches = {doc: matches[doc] for doc in passing[""]}
        kept.append(matches)
        approximate += sum((index, doc) in close for doc in matches) if close else 0
    return Found(
        best=_best(segments, request, kept, close),
        total=sum(map(len, kept)),
        approximate=approximate,
        facets={name: dict(counter) for name, counter in counts.items()},
        missing=missing,
    )


def _collapsed(rows: Rows, matches: Matches) -> Matches:
    """Of the passages of one file, the best alone; they were written together, in one segment."""
    passages = matches.keys() & rows.groups.keys() if rows.groups else ()
    if not passages:
        return matches
    best: dict[str, int] = {}
    for doc in sorted(passages):
        known = best.setdefault(rows.groups[doc], doc)
        if matches[doc] > matches[known]:
            best[rows.groups[doc]] = doc
    left_out = set(passages) - set(best.values())
    return {doc: score for doc, score in matches.items() if doc not in left_out}


def _best(
    segments: list[Segment],
    request: SearchRequest,
    kept: list[Matches],
    close: set[tuple[int, int]],
) -> list[tuple[Segment, int, float, bool]]:
    by_date = request.sort == "date" or not request.query.clauses
    stop = request.offset + request.limit
    ranked: list[tuple[bool, float, float, int, int]] = []
    for index, matches in enumerate(kept):
        dates = segments[index].rows.dates
        docs = [doc for doc in matches if (index, doc) not in close] if close else list(matches)
        groups = [(True, docs)]
        if close and len(docs) < stop:
            groups.append((False, [doc for doc in matches if (index, doc) in close]))
        for is_exact, docs in groups:
            for doc in _foremost(docs, dates if by_date else matches, stop):
                score, date = matches[doc], dates[doc]
                first = (date, score) if by_date else (score, date)
                ranked.append((is_exact, *first, -index, -doc))
    best = heapq.nlargest(stop, ranked)[request.offset :]
    return [
        (segments[-index], -doc, kept[-index][-doc], not is_exact)
        for is_exact, _first, _second, index, doc in best
    ]


def _foremost(docs: list[int], by: Matches | list[int], number: int) -> list[int]:
    """The documents with the `number` highest values, and all their equals: few are left to
    be compared in full."""
    if len(docs) <= number:
        return docs
    least = heapq.nlargest(number, map(by.__getitem__, docs))[-1]
    return [doc for doc in docs if by[doc] >= least]


def _passing(
    rows: Rows, docs: Collection[int], filters: Mapping[str, frozenset[str]]
) -> dict[str, Collection[int]]:
    """Documents that pass all filters (key ""), and all but one (key: the one left out)."""
    return {
        left_out: _filtered(rows, docs, {n: w for n, w in filters.items() if n != left_out})
        for left_out in ("", *filters)
    }


def _filtered(
    rows: Rows, docs: Collection[int], filters: Mapping[str, frozenset[str]]
) -> Collection[int]:
    for name, wanted in filters.items():
        codes = rows.codes[name]
        allowed = {
            code for code, held in enumerate(rows.values[name]) if not wanted.isdisjoint(held)
        }
        docs = [doc for doc in docs if codes[doc] in allowed]
    return docs


def _count(rows: Rows, name: str, docs: Collection[int], counts: Counter[str]) -> None:
    """Add how many of the documents have each value."""
    values, codes = rows.values[name], rows.codes[name]
    found = Counter(map(codes.__getitem__, docs)) if len(values) > 1 else {0: len(docs)}
    for code, number in found.items():
        for value in values[code]:
            counts[value] += number


def documents_of(segments: list[Segment]) -> Iterator[int]:
    """Page of every document still there."""
    for segment in segments:
        for number, page in enumerate(segment.rows.pages):
            if number not in segment.deleted:
                yield page
