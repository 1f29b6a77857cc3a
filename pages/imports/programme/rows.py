"""The rows of a printed programme: page cuts known, page furniture and footnotes taken out."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pages.imports.programme import labels
from pages.imports.programme.tables import Tables
from pages.imports.records import Doubt
from pages.imports.text import clean, is_footer

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NUMBERED_FOOTER = re.compile(
    r"^(?:[-–—|\s]*(?P<before>\d{1,3})\s*[-–—|]\s+)?(?P<text>\S.*?)"
    r"(?:\s*[-–—|/]\s*(?:p(?:age)?\.?\s*)?(?P<after>\d{1,3})[-–—|\s]*)?$",
    re.IGNORECASE,
)
# The same without a sign before the number: more of them, and one by one, must prove it.
_SPACED_FOOTER = re.compile(r"^(?P<text>\S.*?)\s+(?P<after>\d{1,3})$")
_NOTE = re.compile(r"^(?P<number>\d{1,2})\s+(?P<text>[^\W\d_].*)$")
_ENDED = re.compile(r"[.!?][»”\")\s]*$")


@dataclass(frozen=True)
class Row:
    """One line of the file; blank when it is empty or page furniture.

    `top` tells that it opens a page (a form feed, which extraction may leave as one space);
    `page` is the number that a footer prints on this row.
    """

    number: int
    text: str
    top: bool = False
    page: int | None = None


@dataclass
class Sheet:
    """The rows with what was taken out of them."""

    rows: list[Row]
    footnotes: tuple[tuple[int, str], ...] = ()
    doubts: list[Doubt] = field(default_factory=list)


def read(text: str) -> Sheet:
    """Return the rows of a whole file."""
    tables = Tables()
    rows = _single_spaced(_without_furniture(_rows(text, tables)))
    sheet = _without_footnotes(rows)
    sheet.doubts += tables.doubts
    return sheet


def _rows(text: str, tables: Tables) -> list[Row]:
    printed = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = []
    fed = False
    for number, raw in tables.lines(printed):
        line = clean(raw)
        words = " ".join(line.replace("**", "").split())
        fed = fed or "\f" in raw
        spaced = line[:1] == " " and line[1:2].strip() != ""
        rows.append(Row(number, words, bool(words) and (fed or spaced)))
        fed = fed and not words
    return rows


def _without_furniture(rows: Sequence[Row]) -> list[Row]:
    """Blank the page numbers, the addresses, and the headers and footers printed page by page."""
    numbered = _running_numbers(rows)
    repeated = _running_titles(rows)
    kept = []
    cut = False  # a page number has just been met: what follows opens a page
    first = next((row.number for row in rows if row.text), 0)
    for row in rows:
        page = numbered.get(row.number)
        if page is None and re.fullmatch(r"[-–—\s]*(?:p(?:age)?\.?\s*)?\d{1,3}[-–—\s]*", row.text):
            page = int(re.sub(r"\D", "", row.text))
        furniture = page is not None or is_footer(row.text) or row.text.casefold() in repeated
        furniture = furniture and (page is not None or row.number != first)
        if furniture and row.text:
            kept.append(replace(row, text="", page=page))
            cut = cut or page is not None
        else:
            kept.append(replace(row, top=row.top or (cut and bool(row.text))))
            cut = cut and not row.text
    return kept


def _running_numbers(rows: Sequence[Row]) -> dict[int, int]:
    """Return row number → page number, for one text printed with ever higher numbers."""
    spaced = _numbered_places(_lone(rows), _SPACED_FOOTER).items()
    running = [
        places
        for text, places in spaced
        if len(places) >= 3
        and len(text.split()) >= 4
        and all(right[1] - left[1] == 1 for left, right in pairwise(places))
    ]
    signed = _numbered_places(rows, _NUMBERED_FOOTER).items()
    running += [
        places
        for text, places in signed
        if len(places) >= 2
        and len(text.split()) >= 2
        and all(left[1] < right[1] for left, right in pairwise(places))
    ]
    return {number: page for places in running for number, page in places}


def _lone(rows: Sequence[Row]) -> list[Row]:
    """The rows with a blank one above and below: a title has its text under it."""
    edged = [None, *rows, None]
    trios = zip(edged, rows, edged[2:], strict=False)
    return [row for above, row, below in trios if not any(r and r.text for r in (above, below))]


def _numbered_places(
    rows: Sequence[Row], pattern: re.Pattern[str]
) -> dict[str, list[tuple[int, int]]]:
    """Return text → (row number, printed number) of the rows that end, or begin, by a number."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        match = pattern.match(row.text)
        if match is None or " : " in row.text or re.match(r"^\d{1,2}[.)]", row.text):
            continue
        numbers = match.groupdict()
        number = numbers["after"] or numbers.get("before")
        if number:
            found.setdefault(match["text"].casefold(), []).append((row.number, int(number)))
    return found


def _running_titles(rows: Sequence[Row]) -> set[str]:
    """Return the texts that stand next to a page cut three times or more, and nowhere else.

    The first line of the file stands next to one, and may well be the title: it is counted
    here, and kept by the caller.
    """
    edges: Counter[str] = Counter()
    every: Counter[str] = Counter(row.text.casefold() for row in rows if row.text)
    printed = [row for row in rows if row.text]
    for index, row in enumerate(printed):
        following = printed[index + 1] if index + 1 < len(printed) else None
        cut = index == 0 or row.top or following is None or following.top
        cut = cut or is_footer(following.text if following else "")
        if cut and ":" not in row.text and len(row.text.split()) >= 2 and row.text[0].isalnum():
            edges[row.text.casefold()] += 1
    return {text for text, count in edges.items() if count >= 3 and count == every[text]}


def _single_spaced(rows: list[Row]) -> list[Row]:
    """Drop the single blank rows when the file has one after each line: they part nothing."""
    inner = [
        (left, middle, right)
        for left, middle, right in zip(rows, rows[1:], rows[2:], strict=False)
        if middle.text
    ]
    alone = sum(not left.text and not right.text for left, _, right in inner)
    lower = sum(middle.text[:1].islower() and not left.text for left, middle, _ in inner)
    if not inner or alone < 0.9 * len(inner) or lower < 0.15 * len(inner):
        return rows
    kept = []
    for index, row in enumerate(rows):
        doubled = index + 1 < len(rows) and not rows[index + 1].text
        above = index > 0 and not rows[index - 1].text
        if row.text or row.page is not None or doubled or above:
            kept.append(row)
    return kept


def _without_footnotes(rows: list[Row]) -> Sheet:
    """Take out the notes at page bottoms; their calls, glued to a word, become superscripts."""
    sheet = Sheet(rows)
    notes: list[tuple[int, str]] = []
    start = index = 0
    while index < len(rows):
        match = _NOTE.match(rows[index].text)
        expected = {1, notes[-1][0] + 1 if notes else 1}
        above_blank = index == 0 or not rows[index - 1].text
        if match is None or int(match["number"]) not in expected or not above_blank:
            index += 1
            continue
        calls = _calls(rows, start, index, match["number"])
        if not calls:
            index += 1
            continue
        end = _note_end(rows, index)
        words = " ".join(row.text for row in rows[index:end] if row.text)
        notes.append((int(match["number"]), re.sub(r"^\d+\s+", "", _healed(words))))
        _mark(sheet, calls, match["number"], rows[index].number)
        for place in range(index, end):
            rows[place] = replace(rows[place], text="")
        start = index = end
    sheet.footnotes = tuple(notes)
    return sheet


def _calls(rows: Sequence[Row], start: int, stop: int, number: str) -> list[tuple[int, int]]:
    """Return the (row, offset) where the number is glued to a word or to its stop."""
    pattern = re.compile(
        rf"(?:(?<=[^\W\d_]{{3}})|(?<=[^\W\d_]\))|(?<=[^\W\d_][.,;])|(?<=\)[.,;])|(?<=[»”]))"
        rf"{number}(?![\w/-])"
    )
    return [
        (index, match.start())
        for index in range(start, stop)
        for match in pattern.finditer(rows[index].text)
    ]


def _mark(sheet: Sheet, calls: Sequence[tuple[int, int]], number: str, line: int) -> None:
    if len(calls) > 1:
        message = f"Note {number} : plusieurs appels possibles, à placer."
        sheet.doubts.append(Doubt(line, "footnotes", message))
        return
    index, offset = calls[0]
    text = sheet.rows[index].text
    marked = text[:offset] + number.translate(_SUPERSCRIPTS) + text[offset + len(number) :]
    sheet.rows[index] = replace(sheet.rows[index], text=marked)


def _note_end(rows: Sequence[Row], start: int) -> int:
    """Return where a note ends: at a page cut, at the next note, at a blank after a full stop."""
    text = rows[start].text
    for index in range(start + 1, min(start + 20, len(rows))):
        row = rows[index]
        if row.top or row.page is not None or _NOTE.match(row.text):
            return index
        if labels.is_rule(row.text) or labels.at_start(row.text):
            return index
        whole = _ENDED.search(text) and len(text) < 0.8 * len(rows[start].text)
        if whole and row.text[:1].isupper():  # a title right under the last, short line
            return index
        if not row.text and (_ENDED.search(text) or not rows[min(index + 1, len(rows) - 1)].text):
            return index
        text = row.text or text
    return min(start + 20, len(rows))


def _healed(text: str) -> str:
    """Join a word cut after a hyphen; names keep theirs (« Soisy- sous » → « Soisy-sous »)."""
    return re.sub(r"(?<=[^\W\d_]-) (?=[^\W\d_])", "", text)


def page_of(rows: Sequence[Row], index: int) -> int | None:
    """Return the page that holds a row, counted from the nearest number printed; None without."""
    after = next((i for i in range(index, len(rows)) if rows[i].page is not None), None)
    if after is not None:
        return (rows[after].page or 0) - sum(row.top for row in rows[index + 1 : after])
    before = next((i for i in range(index, -1, -1) if rows[i].page is not None), None)
    if before is None:
        return None
    tops = sum(row.top for row in rows[before + 1 : index + 1])
    return (rows[before].page or 0) + max(tops, 1)
