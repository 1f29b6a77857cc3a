"""Read one action: its text, the block of labels under it, the format beside its title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pages.fuzzy import DateSpan, Span, parse_count, parse_period
from pages.imports.names import fold
from pages.imports.paragraphs import excerpt, flow
from pages.imports.programme import labels
from pages.imports.programme.formats import is_format, split_title
from pages.imports.programme.headings import Heading
from pages.imports.programme.prose import PENDS, SHORT_LINE, Source, paragraphs
from pages.imports.programme.records import Action
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt
from pages.imports.text import Line

_LONG_FIELDS = {"contents", "objectives"}
_SAID = re.compile(r"^(?:en )?partenariat(?: avec)? ")
_MULTIPLE = re.compile(r"[A-Z]\s?\d+.*(?:\bet\b|,|/|&).*[A-Z]\s?\d")


@dataclass
class Block:
    """One label with the lines of its value."""

    name: str
    label: str
    lines: list[Line] = field(default_factory=list)

    @property
    def line(self) -> int:
        return self.lines[0][0] if self.lines else 0


def read(heading: Heading, rows: Sequence[Row], line: int, source: Source) -> Action:
    """Read an action from the rows under its heading; `line` is that of the heading."""
    prose, blocks = _parted(rows)
    values = _Values(line, source)
    for block in blocks:
        values.take(block)
    title, partners = heading.title, ""
    if not values.text["format"]:
        title, values.text["format"], partners = split_title(heading.title)
    if not values.text["format"]:
        prose = values.take_format(prose)
    if partners:
        values.add("partnerships", "Mention du titre", partners)
    texts, notes = paragraphs(prose, source)
    values.doubts += [*notes, *_of_title(heading, title, values.text["format"], line)]
    text = values.text
    return Action(
        line, heading.code, title, text["format"], texts, values.period, values.sessions,
        text["audiences"], text["territories"], text["animation"], text["speakers"],
        text["partnerships"], text["objectives"], tuple(values.contents), tuple(values.other),
        tuple(values.doubts), values.partnerships_label,
    )  # fmt: skip


def _of_title(heading: Heading, title: str, format_: str, line: int) -> list[Doubt]:
    doubts = []
    if not title:
        doubts.append(Doubt(line, "title", f"Action {heading.code} sans titre."))
    if _MULTIPLE.search(heading.code):
        message = f"Plusieurs codes pour une seule action : « {heading.code} »."
        doubts.append(Doubt(line, "code", message))
    if not format_ and is_format(title):
        message = f"Le titre commence par un format, laissé en place : « {excerpt(title)} »."
        doubts.append(Doubt(line, "format", message))
    return doubts


def _parted(rows: Sequence[Row]) -> tuple[list[Row], list[Block]]:
    """Part the text of an action from its labelled lines.

    Where a rule is drawn just above a label, only what stands under it is a block: a
    paragraph may well begin with « Objectifs : ».
    """
    start = _ruled(rows)
    prose: list[Row] = list(rows[:start])
    blocks: list[Block] = []
    opened = False  # the lines just above belong to a label
    for index in range(start, len(rows)):
        row = rows[index]
        if labels.is_rule(row.text):
            opened = False
        elif found := _labelled(rows, index, opened, blocks):
            for name, label, value in found:
                lines = [(row.number, value)] if value else []
                blocks.append(Block(name, label, lines))
            opened = True
        elif opened and row.text and not _ends_value(rows, index, blocks[-1]):
            blocks[-1].lines.append((row.number, row.text))
        elif opened and not row.text:
            opened = _stays_open(rows, index, blocks[-1])
        else:
            opened = False
            prose.append(row)
    return prose, [block for block in blocks if block.lines]


def _ruled(rows: Sequence[Row]) -> int:
    for index, row in enumerate(rows):
        if labels.is_rule(row.text):
            below = next((other.text for other in rows[index + 1 :] if other.text), "")
            above = sum(labels.at_start(other.text) is not None for other in rows[:index])
            if labels.at_start(below) and above < 2:
                return index
    return 0


def _labelled(
    rows: Sequence[Row], index: int, opened: bool, blocks: Sequence[Block]
) -> list[labels.Label]:
    row = rows[index]
    above = rows[index - 1].text if index else ""
    free = index == 0 or not above or row.top or labels.is_rule(above)
    free = free or (index < 3 and _is_format_line(above))
    if not row.text:
        return []
    if labels.at_start(row.text):
        return labels.split(row.text) if opened or free or _among_labels(rows, index) else []
    inside = opened and above and blocks and blocks[-1].name not in _LONG_FIELDS
    return labels.split(row.text) if inside and labels.unknown(row.text) else []


def _is_format_line(text: str) -> bool:
    return is_format(text) and len(text.split()) <= 15 and not text.endswith((".", ":", ","))


def _among_labels(rows: Sequence[Row], index: int) -> bool:
    """Tell whether the lines that touch a row hold other labels: one alone may be a sentence."""
    stop = index
    while stop < len(rows) and rows[stop].text:
        stop += 1
    found = (labels.at_start(row.text) for row in rows[index:stop])
    return len({label[0] for label in found if label}) > 1


def _ends_value(rows: Sequence[Row], index: int, block: Block) -> bool:
    """Tell whether a line begins a text of its own: after a short line, a whole sentence."""
    above, text = rows[index - 1].text, rows[index].text
    if not block.lines or block.name in _LONG_FIELDS or len(above) > SHORT_LINE:
        return False
    stop = index
    while stop < len(rows) and rows[stop].text and not labels.at_start(rows[stop].text):
        stop += 1
    whole = " ".join(row.text for row in rows[index:stop])
    return (
        not PENDS.search(above)
        and text[0].isupper()
        and whole.endswith(".")
        and len(whole.split()) >= 8
    )


def _stays_open(rows: Sequence[Row], index: int, block: Block) -> bool:
    """Tell whether the value goes on after a blank line."""
    if block.name in _LONG_FIELDS or not block.lines:
        return True
    below = next((row.text for row in rows[index + 1 :] if row.text), "")
    return below[:1].islower() and not re.search(r"[.…!?]$", block.lines[-1][1])


class _Values:
    """The fields of an action while its block is read."""

    def __init__(self, line: int, source: Source) -> None:
        self.line, self.source = line, source
        names = ("audiences", "territories", "animation", "speakers", "partnerships",
                 "objectives", "format")  # fmt: skip
        self.text = dict.fromkeys(names, "")
        self.period: DateSpan | None = None
        self.sessions: Span | None = None
        self.contents: list[str] = []
        self.other: list[tuple[str, str]] = []
        self.doubts: list[Doubt] = []
        self.partnerships_label = ""

    def take(self, block: Block) -> None:
        if block.name == "contents":
            texts, notes = paragraphs(_items(block.lines), self.source, "contents")
            self.contents += texts
            self.doubts += notes
            return
        value = _value(block, self.source)
        if "(?" in value:
            message = f"Marque « (?) » laissée dans « {block.label} »."
            self.doubts.append(Doubt(block.line, block.name, message))
        if block.name == "period" and self.period is None:
            self._take_period(block, value)
        elif block.name == "sessions" and self.sessions is None:
            self._take_sessions(block, value)
        elif block.name == "both":
            self.add("animation", block.label, value)
            self.add("speakers", block.label, value)
        else:
            self.add(block.name, block.label, value)

    def add(self, name: str, label: str, value: str) -> None:
        if self.text.get(name) == "":
            self.text[name] = value
            self.partnerships_label = label if name == "partnerships" else self.partnerships_label
        elif _SAID.sub("", fold(value)) not in fold(self.text.get(name, "")):
            self.other.append((label, value))

    def _take_period(self, block: Block, value: str) -> None:
        self.period = parse_period(value, self.source.year)
        unread = self.period.earliest is None and self.period.latest is None
        if unread and not labels.is_pending(value):
            message = f"Période gardée telle quelle, sans dates : « {value} »."
            self.doubts.append(Doubt(block.line, "period", message))

    def _take_sessions(self, block: Block, value: str) -> None:
        note = re.search(r"\(([^()]*)\)\s*$", block.label)
        unit = parse_count(block.label.split("(")[0]).unit
        printed = f"{value} ({note[1]})" if note else value
        span = parse_count(printed, unit)
        if not span.unit:  # « Durée : 2 heures » counts no session
            self.other.append((block.label, value))
            return
        self.sessions = span
        if span.minimum is None and span.maximum is None and not labels.is_pending(value):
            message = f"Nombre gardé tel quel, sans bornes : « {value} »."
            self.doubts.append(Doubt(block.line, "sessions", message))

    def take_format(self, prose: Sequence[Row]) -> list[Row]:
        """Take the format from a short line of its own under the title."""
        rows = list(prose)
        index = next((i for i, row in enumerate(rows) if row.text), None)
        if index is None:
            return rows
        text = rows[index].text
        below = rows[index + 1] if index + 1 < len(rows) else None
        alone = below is None or not below.text or below.number > rows[index].number + 1
        if alone and _is_format_line(text):
            self.text["format"] = text
            del rows[index]
        return rows


def _items(lines: Sequence[Line]) -> list[Row]:
    """Part the lines of a list without bullets: each begins with a capital under a short line."""
    rows: list[Row] = []
    for number, text in lines:
        if rows and len(rows[-1].text) <= SHORT_LINE and text[0].isupper():
            rows.append(Row(number, ""))
        rows.append(Row(number, text))
    return rows


def _value(block: Block, source: Source) -> str:
    items = [labels.bullet(text) for _, text in block.lines]
    if len(items) > 1 and items[-1] is not None:
        return " ; ".join(
            item if item is not None else text
            for item, (_, text) in zip(items, block.lines, strict=True)
        )
    return flow(block.lines, source.words).text
