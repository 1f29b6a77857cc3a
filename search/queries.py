"""What a visitor asked: words, "phrases", -exclusions, read without ever failing.

Whoosh's own parser is refused on visitors' text: wildcards and ranges would let anybody start
an expensive scan. Here everything that is not a word, a quote or a leading minus is plain text.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from search.analysis import analyse, fold
from search.asking import telling

MAX_LENGTH = 300
MAX_CLAUSES = 24
_LONGEST_ACRONYM = 8
_VOWELS = frozenset("aeiouy")
# What stands for an acronym is worth less than the acronym, which was asked: a text that holds
# both, and so explains it, comes before one that speaks of something by the same name.
_SPELLED = 0.6

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Any of these terms, all readings of one word."""

    texts: Group


@dataclass(frozen=True, slots=True)
class Phrase:
    """One term of each group, at successive positions."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Every:
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Either:
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Faint:
    """Another way to say it, worth `share` of what was asked."""

    clause: "Clause"
    share: float


Clause = Word | Phrase | Every | Either | Faint


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word as written, `text[start:end]`, its folded surface and what it looks for."""

    start: int
    end: int
    surface: str
    clause: Word


@dataclass(frozen=True, slots=True)
class Query:
    """`text`: cleaned, at most 300 characters; `truncated` when something was cut off.

    `clauses` are all wanted, `excluded` none of them. No clause and no exclusion while `text`
    is not empty: only words too common to be indexed, or no word at all.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    words: tuple[QueryWord, ...] = ()
    truncated: bool = False
    # The clauses, each with its near words, when there are any (`search.loosening`): what
    # completes a search that found too little, never what decides that something was found.
    loosened: tuple[Clause, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not (self.clauses or self.excluded)

    @property
    def wanted(self) -> frozenset[str]:
        """Every term that an extract should mark."""
        return frozenset(text for clause in self.clauses for text in terms_of(clause))

    @property
    def loosely_wanted(self) -> frozenset[str]:
        """The same in a result that is only near."""
        return self.wanted.union(text for clause in self.loosened for text in terms_of(clause))

    def with_word(self, word: QueryWord, spelling: str) -> str:
        """The text of the query with one word written otherwise."""
        return self.text[: word.start] + spelling + self.text[word.end :]


@dataclass(frozen=True, slots=True)
class Glossary:
    """Acronyms and what they stand for, both ways, already analysed.

    `expansions`: by folded acronym, the acronym itself first. `acronyms`: groups of an
    expansion and the acronym's term, the longest expansion first. `neighbours`: by term, what
    else is said of the same thing.
    """

    expansions: Mapping[str, tuple[Clause, ...]] = field(default_factory=dict)
    acronyms: tuple[tuple[tuple[Group, ...], Word], ...] = ()
    neighbours: Mapping[str, tuple[Clause, ...]] = field(default_factory=dict)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u206f\ufffe\uffff\s]+")
_QUOTES = str.maketrans(dict.fromkeys("«»“”„‟", '"'))
_PART = re.compile(
    r'(?P<minus>(?<!\S)[-\u2212])?"(?P<phrase>[^"]*)"|(?<!\S)[-\u2212](?P<word>[^\s"-][^\s"]*)'
)


def parse(raw: str, glossary: Glossary | None = None) -> Query:
    """Read a visitor's text; raise nothing, whatever the text.

    A quote without its pair is ignored, as are wildcards, brackets and operators.
    """
    text, truncated = _clean(raw)
    quoted = text.translate(_QUOTES)
    if quoted.count('"') % 2:
        last = quoted.rindex('"')
        quoted = f"{quoted[:last]} {quoted[last + 1 :]}"
    wanted: list[Clause] = []
    excluded: list[Clause] = []
    plain = list(quoted)
    for part in _PART.finditer(quoted):
        plain[part.start() : part.end()] = " " * (part.end() - part.start())
        clause = _phrase(part["word"] or part["phrase"] or "")
        if clause:
            (excluded if part["word"] or part["minus"] else wanted).append(clause)
    words = telling(_words("".join(plain), text))
    clauses = _with_acronyms(words, text, glossary or Glossary()) + wanted
    return Query(
        text=text,
        clauses=tuple(dict.fromkeys(clauses))[:MAX_CLAUSES],
        excluded=tuple(dict.fromkeys(excluded))[:MAX_CLAUSES],
        words=tuple(words),
        truncated=truncated,
    )


def acronym_term(written: str) -> str:
    """The extra term of a word in capitals, `=pre` for « PRE » or « P.R.E. »; "" for others.

    Folding makes one term of PRE, pré and près: a query for the programme must not find
    everything that is near something.
    """
    bare = written.replace(".", "")
    if 2 <= len(bare) <= _LONGEST_ACRONYM and bare.isascii() and bare.isalpha() and bare.isupper():
        return f"={bare.lower()}"
    return ""


def groups_of(text: str) -> tuple[Group, ...]:
    """The readings of each word of `text`, in order."""
    found: dict[int, list[str]] = {}
    for term in analyse(text):
        found.setdefault(term.position, []).append(term.text)
    return tuple(tuple(dict.fromkeys(found[position])) for position in sorted(found))


def build_glossary(
    pairs: Iterable[tuple[str, str]], near: Iterable[Iterable[str]] = ()
) -> Glossary:
    """Pairs (acronym, expansion), one acronym having several expansions or not, and groups of
    `near` words and phrases, analysed."""
    expansions: dict[str, list[Clause]] = {}
    acronyms: list[tuple[tuple[Group, ...], Word]] = []
    for acronym, expansion in pairs:
        groups, short = groups_of(expansion), groups_of(acronym)
        if len(groups) < 2 or len(short) != 1:
            continue
        word = _acronym(acronym, short[0])
        known = expansions.setdefault(fold(acronym), [word])
        spelled = Faint(Phrase(groups), _SPELLED)
        if spelled in known:
            continue
        known.append(spelled)
        acronyms.append((groups, word))
    acronyms.sort(key=lambda entry: len(entry[0]), reverse=True)
    return Glossary(
        {key: tuple(value) for key, value in expansions.items()},
        tuple(acronyms),
        _neighbours(near),
    )


def _neighbours(near: Iterable[Iterable[str]]) -> dict[str, tuple[Clause, ...]]:
    found: dict[str, dict[Clause, None]] = {}
    for texts in near:
        clauses = [clause for clause in map(_phrase, texts) if clause]
        for clause in clauses:
            others = dict.fromkeys(other for other in clauses if other != clause)
            for term in clause.texts if isinstance(clause, Word) else ():
                found.setdefault(term, {}).update(others)
    return {term: tuple(clauses) for term, clauses in found.items()}


def _acronym(acronym: str, readings: Group) -> Word:
    """In capitals only when it could also be a word (PRE, CAF); QPV is QPV in any case."""
    capitals = acronym_term(acronym.upper())
    if capitals and _VOWELS & set(capitals):
        return Word((capitals,))
    return Word((*readings, capitals) if capitals else readings)


def _clean(raw: str) -> tuple[str, bool]:
    # Cut before normalising: ten kilobytes of combining marks are not worth composing.
    head = raw[: MAX_LENGTH * 4]
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", head)).strip()
    truncated = len(text) > MAX_LENGTH or len(raw) > len(head)
    if len(text) > MAX_LENGTH:
        text = text[:MAX_LENGTH].rsplit(" ", 1)[0]
    # A lone surrogate cannot be written to a page, a log or an index.
    return text.encode("utf-8", "replace").decode(), truncated


def _phrase(text: str) -> Clause | None:
    groups = groups_of(text)
    if not groups:
        return None
    return Word(groups[0]) if len(groups) == 1 else Phrase(groups)


def _words(masked: str, text: str) -> list[QueryWord]:
    """The words outside quotes; `masked` has spaces where the rest of `text` was."""
    by_position: dict[int, list[tuple[str, int, int, str]]] = {}
    for term in analyse(masked):
        entry = (term.text, term.start, term.end, term.surface)
        by_position.setdefault(term.position, []).append(entry)
    return [
        QueryWord(
            start=entries[0][1],
            end=entries[0][2],
            surface=entries[0][3],
            clause=Word(tuple(dict.fromkeys(entry[0] for entry in entries))),
        )
        for _position, entries in sorted(by_position.items())
    ]


def _with_acronyms(words: Sequence[QueryWord], text: str, glossary: Glossary) -> list[Clause]:
    """The words as clauses; an acronym also looks for its expansion, and the reverse."""
    clauses: list[Clause] = []
    index = 0
    while index < len(words):
        taken, acronym = _expansion_at(words, index, glossary)
        if taken:
            spelled = tuple(word.clause for word in words[index : index + taken])
            clauses.append(Either((Every(spelled), acronym)))
            index += taken
            continue
        word = words[index]
        written = text[word.start : word.end].lower()
        # « pré » is a meadow: only the unaccented spelling is read as PRE.
        found = glossary.expansions.get(written) if written == fold(written) else None
        clauses.append(Either(found) if found else word.clause)
        index += 1
    return clauses


def _expansion_at(words: Sequence[QueryWord], index: int, glossary: Glossary) -> tuple[int, Word]:
    for groups, acronym in glossary.acronyms:
        span = words[index : index + len(groups)]
        if len(span) == len(groups) and all(
            set(group) & set(word.clause.texts) for group, word in zip(groups, span, strict=True)
        ):
            return len(groups), acronym
    return 0, Word(())


def terms_of(clause: Clause) -> Iterable[str]:
    """Every term that a document may hold for it."""
    match clause:
        case Word(texts):
            yield from texts
        case Phrase(groups):
            for group in groups:
                yield from group
        case Every(clauses) | Either(clauses):
            for inner in clauses:
                yield from terms_of(inner)
        case Faint(inner):
            yield from terms_of(inner)
