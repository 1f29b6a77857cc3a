"""Put the rows of a text back into paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages.imports.paragraphs import flow, rejoin
from pages.imports.programme import labels
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt
from pages.imports.text import Line

SHORT_LINE = 60  # characters: a line that the printer could have filled further
PENDS = re.compile(r"(?:[,:(/–-]|\b(?:et|ou|à|au|aux|en|de|des|du|la|le|les|par|pour|sur))$")
_SHORT = 12  # a paragraph of so few words may be a heading: never joined on a mere guess


@dataclass(frozen=True)
class Source:
    """What an action borrows from the whole document."""

    year: int | None
    words: dict[str, int]


def paragraphs(
    rows: Sequence[Row], source: Source, field_name: str = "paragraphs"
) -> tuple[tuple[str, ...], tuple[Doubt, ...]]:
    """Return the running text of some rows, and the doubts about its joining."""
    blocks: list[list[Line]] = [[]]
    width = max((len(row.text) for row in rows), default=0)
    for row in rows:
        item = labels.bullet(row.text) if row.text else None
        if labels.is_rule(row.text):
            blocks.append([])
        elif item is not None:
            blocks.append([(row.number, f"• {item}".strip())])
        elif row.text:
            if blocks[-1] and _breaks(blocks[-1], row.text, width):
                blocks.append([])
            blocks[-1].append((row.number, row.text))
        elif blocks[-1]:
            blocks.append([])
    passages = [flow(block, source.words) for block in blocks if block]
    whole = rejoin(passages, source.words, _SHORT)
    notes = [Doubt(line, field_name, text) for passage in whole for line, text in passage.notes]
    for passage in whole:
        if "(?" in passage.text:
            line = passage.line_at(passage.text.index("(?"))
            notes.append(Doubt(line, field_name, "Marque « (?) » laissée dans le texte."))
        if passage.text in {"•", "• …"}:
            notes.append(Doubt(passage.line, field_name, "Puce vide."))
    return tuple(passage.text for passage in whole), tuple(notes)


def _breaks(block: Sequence[Line], text: str, width: int) -> bool:
    """Tell whether a paragraph ends without blank line: a short line, then a capital."""
    above = block[-1][1]
    short = width >= SHORT_LINE and len(above) < 0.6 * width
    return short and text[:1].isupper() and not PENDS.search(above)
