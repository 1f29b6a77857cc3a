"""Read what a collection says of itself before its sheets: contents list, year, authors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pages.imports.names import NAME, fold, near_twins
from pages.imports.paragraphs import Passage
from pages.imports.records import Doubt

_MONTHS = {
    r"janvier": 1,
    r"f[ée]vrier": 2,
    r"mars": 3,
    r"avril": 4,
    r"mai": 5,
    r"juin": 6,
    r"juillet": 7,
    r"ao[ûu]t": 8,
    r"septembre": 9,
    r"octobre": 10,
    r"novembre": 11,
    r"d[ée]cembre": 12,
}
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_ENTRY = re.compile(
    rf"(?P<what>\S.*?)\s*[-–—,]\s*(?P<months>{_MONTH}(?:\s*(?:/|-|–|et)\s*{_MONTH})*)"
    r"(?:\s+(?P<year>20\d\d))?[\s,.…]*(?:P(?:AGE)?\b\s*\.?|\.{2,}|…)\s*\d{1,3}\s*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(20\d\d)\b")
_LIST = rf"{NAME}(?:\s*,\s*{NAME})*(?:\s*,?\s+et\s+{NAME})?"
_BY = re.compile(
    rf"(?:articles?|fiches?|textes?|réalisée?s?|rédigée?s?)\b[^.]*?\bpar\s+(?P<names>{_LIST})"
)
_CREDITED = re.compile(
    rf"(?:Contributions?|Contribut[\w·.-]+|Rédaction|Aut(?:eur|rice)[\w·.-]*)\s*:\s*(?P<names>{_LIST})"
)


@dataclass(frozen=True)
class Entry:
    """One line of the contents list; `what` is title, holder and territory, not yet parted."""

    line: int
    what: str
    months: tuple[int, ...]
    year: int | None


def entries(passage: Passage) -> list[Entry]:
    """Return the contents entries of a block that holds nothing else, else an empty list."""
    found: list[Entry] = []
    end = 0
    while end < len(passage.text):
        match = _ENTRY.match(passage.text, end)
        if match is None or len(match["what"]) > 400:
            return []
        year = int(match["year"]) if match["year"] else None
        months = _months(match["months"])
        found.append(Entry(passage.line_at(end), match["what"], months, year))
        end = match.end()
    return found


def _months(text: str) -> tuple[int, ...]:
    printed = re.findall(_MONTH, text, re.IGNORECASE)
    return tuple(
        number
        for name in printed
        for pattern, number in _MONTHS.items()
        if re.fullmatch(pattern, name, re.IGNORECASE)
    )


def likeness(left: str, right: str) -> float:
    """Return how alike two titles are, 0 to 1, by their words without case or accents."""
    return SequenceMatcher(None, fold(left).split(), fold(right).split(), autojunk=False).ratio()


def split_entry(what: str, title: str, territory: str) -> tuple[str, str]:
    """Part « title, holder, territory » into (title, holder), helped by what the sheet prints."""
    parts = re.split(r",\s+", what)
    count = max(range(1, len(parts) + 1), key=lambda size: likeness(", ".join(parts[:size]), title))
    rest = parts[count:]
    for size in range(1, len(rest)):
        if fold(", ".join(rest[size:])) == fold(territory):
            rest = rest[:size]
    return ", ".join(parts[:count]), ", ".join(rest)


def best_entry(found: Sequence[Entry], title: str) -> Entry | None:
    """Return the entry whose beginning is most like the title, if it is like enough."""

    def score(entry: Entry) -> float:
        return likeness(split_entry(entry.what, title, "")[0], title)

    best = max(found, key=score, default=None)
    return best if best is not None and score(best) >= 0.6 else None


def year_of(
    passages: Sequence[Passage], after: Sequence[Passage]
) -> tuple[int | None, list[Doubt]]:
    """Return the year of the collection: cover, then preamble, then what follows the sheets."""
    cover = [int(p.text) for p in passages if re.fullmatch(_YEAR, p.text)]
    titled = [
        int(year)
        for p in passages
        if re.search(r"recueil|fiches?\s+exp", p.text, re.I) and len(p.text) < 120
        for year in _YEAR.findall(p.text)
    ]
    said = [
        int(year)
        for p in [*passages, *after]
        for year in re.findall(r"(?:année|productions)\s+(20\d\d)", p.text)
    ]
    years = cover + titled + said
    if not years:
        return None, [Doubt(1, "year", "Année du recueil introuvable.")]
    if len(set(years)) > 1:
        listed = ", ".join(map(str, dict.fromkeys(years)))
        return years[0], [Doubt(1, "year", f"Plusieurs années dans le document : {listed}.")]
    return years[0], []


def authors_of(passages: Sequence[Passage]) -> tuple[tuple[str, ...], list[Doubt]]:
    """Return the authors of the preamble, then of the imprint; one of two near spellings."""
    lists = [
        (passage.line_at(match.start("names")), re.findall(NAME, match["names"]))
        for passage in passages
        for pattern in (_BY, _CREDITED)
        for match in pattern.finditer(passage.text)
    ]
    names = list(dict.fromkeys(name for _, found in lists for name in found))
    if not names:
        return (), [Doubt(1, "authors", "Auteurs du recueil introuvables.")]
    doubts = []
    for kept, other in near_twins(names):
        line = next(line for line, found in lists if other in found)
        text = f"Auteur écrit de deux façons : « {kept} » (gardé) et « {other} »."
        doubts.append(Doubt(line, "authors", text))
        names = [name for name in names if name != other]
    return tuple(names), doubts + _lone(names, lists, doubts)


def _lone(
    names: Sequence[str], lists: Sequence[tuple[int, list[str]]], twins: Sequence[Doubt]
) -> list[Doubt]:
    if len(lists) < 2:
        return []
    spelled = " ".join(doubt.message for doubt in twins)
    return [
        Doubt(line, "authors", f"« {name} » n’est pas dans cette liste, mais dans l’autre.")
        for line, found in lists
        for name in names
        if name not in found and name not in spelled
    ]
