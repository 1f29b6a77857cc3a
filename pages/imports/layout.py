"""Find the sheets in the printed blocks of a collection."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages.imports.casing import is_capitals
from pages.imports.contents import Entry, best_entry, likeness, split_entry
from pages.imports.paragraphs import Passage, flow
from pages.imports.text import Line

CREDIT = re.compile(
    r"^(?:©\s*|(?:crédits?(?:\s+photos?)?|photos?(?:graphies?)?)\s*:\s*(?:©\s*)?)(?P<who>\S.*)$",
    re.IGNORECASE,
)
CONTACT = re.compile(r"^[-•–\s]*contacts?\s*(?::|$)", re.IGNORECASE)
_END = re.compile(r"^(?:zoom sur\b|>\s)", re.IGNORECASE)
_PIN = re.compile(r"^\W*📍\s*")
_NO_TITLE = re.compile(r"^(?:recueil|sommaire|préambule|édito|avant-propos|introduction)\b", re.I)

Printed = list[Line]  # the lines of one block


@dataclass(frozen=True)
class Region:
    """The blocks of one sheet, by role; a region without label has an empty one."""

    title: Passage
    label: str
    credits: tuple[Line, ...]
    blocks: tuple[Printed, ...]


def part(block: Printed) -> list[Printed]:
    """Part a block where a credit, a contact heading, a pin or a title touches other lines."""
    parts: list[Printed] = []
    kind = ""
    for line in block:
        new = _kind(line[1])
        if new == "title" or (kind == "title" and is_capitals(line[1])):
            new = "title"
        if parts and new == kind and kind in {"", "title"}:
            parts[-1].append(line)
        elif parts and kind == "contact" and not new:
            parts[-1].append(line)
            continue
        else:
            parts.append([line])
        kind = new
    return parts


def _kind(line: str) -> str:
    if CREDIT.match(line):
        return "credit"
    if CONTACT.match(line):
        return "contact"
    if _PIN.match(line):
        return "pin"
    return "title" if is_capitals(line) and len(line.split()) >= 3 else ""


def regions(
    blocks: Sequence[Printed], found: Sequence[Entry], words: dict[str, int]
) -> tuple[list[Region], list[Passage], list[Passage]]:
    """Return the sheets, the passages before them, and those after the last.

    A sheet begins with a title in capitals under a territory label, or that the contents
    list announces, and goes on with running text.
    """
    flows = [flow(block, words) for block in blocks]
    spans = _titles(flows, found)
    if not spans:
        return [], flows, []
    heads = [_head(flows, start) for start, _ in spans]
    stops = [*heads[1:], _end(flows, spans[-1][1])]
    sheets = [
        Region(
            _whole_title(blocks[start:end], words),
            _label(flows, start),
            tuple((p.line, p.text) for p in flows[head:start] if CREDIT.match(p.text)),
            tuple(blocks[end:stop]),
        )
        for (start, end), head, stop in zip(spans, heads, stops, strict=True)
    ]
    return sheets, flows[: heads[0]], flows[stops[-1] :]


def _titles(flows: Sequence[Passage], found: Sequence[Entry]) -> list[tuple[int, int]]:
    """Return the (start, end) of each title among the blocks."""
    spans = []
    index = 0
    while index < len(flows):
        # A title of one or two words is only believed when the contents list announces it.
        end = index + (is_capitals(flows[index].text) and _announced(flows[index].text, found))
        while end < len(flows) and _title_part(flows[end].text, first=end == index):
            end += 1
        if end > index and _opens_sheet(flows, index, end, found):
            spans.append((index, end))
        index = max(end, index + 1)
    return spans


def _title_part(text: str, *, first: bool) -> bool:
    long_enough = len(text.split()) >= (3 if first else 1)
    return is_capitals(text) and long_enough and len(text) < 300 and not CONTACT.match(text)


def _opens_sheet(flows: Sequence[Passage], start: int, end: int, found: Sequence[Entry]) -> bool:
    follows = end < len(flows) and len(flows[end].text.split()) >= 8
    text = " ".join(passage.text for passage in flows[start:end])
    if not follows or _NO_TITLE.match(text):
        return False
    return _announced(text, found) or bool(_label(flows, start))


def _announced(title: str, found: Sequence[Entry]) -> bool:
    entry = best_entry(found, title)
    return bool(entry and likeness(split_entry(entry.what, title, "")[0], title) >= 0.75)


def _above(flows: Sequence[Passage], start: int) -> int:
    """Return the index of the block just above a title, credits left out."""
    index = start - 1
    while index > 0 and CREDIT.match(flows[index].text):
        index -= 1
    return index


def _label(flows: Sequence[Passage], start: int) -> str:
    index = _above(flows, start)
    text = flows[index].text if index >= 0 else ""
    bare = _PIN.sub("", text)
    fits = len(bare.split()) <= 14 and len(bare) <= 140 and bare[:1].isupper()
    if not fits or "@" in bare or CONTACT.match(bare) or re.search(r"[.!?:;,]$|^\W", bare):
        return ""
    return "" if is_capitals(bare) and _NO_TITLE.match(bare) else bare


def _head(flows: Sequence[Passage], start: int) -> int:
    """Return where a sheet begins: its title, the label above, the credits above that."""
    index = _above(flows, start) if _label(flows, start) else start
    while index > 0 and CREDIT.match(flows[index - 1].text):
        index -= 1
    return index


def _whole_title(blocks: Sequence[Printed], words: dict[str, int]) -> Passage:
    return flow([line for block in blocks for line in block], words)


def _end(flows: Sequence[Passage], start: int) -> int:
    """Return where the matter after the last sheet begins."""
    for index in range(start, len(flows)):
        if _END.match(flows[index].text):
            return index
    return len(flows)
