"""Read the yearly collection of experience sheets (« recueil des fiches expériences »).

The file is the text of a printed brochure. What it does not settle is left empty or as
printed, and flagged with a `Doubt`: an editor decides, never this module.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pages.imports import casing, contents, sheets
from pages.imports.layout import Printed, Region, part, regions
from pages.imports.names import fold
from pages.imports.paragraphs import Passage, excerpt, flow, lexicon
from pages.imports.records import (
    Block,
    Contact,
    Doubt,
    Inline,
    Quote,
    Recueil,
    RecueilError,
    Sheet,
)
from pages.imports.text import blocks, content_lines

__all__ = [
    "Block",
    "Contact",
    "Doubt",
    "Inline",
    "Quote",
    "Recueil",
    "RecueilError",
    "Sheet",
    "parse",
]


def parse(text: str) -> Recueil:
    """Read a whole collection.

    Raises RecueilError, naming the line, when the text is not such a collection.
    """
    lines = content_lines(text)
    words = lexicon(lines)
    printed = [piece for block in blocks(lines) for piece in part(block)]
    entries, rest = _take_entries(printed, words)
    found, before, after = regions(rest, entries, words)
    _refuse(found, before)
    running = (flow(block, words).text for block in rest)
    spellings = casing.learn(running, [region.label for region in found])
    year, doubts = contents.year_of(before, after)
    authors, more = contents.authors_of(before)
    source = sheets.Source(year, tuple(entries), spellings, words)
    read = [sheets.read(region, source) for region in found]
    doubts += more + _unmatched(entries, found)
    return Recueil(year, tuple(_flag_shared(read)), authors, tuple(doubts))


def _take_entries(
    printed: Sequence[Printed], words: dict[str, int]
) -> tuple[list[contents.Entry], list[Printed]]:
    entries: list[contents.Entry] = []
    rest = []
    for block in printed:
        found = contents.entries(flow(block, words))
        entries += found
        if not found:
            rest.append(block)
    return entries, rest


def _refuse(found: Sequence[Region], before: Sequence[Passage]) -> None:
    if not before and not found:
        raise RecueilError("Ligne 1 : le fichier ne contient aucun texte.")
    said = any(re.search(r"recueil|fiches?\s+exp", passage.text, re.I) for passage in before)
    if not said:
        first = before[0] if before else found[0].title
        raise RecueilError(
            f"Ligne {first.line} : « {excerpt(first.text)} » n’annonce pas un recueil de fiches "
            "expériences."
        )
    if not found:
        last = before[-1]
        raise RecueilError(
            f"Ligne {last.line} : fin du document atteinte sans trouver de fiche (un territoire, "
            "un titre en capitales, puis le texte)."
        )


def _unmatched(entries: Sequence[contents.Entry], found: Sequence[Region]) -> list[Doubt]:
    if not entries:
        line = found[0].title.line
        return [Doubt(line, "sheets", "Sommaire introuvable : porteurs et périodes à compléter.")]
    used = {contents.best_entry(entries, region.title.text) for region in found}
    return [
        Doubt(entry.line, "sheets", f"Annoncée au sommaire, sans fiche : « {entry.what} ».")
        for entry in entries
        if entry not in used
    ]


def _flag_shared(read: Sequence[Sheet]) -> list[Sheet]:
    """Flag a credit that stands on several sheets, save where it names the holder."""
    printed = [sheet.photo_credit for sheet in read]
    flagged = []
    for sheet in read:
        times = printed.count(sheet.photo_credit)
        if sheet.photo_credit and times > 1 and fold(sheet.photo_credit) not in fold(sheet.holder):
            message = f"Le crédit « © {sheet.photo_credit} » figure sur {times} fiches."
            doubt = Doubt(sheet.line, "photo_credit", message)
            sheet = replace(sheet, doubts=(*sheet.doubts, doubt))
        flagged.append(sheet)
    return flagged
