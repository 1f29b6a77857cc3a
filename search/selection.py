"""Of the documents that match: those that pass the filters, the facet counts, the best."""

import heapq
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from search.engine import FACETS, SearchRequest

Matches = dict[int, float]


class Rows:
    """The columns of one segment: page and date of each document, a tuple of values a facet."""

    def __init__(self, reader: Any) -> None:
        column = reader.column_reader("row")
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        # One integer object a document, shared by every posting that is kept of it.
        self.numbers = list(range(reader.doc_count_all()))
        self.pages: list[int] = []
        # Of passages only.
        self.groups: dict[int, str] = {}
        self.dates: list[int] = []
        self.facets: dict[str, list[tuple[str, ...]]] = {name: [] for name in FACETS}
        for number in self.numbers:
            page, date, group, *values = json.loads(column[number])
            if group:
                self.groups[number] = group
            self.pages.append(page)
            self.dates.append(date)
            for name, value in zip(FACETS, values, strict=True):
                key = tuple(value)
                # The same few tuples for thousands of documents: share them.
                self.facets[name].append(known.setdefault(key, key))


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
    counts: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in FACETS}
    kept: list[tuple[int, int, float]] = []
    approximate = 0
    for index, matches in enumerate(matched):
        rows = segments[index].rows
        matches = _collapsed(rows, matches)
        passing = _passing(rows, list(matches), filters)
        for name in FACETS:
            column = rows.facets[name]
            docs = passing[name if name in filters else ""]
            counts[name].update(map(column.__getitem__, docs))
        kept += [(index, doc, matches[doc]) for doc in passing[""]]
        approximate += sum((index, doc) in close for doc in passing[""]) if close else 0
    return Found(
        best=_best(segments, request, kept, close),
        total=len(kept),
        approximate=approximate,
        facets={name: _per_value(counter) for name, counter in counts.items()},
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
    kept: list[tuple[int, int, float]],
    close: set[tuple[int, int]],
) -> list[tuple[Segment, int, float, bool]]:
    by_date = request.sort == "date" or not request.query.clauses

    def rank(entry: tuple[int, int, float]) -> tuple[Any, ...]:
        index, doc, score = entry
        date = segments[index].rows.dates[doc]
        first = (date, score) if by_date else (score, date)
        return ((index, doc) not in close, *first, -index, -doc)

    stop = request.offset + request.limit
    best = heapq.nlargest(stop, kept, key=rank)[request.offset :]
    return [(segments[index], doc, score, (index, doc) in close) for index, doc, score in best]


def _passing(
    rows: Rows, docs: list[int], filters: Mapping[str, frozenset[str]]
) -> dict[str, list[int]]:
    """Documents that pass all filters (key ""), and all but one (key: the one left out)."""
    return {
        left_out: _filtered(rows, docs, {n: w for n, w in filters.items() if n != left_out})
        for left_out in ("", *filters)
    }


def _filtered(rows: Rows, docs: list[int], filters: Mapping[str, frozenset[str]]) -> list[int]:
    for name, wanted in filters.items():
        column = rows.facets[name]
        allowed = {values for values in set(column) if not wanted.isdisjoint(values)}
        docs = [doc for doc in docs if column[doc] in allowed]
    return docs


def _per_value(counter: Counter[tuple[str, ...]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for values, number in counter.items():
        for value in values:
            counts[value] += number
    return dict(counts)


def documents_of(segments: list[Segment]) -> Iterator[int]:
    """Page of every document still there."""
    for segment in segments:
        for number, page in enumerate(segment.rows.pages):
            if number not in segment.deleted:
                yield page
