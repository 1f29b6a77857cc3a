"""What Whoosh keeps of a document, and how much each word of it weighs."""

import hashlib
from array import array
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats

from search.analysis import analyse, fold
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
# Between two fields: no phrase may begin in one and end in the other.
_GAP = 50
_INTEGER = array("I").itemsize
# Modules whose change makes an index unreadable, or wrong without a word.
_SOURCES = ("analysis", "inclusive", "line_breaks", "patterns", "words", "queries", "schema")


@cache
def version() -> str:
    """A short digest of the code that decides what an index contains."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:10]


class Places(formats.Positions):
    """Positions as plain integers: read four times faster than Whoosh's pickled lists, and a
    phrase of common words reads thousands of them."""

    def encode(self, poslist: list[int]) -> bytes:
        return array("I", poslist).tobytes()

    def decode_positions(self, valuestring: bytes) -> "array[int]":
        places = array("I")
        places.frombytes(bytes(valuestring))
        return places

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // _INTEGER

    def decode_weight(self, valuestring: bytes) -> float:
        return float(self.decode_frequency(valuestring))


class TermField(fields.FieldType):
    """Terms that were made outside: (term, weight, positions), no analyzer of Whoosh's."""

    def __init__(self) -> None:
        super().__init__(format=Places(), analyzer=None)

    def index(
        self, value: list[tuple[str, float, list[int]]], **kwargs: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        encode = self.format.encode
        for text, weight, positions in value:
            yield text.encode(), len(positions), weight, encode(positions)


def whoosh_schema() -> fields.Schema:
    return fields.Schema(
        terms=TermField(),
        page=fields.ID(),
        # Read once for each segment, all together: see row_of.
        row=fields.COLUMN(columns.VarBytesColumn()),
        stored=fields.STORED(),
    )


def weigh(document: Document) -> tuple[list[tuple[str, float, list[int]]], dict[str, str]]:
    """Return the weighted terms of a document, and its surfaces with their usual spelling."""
    weights: dict[str, float] = {}
    positions: dict[str, list[int]] = {}
    surfaces: dict[str, str] = {}
    base = 0
    for name, (weight, b, average) in WEIGHTS.items():
        text: str = getattr(document, name)
        found = analyse(text) if text else []
        if not found:
            continue
        length = found[-1].position + 1
        unit = weight / (1 - b + b * length / average)
        for term in found:
            written = text[term.start : term.end]
            acronym = acronym_term(written) if written[:1].isupper() else ""
            for spelled in filter(None, (term.text, acronym)):
                places = positions.setdefault(spelled, [])
                if not places or places[-1] != base + term.position:
                    places.append(base + term.position)
                    weights[spelled] = weights.get(spelled, 0.0) + unit
            if term.surface not in surfaces and not _is_joined(written, term.surface):
                surfaces[term.surface] = _spelling(written, term.surface)
        base += length + _GAP
    return [(text, weights[text], positions[text]) for text in weights], surfaces


def _is_joined(written: str, surface: str) -> bool:
    """`veloecole` of « vélo » in « vélo-école »: a way to be found, never one to write."""
    folded = fold(written)
    longer = len(surface) > len(folded)
    return longer and (surface.startswith(folded) or surface.endswith(folded))


def _spelling(written: str, surface: str) -> str:
    """`Égalité` for `egalite`; the surface itself for one part of a longer form."""
    low = written.lower()
    return low if fold(low) == surface else surface


def row_of(document: Document) -> list[Any]:
    return [
        document.page_id,
        document.date,
        document.group,
        *(list(document.facets.get(name, ())) for name in FACETS),
    ]
