"""Our terms in PostgreSQL's words: documents as `tsvector`, clauses as `tsquery` and as scores.

PostgreSQL analyses nothing here: both literals are written from `search.analysis`, so that what
is found is what the other engine finds. What differs, by its limits: words beyond position
16,383 are found but not in a phrase, and a text of more than about a megabyte of terms is cut.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from search.queries import Clause, Either, Every, Faint, Group, Phrase, Word
from search.weights import K1, Weighed

# Labels of `ts_rank_cd`, in the order of its array of weights.
_LABELS = {
    "body": "D", "people": "C", "places": "C", "lead": "B", "headings": "B", "title": "A",
}  # fmt: skip
_ORDER = "DCBA"
_LAST_POSITION = 16_383
_MOST_POSITIONS = 255  # of one term; the next ones would not change its rank
_LONGEST_TERM = 2_000  # bytes; the limit is 2,046
_LARGEST = 900_000  # bytes of terms and positions; the limit is 1,048,575
# `ts_rank_cd` takes weights between 0 and 1.
SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters, in order."""

    text: str
    params: tuple[object, ...] = ()

    @classmethod
    def joined(cls, parts: "Sequence[Sql]", separator: str) -> "Sql":
        return cls(
            separator.join(part.text for part in parts),
            tuple(value for part in parts for value in part.params),
        )


def tsvector(weighed: Weighed) -> str:
    """The terms with their positions and labels, as PostgreSQL reads it."""
    starts = [span.start for span in weighed.spans]
    labels = [_LABELS[span.name].replace("D", "") for span in weighed.spans]
    parts: list[str] = []
    size = 0
    for term, positions in weighed.positions.items():
        kept = positions[:_MOST_POSITIONS]
        size += len(term.encode()) + 8 + 2 * len(kept)
        if len(term.encode()) > _LONGEST_TERM:
            continue
        if size > _LARGEST:
            break
        places = ",".join(
            f"{min(place + 1, _LAST_POSITION)}{labels[bisect_right(starts, place) - 1]}"
            for place in kept
        )
        parts.append(f"{_quoted(term)}:{places}")
    return " ".join(parts)


def units(weighed: Weighed) -> list[float]:
    """What one word weighs under each label in this document: `ts_rank_cd`'s weights.

    One array a document, so that each field is normalised by its own length (BM25F).
    """
    totals = dict.fromkeys(_ORDER, 0.0)
    lengths = dict.fromkeys(_ORDER, 0)
    for span in weighed.spans:
        totals[_LABELS[span.name]] += span.unit * span.length
        lengths[_LABELS[span.name]] += span.length
    return [
        min(totals[label] / lengths[label] / SCALE, 1.0) if lengths[label] else 0.0
        for label in _ORDER
    ]


def tsquery(clause: Clause) -> str:
    match clause:
        case Word(texts):
            return _alternatives(texts)
        case Phrase(groups):
            return "(" + " <-> ".join(_alternatives(group) for group in groups) + ")"
        case Either(clauses):
            return any_of(clauses)
        case Every(clauses):
            return all_of(clauses)
        case Faint(inner):
            return tsquery(inner)


def any_of(clauses: tuple[Clause, ...]) -> str:
    return "(" + " | ".join(map(tsquery, clauses)) + ")"


def all_of(clauses: tuple[Clause, ...]) -> str:
    return "(" + " & ".join(map(tsquery, clauses)) + ")"


def score(clause: Clause) -> Sql:
    """What a document that matches is worth, on the scale of the other engine's weights."""
    match clause:
        case Word(texts):
            return _word(texts)
        case Phrase(groups):
            words = [_word(group) for group in groups]
            total = Sql.joined(words, " + ")
            return Sql(f"(({total.text}) / {len(words)})", total.params)
        case Every(clauses):
            return _called("LEAST", [score(inner) for inner in clauses])
        case Either(clauses):
            return _called("GREATEST", [_if_matched(inner) for inner in clauses])
        case Faint(inner, share):
            worth = _if_matched(inner)
            return Sql(f"({share} * {worth.text})", worth.params)


def _if_matched(clause: Clause) -> Sql:
    """A part of a phrase is worth nothing without the whole."""
    worth = score(clause)
    if isinstance(clause, Word):
        return worth
    return Sql(
        f"CASE WHEN vector @@ %s::tsquery THEN {worth.text} ELSE 0 END",
        (tsquery(clause), *worth.params),
    )


def _word(texts: Group) -> Sql:
    """BM25's saturation over the word's weight; of several readings, the strongest.

    Of one term alone, `ts_rank_cd` is the sum of its occurrences' weights: each is a cover by
    itself. `ts_rank` divides the nth by n²: a subject said ten times would weigh as one said twice.
    """
    ranks = [Sql("ts_rank_cd(units, vector, %s::tsquery)", (_quoted(text),)) for text in texts]
    best = _called("GREATEST", ranks) if len(ranks) > 1 else ranks[0]
    factor = K1 / SCALE
    # (K1 + 1) w / (w + K1), with w = SCALE × rank, the rank being computed once.
    return Sql(f"({K1 + 1} * (1 - {factor} / ({best.text} + {factor})))", best.params)


def _called(function: str, parts: list[Sql]) -> Sql:
    inner = Sql.joined(parts, ", ")
    return Sql(f"{function}({inner.text})", inner.params)


def _alternatives(texts: Group) -> str:
    return "(" + " | ".join(map(_quoted, texts)) + ")"


def _quoted(term: str) -> str:
    """A term as a literal inside a literal: whatever it holds, it stays one term."""
    clean = term.replace("\x00", "").encode("utf-8", "replace").decode()
    return "'" + clean.replace("\\", "\\\\").replace("'", "''") + "'"
