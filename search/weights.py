"""How much each word of a document weighs: made once, the same for every engine."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from search.acronyms import explained
from search.analysis import chunks, expanded, fold
from search.engine import FACETS, Document
from search.queries import acronym_term

# (weight, b, average length in terms). BM25F (Robertson & Zaragoza 2009, §3.4): the count of a
# word in a field is weighted and normalised by that field's own length before all are added,
# so that a title counts as much above a long text as above a short one. The averages are
# constants: a score must not change because other documents came in.
WEIGHTS = {
    "title": (2.5, 0.3, 8),
    "lead": (1.6, 0.3, 40),
    "headings": (1.6, 0.3, 20),
    "people": (1.2, 0.3, 12),
    "places": (1.4, 0.3, 6),
    "body": (1.0, 0.6, 300),
}
# Shorter fields weigh no more than one of this share of the average: a word of a two-line text
# would count as much as one of a title.
_SHORT = 0.5
# BM25's: how soon a repeated word stops adding to the score.
K1 = 1.2
# Between two fields: no phrase may begin in one and end in the other.
_GAP = 50
# Below, every word is worth suggesting; above, a word seen once is more often a misprint.
_SMALL = 2_000
# Modules whose change makes an index unreadable, or wrong without a word.
_SOURCES = (
    "acronyms", "analysis", "inclusive", "line_breaks", "patterns", "words", "queries", "weights",
    "schema", "vectors",
)  # fmt: skip


@cache
def version() -> str:
    """A short digest of the code that decides what an index contains."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Span:
    """Where a field begins and how many positions it has; `unit`: what one word there weighs."""

    name: str
    start: int
    length: int
    unit: float


@dataclass(slots=True)
class Weighed:
    """`weights` and `positions` by term; `surfaces`: the usual spelling of each folded word."""

    weights: dict[str, float] = field(default_factory=dict)
    positions: dict[str, list[int]] = field(default_factory=dict)
    surfaces: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)


def weigh(document: Document) -> Weighed:
    made = Weighed()
    base = 0
    for name, (weight, b, average) in WEIGHTS.items():
        text: str = getattr(document, name)
        places, end = _placed(text, base, made.surfaces)
        if not places:
            continue
        unit = weight / (1 - b + b * max(end - base, average * _SHORT) / average)
        made.spans.append(Span(name, base, end - base, unit))
        for term, found in places.items():
            made.weights[term] = made.weights.get(term, 0.0) + unit * len(found)
            made.positions[term] = made.positions.get(term, []) + found
        made.surfaces |= {
            f"={fold(acronym)} {fold(expansion)}": expansion
            for acronym, expansion in explained(text)
        }
        base = end + _GAP
    return made


def _placed(text: str, position: int, surfaces: dict[str, str]) -> tuple[dict[str, list[int]], int]:
    """Positions by term, counted from `position` on, and the position after the last one; the
    words that `surfaces` lacks are added to it."""
    places: dict[str, list[int]] = {}
    for chunk in chunks(text):
        count, terms, spelled = _weighable(chunk)
        for offset, term in terms:
            place = position + offset
            if term not in places:
                places[term] = [place]
            elif places[term][-1] != place:
                places[term].append(place)
        for surface, usual in spelled:
            surfaces.setdefault(surface, usual)
        position += count
    return places, position


@lru_cache(maxsize=1 << 15)
def _weighable(chunk: str) -> tuple[int, tuple[tuple[int, str], ...], tuple[tuple[str, str], ...]]:
    """Number of positions taken, (position, term) pairs, (surface, usual spelling) pairs."""
    count, entries = expanded(chunk)
    terms: list[tuple[int, str]] = []
    spelled: dict[str, str] = {}
    for offset, start, end, term, surface in entries:
        written = chunk[start:end]
        acronym = acronym_term(written) if written[:1].isupper() else ""
        terms += [(offset, text) for text in (term, acronym) if text]
        if usual := _usual(written, surface):
            spelled.setdefault(surface, usual)
    return count, tuple(dict.fromkeys(terms)), tuple(spelled.items())


def _usual(written: str, surface: str) -> str:
    """`Égalité` for `egalite`; the surface itself for one part of a longer form; "" for
    `veloecole` in « vélo-école »: a way to be found, never one to write."""
    folded = fold(written)
    if len(surface) > len(folded) and (surface.startswith(folded) or surface.endswith(folded)):
        return ""
    return written.lower() if folded == surface else surface


def facets_of(document: Document) -> list[list[str]]:
    """The values of each facet, in the order of FACETS."""
    return [list(document.facets.get(name, ())) for name in FACETS]


def row_of(document: Document) -> list[Any]:
    return [document.page_id, document.date, document.group, *facets_of(document)]


class Spellings:
    """The words of an index in the making, for suggestions and completions."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._spellings: dict[str, str] = {}
        self._documents = 0

    def add(self, surfaces: dict[str, str]) -> None:
        """The words of one more document."""
        self._documents += 1
        self._counts.update(surfaces.keys())
        for surface, spelling in surfaces.items():
            if spelling != surface or surface not in self._spellings:
                self._spellings[surface] = spelling

    def entries(self) -> Iterator[tuple[str, str, int]]:
        """(folded word, usual spelling, documents) of the words worth suggesting, and the
        acronyms explained: (« =prij » and its expansion folded, its expansion, documents)."""
        least = 1 if self._documents < _SMALL else 2
        for surface, number in self._counts.items():
            if surface[0] == "=" or (number >= least and surface.isalpha()):
                yield surface, self._spellings[surface], number


def suggestible(surfaces: dict[str, str], known: Iterable[str]) -> dict[str, str]:
    """Those of the words that a list of `known` ones lacks."""
    known = known if isinstance(known, set | frozenset) else set(known)
    return {
        surface: spelling
        for surface, spelling in surfaces.items()
        if (surface.isalpha() or surface[0] == "=") and surface not in known
    }
