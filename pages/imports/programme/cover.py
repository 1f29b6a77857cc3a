"""What a programme says around its axes: its year, its title, its introduction, its imprint."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pages.imports.names import fold
from pages.imports.programme import headings, labels
from pages.imports.programme.prose import Source, paragraphs
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt
from pages.period import MONTHS

_NAMED = re.compile(
    r"\b(?:programme|orientations|plan d[’'](?:actions?|activités?)|projet d[’']activités?"
    r"|feuille de route)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"(?:introduction|préambule|avant-propos|édito(?:rial)?|présentation)(?:\s+générale?)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_IMPRINT = re.compile(rf"(?:{'|'.join(MONTHS)})\s+(?:19|20)\d\d$", re.IGNORECASE)


def without_imprint(rows: Sequence[Row]) -> tuple[list[Row], list[Doubt]]:
    """Blank the dated signature that closes a document (« Le centre, février 2012 »)."""
    kept = list(rows)
    last = max((index for index, row in enumerate(kept) if row.text), default=0)
    row = kept[last]
    bare = len(row.text.split()) <= 12 and ":" not in row.text
    if not bare or not _IMPRINT.search(row.text) or (last and kept[last - 1].text):
        return kept, []
    kept[last] = replace(row, text="")
    message = f"Mention de fin laissée hors du texte : « {row.text} »."
    return kept, [Doubt(row.number, "title", message)]


def year_of(rows: Sequence[Row]) -> tuple[int | None, list[Doubt]]:
    """Return the year of the programme: from its title, else from the periods it prints."""
    written = [row for row in rows if row.text]
    for row in written[:40]:
        years = _YEAR.findall(row.text)
        if years and len(row.text.split()) <= 14 and _NAMED.search(row.text):
            return int(years[0]), _several(row, years)
    periods = [row for row in written if (labels.at_start(row.text) or ("",))[0] == "period"]
    for source in (periods, written):
        counts = Counter(year for row in source for year in _YEAR.findall(row.text))
        ranked = counts.most_common(2)
        if ranked and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
            message = f"Année déduite du texte ({ranked[0][0]}) : aucun titre ne la donne."
            return int(ranked[0][0]), [Doubt(written[0].number, "year", message)]
    return None, [Doubt(written[0].number, "year", "Année du programme introuvable.")]


def _titles_apart(rows: Sequence[Row]) -> Iterator[Row]:
    """Part a title from the name of the centre printed just above it."""
    for row in rows:
        named = _NAMED.match(row.text) and _YEAR.search(row.text) and headings.plain(row.text)
        if named and len(row.text.split()) <= 12:
            yield replace(row, text="")
        yield row


def _several(row: Row, years: Sequence[str]) -> list[Doubt]:
    if len(set(years)) == 1:
        return []
    message = f"Plusieurs années dans le titre : {', '.join(years)}."
    return [Doubt(row.number, "year", message)]


def opening(
    rows: Sequence[Row], ranges: Sequence[tuple[int, int]], source: Source
) -> tuple[str, tuple[str, ...], list[Doubt]]:
    """Return the title, the introduction and the doubts about what stands before the axes."""
    inside = [
        replace(row, text="") if _OPENING.fullmatch(row.text) else row
        for start, stop in ranges
        for row in _titles_apart(rows[start:stop])
    ]
    texts, notes = paragraphs(inside, source, "introduction")
    kept = list(texts)
    title = next((text for text in kept[:8] if _NAMED.search(text) and headings.plain(text)), "")
    doubts = list(notes)
    if title:
        kept = [text for text in kept if fold(text) not in fold(title)]
    else:
        doubts.append(Doubt(rows[0].number, "title", "Titre du document introuvable."))
    return title, tuple(kept), doubts
