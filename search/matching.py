"""One pass over the matches: score, filter, count the facets, keep the best.

Whoosh gives the postings and nothing else: its collectors score each field in Python, its
`groupedby` costs 150 ms at 20,000 documents, and its NumericRange filter 58 ms. Here postings
become dictionaries, kept as long as their segment lives (segments never change), and the pass
is made of set and dictionary operations that run in C.
"""

import heapq
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from search import passages
from search.engine import SearchRequest, TooCostlyError
from search.postings import blocks, frequency
from search.queries import Clause, Either, Every, Faint, Group, Phrase, Word, terms_of
from search.schema import Places
from search.scoring import all_of, common, damped, least_of, some_of, strongest
from search.selection import Found, Matches, Segment, select
from search.weights import K1

BUDGET = 0.6  # seconds for one search; the hostile ones are cut short here
ENOUGH = 5  # fewer exact matches than this: complete with approximate ones
PLACES = Places()


class Cache:
    """Weights by (segment, clause), the oldest dropped beyond `capacity` postings in all."""

    def __init__(self, capacity: int = 400_000) -> None:
        self.capacity = capacity
        self._size = 0
        self._kept: OrderedDict[tuple[str, Clause], Matches] = OrderedDict()

    def get(self, key: tuple[str, Clause], make: Callable[[], Matches]) -> Matches:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        value = make()
        self._kept[key] = value
        self._size += len(value) + 1
        while self._size > self.capacity and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1]) + 1
        return value

    def has(self, key: tuple[str, Clause]) -> bool:
        return key in self._kept

    def keep_only(self, segments: set[str]) -> None:
        for key in [key for key in self._kept if key[0] not in segments]:
            self._size -= len(self._kept.pop(key)) + 1


@dataclass(slots=True)
class Pass:
    """One search over all segments, of the rarest words only when its time is used up; raises
    TooCostlyError when not even these could be read."""

    segments: list[Segment]
    cache: Cache
    request: SearchRequest
    deadline: float = 0.0

    def run(self) -> Found:
        self.deadline = self.request.deadline or time.monotonic() + BUDGET
        query = self.request.query
        gone = [self._gone(segment) for segment in self.segments]
        clauses, partial = self._evaluated()
        missing = () if partial else self._missing()
        if not query.clauses:
            matched = self._everything(gone) if query.excluded or not query.text else []
            return select(self.segments, self.request, matched, set(), missing)
        idf = self._idf(clauses)
        exact = [
            all_of([clause[index] for clause in clauses], idf, gone[index])
            for index in range(len(self.segments))
        ]
        close: set[tuple[int, int]] = set()
        if (query.loosened or len(clauses) > 1) and sum(map(len, exact)) < ENOUGH:
            near = clauses if partial else self._loosened(clauses)
            worth = [*zip(damped(idf), damped(self._idf(near)), strict=True)]
            for index, matches in enumerate(exact):
                parts = [(c[index], n[index]) for c, n in zip(clauses, near, strict=True)]
                some = some_of(parts, worth, gone[index])
                added = {doc: score for doc, score in some.items() if doc not in matches}
                matches.update(added)
                close.update((index, doc) for doc in added)
            if not partial:
                self._tighten(exact, close, damped(idf))
        found = select(self.segments, self.request, exact, close, missing)
        return replace(found, partial=partial)

    def _evaluated(self) -> tuple[list[list[Matches]], bool]:
        """Matches by clause and segment. When time runs out, those of the rarest clauses alone,
        which say most, and True; raise TooCostlyError when there is none."""
        found: dict[Clause, list[Matches]] = {}
        for clause in self._rarest_first():
            try:
                found[clause] = [self._matches(clause, segment) for segment in self.segments]
            except TooCostlyError:
                loose = [] if found else self._loose(clause)
                if not found and not loose:
                    raise
                return [*found.values()] or [loose], True
        return [found[clause] for clause in self.request.query.clauses], False

    def _loosened(self, clauses: list[list[Matches]]) -> list[list[Matches]]:
        """Matches of the clauses with their near words, or as they are when there is no time."""
        loosened = self.request.query.loosened
        try:
            return [
                [self._matches(clause, segment) for segment in self.segments] for clause in loosened
            ] or clauses
        except TooCostlyError:
            return clauses

    def _tighten(
        self, matched: list[Matches], close: set[tuple[int, int]], worth: list[float]
    ) -> None:
        """Raise the foremost approximate documents that hold several words in one passage; leave
        them as they are when there is no time."""
        clauses = [*zip(self.request.query.clauses, worth, strict=True)]
        heaviest = heapq.nlargest(passages.HEAVIEST, clauses, key=lambda clause: clause[1])
        foremost = heapq.nlargest(
            passages.FOREMOST, close, key=lambda at: (matched[at[0]][at[1]], at)
        )
        weights = [weight for _clause, weight in heaviest]
        with suppress(TooCostlyError):
            for index, segment in enumerate(self.segments):
                docs = sorted(doc for number, doc in foremost if number == index)
                found = [
                    self._positions(tuple(terms_of(clause)), docs, segment) if docs else {}
                    for clause, _weight in heaviest
                ]
                for doc in docs:
                    places = [of_word.get(doc, ()) for of_word in found]
                    matched[index][doc] += passages.tightest(places, weights, sum(worth))

    def _loose(self, clause: Clause) -> list[Matches]:
        """The words of a phrase in any order, when they were read but not their positions."""
        words = [Word(group) for group in clause.groups] if isinstance(clause, Phrase) else []
        known = [(segment.name, word) for segment in self.segments for word in words]
        if not words or not all(map(self.cache.has, known)):
            return []
        return [
            least_of([self._matches(word, segment) for word in words]) for segment in self.segments
        ]

    def _rarest_first(self) -> list[Clause]:
        clauses = self.request.query.clauses
        if len(clauses) < 2 or not self.segments:
            return list(clauses)
        # The largest segment is most of the index. What is kept costs nothing: it goes first.
        main = max(self.segments, key=lambda segment: len(segment.rows.pages))
        return sorted(
            clauses,
            key=lambda clause: (
                0 if self.cache.has((main.name, clause)) else _frequency(clause, main) + 1
            ),
        )

    def _everything(self, gone: list[set[int]]) -> list[Matches]:
        return [
            dict.fromkeys(set(range(len(segment.rows.pages))) - gone[index], 0.0)
            for index, segment in enumerate(self.segments)
        ]

    def _gone(self, segment: Segment) -> set[int]:
        """Documents this search must not see: deleted, hidden, excluded by the query."""
        gone = set(segment.deleted)
        hidden = self.request.hidden
        if hidden:
            gone.update(n for n, page in enumerate(segment.rows.pages) if page in hidden)
        for clause in self.request.query.excluded:
            gone.update(self._matches(clause, segment))
        return gone

    def _missing(self) -> tuple[str, ...]:
        """Surfaces of the words that no remaining document holds."""
        return tuple(
            word.surface
            for word in self.request.query.words
            if all(
                self._matches(word.clause, segment).keys() <= segment.deleted
                for segment in self.segments
            )
        )

    def _idf(self, clauses: list[list[Matches]]) -> list[float]:
        count = sum(len(s.rows.pages) - len(s.deleted) for s in self.segments)
        frequencies = [
            sum(
                len(matches) - sum(doc in matches for doc in segment.deleted)
                for matches, segment in zip(clause, self.segments, strict=True)
            )
            for clause in clauses
        ]
        return [math.log(1 + max(count - df, 0) / (df + 0.5) + 0.05) for df in frequencies]

    # --- Clauses --------------------------------------------------------------------------

    def _matches(self, clause: Clause, segment: Segment) -> Matches:
        """Saturated weights by document number; may hold deleted documents."""
        return self.cache.get((segment.name, clause), lambda: self._evaluate(clause, segment))

    def _evaluate(self, clause: Clause, segment: Segment) -> Matches:
        self._check_time()
        match clause:
            case Word(texts):
                return strongest([self._term(text, segment) for text in texts])
            case Phrase(groups):
                return self._phrase(groups, segment)
            case Either(clauses):
                return strongest([self._matches(inner, segment) for inner in clauses])
            case Every(clauses):
                return least_of([self._matches(inner, segment) for inner in clauses])
            case Faint(inner, share):
                matches = self._matches(inner, segment)
                return {doc: weight * share for doc, weight in matches.items()}

    def _term(self, text: str, segment: Segment) -> Matches:
        found: Matches = {}
        number_of = segment.rows.numbers.__getitem__
        for block in blocks(segment.reader, text):
            worth = [weight * (K1 + 1) / (weight + K1) for weight in block.weights]
            found.update(zip(map(number_of, block.numbers), worth, strict=True))
            self._check_time()
        return found

    def _phrase(self, groups: tuple[Group, ...], segment: Segment) -> Matches:
        words = [self._matches(Word(group), segment) for group in groups]
        # Where the phrase may begin in each document; every word strikes out documents, so
        # that the positions of the next are read for those left only.
        starts: dict[int, set[int]] = {}
        left = sorted(common(words))
        for offset, group in enumerate(groups):
            places = self._positions(group, left, segment)
            for doc in left:
                begins = {place - offset for place in places.get(doc, ())}
                starts[doc] = starts[doc] & begins if offset else begins
            left = [doc for doc in left if starts[doc]]
        # A phrase is rarer than its words: what it adds is their mean, not their sum.
        return {doc: sum(word[doc] for word in words) / len(words) for doc in left}

    def _positions(self, group: Group, docs: list[int], segment: Segment) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        wanted = set(docs)
        for text in group:
            for block in blocks(segment.reader, text, among=docs):
                self._check_time()
                for doc, places in zip(block.numbers, block.places, strict=True):
                    if doc in wanted:
                        found.setdefault(doc, []).extend(PLACES.decode_positions(places))
        return found

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise TooCostlyError


def _frequency(clause: Clause, segment: Segment) -> int:
    """About how many postings must be read to evaluate a clause."""
    match clause:
        case Word(texts):
            return sum(frequency(segment.reader, text) for text in texts)
        case Phrase(groups):
            return sum(_frequency(Word(group), segment) for group in groups)
        case Every(clauses) | Either(clauses):
            return sum(_frequency(inner, segment) for inner in clauses)
        case Faint(inner):
            return _frequency(inner, segment)
