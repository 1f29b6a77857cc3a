"""From French text to index terms: tokens, elision, inclusive forms, compounds, accents, stems.

Pure: no Django, no engine, no state but caches. The same function serves the index and the query.
Terms that share a position are alternatives (any of them matches); successive positions are a
phrase. Only kept words count in positions, so that `Garges lès Gonesse` and `Garges-lès-Gonesse`
are the same phrase.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from search import inclusive
from search.line_breaks import heal_line_breaks
from search.patterns import ADDRESS, CODED, NUMBER, PIECE, PLAIN, TOKEN, glue
from search.words import STOP_WORDS, compose, fold, readings, word_set

__all__ = [
    "Term", "analyse", "chunks", "expanded", "fold", "heal_line_breaks", "occurrences", "terms",
]  # fmt: skip


class Term(NamedTuple):
    """One indexed term.

    `text`: folded and stemmed. `position`: counted in kept words, shared by all terms of one word.
    `start`, `end`: character offsets, in the analysed text, of the whole original form (all of
    `acteur·rices`). `surface`: folded, not stemmed, for prefixes and suggestions.
    """

    text: str
    position: int
    start: int
    end: int
    surface: str


_ELIDED = word_set("l d j m t s n c qu jusqu lorsqu puisqu quoiqu")
# An apostrophe that elides nothing: aujourd'hui, prud'homme, entr'aide.
_FUSED = word_set("aujourd prud entr")
_HOST_NOISE = word_set("www http https fr org com net eu gouv")
_MAX_ADDRESS_WORDS = 24
_MAX_TAILS = 4

# (text, surface) pairs of one kept position
_Readings = tuple[tuple[str, str], ...]
# position and offsets relative to the chunk, then text and surface
_Entry = tuple[int, int, int, str, str]


@dataclass(slots=True)
class _Word:
    """One position in the making: what was written between `start` and `end`, and its spellings."""

    start: int
    end: int
    spellings: tuple[str, ...]
    glue: str  # separator before it, reduced to one character; empty at the head of the chunk


def analyse(text: str, *, keep_stop_words: bool = False) -> list[Term]:
    """Terms of `text` in reading order; raises nothing, whatever the text."""
    found: list[Term] = []
    position = 0
    for match in TOKEN.finditer(text):
        count, entries = _expand(match.group(), keep_stop_words)
        origin = match.start()
        found += [
            Term(term, position + offset, origin + start, origin + end, surface)
            for offset, start, end, term, surface in entries
        ]
        position += count
    return found


def chunks(text: str) -> list[str]:
    """The pieces of `text` that are expanded one by one, in reading order."""
    return TOKEN.findall(text)


def expanded(chunk: str) -> tuple[int, tuple[_Entry, ...]]:
    """How many positions a chunk takes, and what is found there: (position and offsets in the
    chunk, term, surface)."""
    return _expand(chunk, False)


def terms(text: str) -> list[str]:
    """The term texts alone, in the order of `analyse`."""
    return [entry[3] for chunk in chunks(text) for entry in _expand(chunk, False)[1]]


def occurrences(text: str, wanted: frozenset[str]) -> list[tuple[int, int, str]]:
    """(start, end, term) of the wanted terms, in reading order: all that an extract needs of
    `analyse`, in a quarter of its time."""
    found: list[tuple[int, int, str]] = []
    for match in TOKEN.finditer(text):
        for _offset, start, end, term, _surface in _expand(match.group(), False)[1]:
            if term in wanted:
                origin = match.start()
                found.append((origin + start, origin + end, term))
    return found


@lru_cache(maxsize=1 << 15)
def _expand(chunk: str, keep: bool) -> tuple[int, tuple[_Entry, ...]]:
    """Number of positions taken, and entries: the whole work on one chunk, done once."""
    if PLAIN.match(chunk):
        words = [_Word(0, len(chunk), inclusive.merged(chunk) or (chunk,), "")]
    elif NUMBER.match(chunk):
        return _laid_out([(0, len(chunk), ((_number(chunk),) * 2,))])
    elif CODED.match(chunk):
        return _code(chunk)
    elif ADDRESS.match(chunk):
        return _address(chunk)
    else:
        words = _words(chunk)
    return _laid_out(list(_kept(words, keep)))


def _laid_out(kept: list[tuple[int, int, _Readings]]) -> tuple[int, tuple[_Entry, ...]]:
    return len(kept), tuple(
        (index, start, end, text, surface)
        for index, (start, end, pairs) in enumerate(kept)
        for text, surface in pairs
    )


def _kept(words: list[_Word], keep: bool) -> Iterator[tuple[int, int, _Readings]]:
    """Readings of each word but stop words; a compound's joined form goes with each part."""
    joined = _joined_forms(words)
    for word in words:
        spellings = [s for s in word.spellings if keep or s.lower() not in STOP_WORDS]
        pairs = _distinct((*spellings, *joined)) if spellings else ()
        if pairs:
            yield word.start, word.end, pairs


def _distinct(spellings: tuple[str, ...]) -> _Readings:
    seen: dict[str, str] = {}
    for spelling in spellings:
        for text, surface in readings(spelling):
            seen.setdefault(text, surface)
    return tuple(seen.items())


def _joined_forms(words: list[_Word]) -> tuple[str, ...]:
    """`co-construction` -> coconstruction, `aujourd'hui` -> aujourdhui, `COVID-19` -> covid19.

    Only for two parts: longer compounds are names, nobody writes them in one word. Not before a
    stop word either (`peut-elle`, `celui-ci`).
    """
    parts = words[1:] if words and words[0].spellings[0].lower() in _ELIDED else words
    if len(parts) != 2 or parts[1].glue not in ("-", "'", "&"):
        return ()
    first, second = parts[0].spellings[0], parts[1].spellings
    if first.isdigit() or (parts[1].glue != "&" and second[0].lower() in STOP_WORDS):
        return ()
    return tuple(first + spelling for spelling in second)


def _words(chunk: str) -> list[_Word]:
    """Cut a chunk at its separators, inclusive forms kept whole."""
    body = chunk.removesuffix("+")
    pieces = list(PIECE.finditer(body))
    acronym = _dotted_acronym(pieces)
    if acronym:
        return [_Word(0, len(body), (acronym,), "")]
    words: list[_Word] = []
    index = 0
    while index < len(pieces):
        word, index = _next_word(body, pieces, index)
        words.append(word)
    if body != chunk:  # ANRU+ is also found as ANRU
        last = words[-1]
        last.end, last.spellings = len(chunk), (last.spellings[0] + "+", *last.spellings)
    return words


def _dotted_acronym(pieces: list[re.Match[str]]) -> str:
    """`C.U.C.S`, `p.m`: single letters between dots make one word."""
    if len(pieces) < 2 or any(len(piece[2]) > 1 for piece in pieces):
        return ""
    return "".join(p[2] for p in pieces) if all(p[1] in ("", ".") for p in pieces) else ""


def _next_word(chunk: str, pieces: list[re.Match[str]], index: int) -> tuple[_Word, int]:
    """The word at `index` and the index after it; the longest inclusive form wins."""
    piece = pieces[index]
    before = glue(piece[1])
    for after in range(min(len(pieces), index + 1 + _MAX_TAILS), index + 1, -1):
        forms = _inclusive(pieces[index:after], pieces[after : after + 1])
        if forms:
            end = pieces[after - 1].end()
            return _Word(piece.start(2), end + (chunk[end : end + 1] == ")"), forms, before), after
    if piece[2].lower() in _FUSED and index + 1 < len(pieces):
        fused = (piece[2] + pieces[index + 1][2],)
        return _Word(piece.start(2), pieces[index + 1].end(), fused, before), index + 2
    forms = inclusive.merged(piece[2]) or (piece[2],)
    return _Word(piece.start(2), piece.end(), forms, before), index + 1


def _inclusive(form: list[re.Match[str]], following: list[re.Match[str]]) -> tuple[str, ...]:
    separators = [glue(piece[1]) for piece in form[1:]]
    if any(separator in "'&" for separator in separators):
        return ()
    # `Villiers-le-Bel`: a hyphen form ends there, a name goes on.
    if separators[0] == "-" and following and glue(following[0][1]) == "-":
        return ()
    base, tails = _clean(form[0][2]), [_clean(piece[2]) for piece in form[1:]]
    return inclusive.expand(base, tails, separators[0])


def _clean(piece: str) -> str:
    """Composed letters, no soft hyphen: the tables compare letter by letter."""
    return piece if piece.isascii() else compose(piece)


def _number(chunk: str) -> str:
    """`1 200` -> 1200, `3.5` -> 3,5, `01 34 43 50 10` -> 0134435010."""
    if chunk[0] == "0" and len(chunk) == len("01 34 43 50 10"):
        return "".join(filter(str.isdigit, chunk))
    return "".join(chunk.split()).replace(".", ",")


def _code(chunk: str) -> tuple[int, tuple[_Entry, ...]]:
    """`A8 bis`: two positions, each also the code in one word."""
    head, tail = chunk.split()
    whole = fold(head + tail)
    return _laid_out(
        [
            (0, len(head), ((fold(head), fold(head)), (whole, whole))),
            (len(chunk) - len(tail), len(chunk), ((fold(tail), fold(tail)), (whole, whole))),
        ]
    )


def _address(chunk: str) -> tuple[int, tuple[_Entry, ...]]:
    """The whole address at its first word, then its words, so that a name in it is found alone."""
    whole = fold(chunk).removeprefix("https://").removeprefix("http://").removeprefix("www.")
    parts = [piece for piece in PIECE.finditer(chunk) if fold(piece[2]) not in _HOST_NOISE]
    kept = list(
        _kept([_Word(p.start(2), p.end(), (p[2],), "") for p in parts[:_MAX_ADDRESS_WORDS]], False)
    )
    count, entries = _laid_out(kept)
    return max(count, 1), ((0, 0, len(chunk), whole, whole), *entries)
