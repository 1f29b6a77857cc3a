"""Find the titles that bear no number: of axes, of the parts after them, of actions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pages.fuzzy import natural_key
from pages.imports.programme import headings, labels
from pages.imports.programme.evidence import PLAIN
from pages.imports.programme.formats import is_format
from pages.imports.programme.headings import Heading
from pages.imports.programme.rows import Row


@dataclass(frozen=True)
class Event:
    """What a row opens; `end` is the row where its text begins.

    `kind` is axis, support, sub, action, listed (announced only), contents, options, actions.
    """

    start: int
    end: int
    kind: str
    heading: Heading


def plain_axes(rows: Sequence[Row], events: Sequence[Event]) -> list[Event]:
    """Find the unnumbered titles of axes: above a list, above « Options… », above a new « 1. »."""
    axes: list[Event] = []
    last: Event | None = None
    marked = False  # an « Options » mark has been met since the last action
    for event in sorted(events, key=lambda e: e.start):
        new = event.kind == "options" and (last is None or last.kind == "action")
        if event.kind == "listed":
            new = last is None or last.kind != "listed" or not _rises(last, event)
        if event.kind == "action" and not marked and (last is None or last.kind == "action"):
            new = last is None or not _rises(last, event)
        major = event.kind in {"sub", "action"} and event.heading.style in {"dotted", "deep"}
        if major and (last is None or last.kind != "listed"):
            new = new or last is None or _major(last) != _major(event)
        if new and (title := _title_above(rows, event, last)):
            axes.append(title)
        elif new and major:
            nameless = Heading(event.start, event.start, PLAIN, "", "")
            axes.append(Event(event.start, event.start, "axis", nameless))
        marked = event.kind == "options" or (marked and event.kind != "action")
        counts = event.kind in {"listed", "sub"} or (
            event.kind == "action" and not _has_sub(events)
        )
        if counts or (event.kind == "options" and new):
            last = event
        elif event.kind == "action" and last is not None:
            last = Event(event.start, event.end, last.kind, last.heading)
    return axes


def _has_sub(events: Sequence[Event]) -> bool:
    return any(event.kind == "sub" for event in events)


def _major(event: Event) -> str:
    return event.heading.code.split(".")[0]


def _rises(left: Event, right: Event) -> bool:
    return natural_key(left.heading.code) < natural_key(right.heading.code)


def _title_above(rows: Sequence[Row], event: Event, last: Event | None) -> Event | None:
    """Return the title printed just above an event, else above the prose that leads to it."""
    stop, floor = event.start, last.end if last else 0
    while stop > floor and not rows[stop - 1].text:
        stop -= 1
    start = stop
    while start > floor and rows[start - 1].text and not (start < stop and _parts(rows, start)):
        start -= 1
    if title := _plain_title(rows, start, stop):
        return title
    marked = event.kind == "action" and headings.marker(rows[stop - 1].text) == "actions"
    if event.kind == "sub" or (event.kind != "options" and (marked or _is_card(rows, event))):
        return _title_of_prose(rows, floor, stop)
    return None


def _parts(rows: Sequence[Row], index: int) -> bool:
    """Tell whether a title may begin at a row: a new page, or a sentence or a label above it."""
    above = rows[index - 1].text
    ended = bool(re.search(r"[.!?…][»”\")\s]*$", above)) or labels.at_start(above) is not None
    return rows[index].top or (ended and rows[index].text[:1].isupper())


def _plain_title(rows: Sequence[Row], start: int, stop: int) -> Event | None:
    text = " ".join(row.text for row in rows[start:stop])
    if not 0 < stop - start <= 3 or not headings.plain(text):
        return None
    return Event(start, stop, "axis", Heading(start, stop, PLAIN, "", text))


def _is_card(rows: Sequence[Row], event: Event) -> bool:
    """Tell whether labels stand under a heading, before the next one."""
    for row in rows[event.end : event.end + 80]:
        if labels.at_start(row.text):
            return True
        if row.text and headings.read(row):
            return False
    return False


def _title_of_prose(rows: Sequence[Row], floor: int, stop: int) -> Event | None:
    """Return the last short isolated line that heads running text, between two actions."""
    found: list[Event] = []
    start = floor
    while start < stop:
        end = start + 1
        while rows[start].text and end < stop and rows[end].text and not _parts(rows, end):
            end += 1
        bare = rows[start].text and not any(
            labels.at_start(row.text) or is_format(row.text) for row in rows[start:end]
        )
        title = _plain_title(rows, start, end) if bare else None
        if (
            title
            and len(title.heading.title.split()) <= 16
            and _heads_text(rows, start, end, set())
        ):
            found.append(title)
        start = end
    tops = [title for title in found if rows[title.start].top]
    return (tops or found)[-1] if found else None


def supports(rows: Sequence[Row], events: Sequence[Event]) -> list[Event]:
    """Find the unnumbered parts that follow the axes (« Publications », « Autres activités »)."""
    taken = {index for event in events for index in range(event.start, event.end)}
    first = min((event.start for event in events if event.kind == "axis"), default=len(rows))
    found = []
    for index in range(first + 1, len(rows)):
        above = rows[index].top or not rows[index - 1].text
        below = index + 1 == len(rows) or not rows[index + 1].text
        if index not in taken and above and below and headings.is_support(rows[index].text):
            heading = Heading(index, index + 1, PLAIN, "", rows[index].text)
            found.append(Event(index, index + 1, "support", heading))
    return found


def plain_actions(rows: Sequence[Row], events: Sequence[Event]) -> list[Event]:
    """Find the unnumbered titles of actions: a short isolated line above running text."""
    taken = {index for event in events for index in range(event.start, event.end)}
    first = min((event.start for event in events if event.kind == "axis"), default=len(rows))
    found: list[Event] = []
    start = first
    while start < len(rows):
        if not rows[start].text or start in taken:
            start += 1
            continue
        end = start + 1
        while end < len(rows) and rows[end].text and end not in taken and not rows[end].top:
            end += 1
        if _heads_text(rows, start, end, taken):
            text = " ".join(row.text for row in rows[start:end])
            heading = Heading(start, end, PLAIN, "", text)
            found.append(Event(start, end, "action", heading))
        start = end
    return found


def _heads_text(rows: Sequence[Row], start: int, end: int, taken: set[int]) -> bool:
    text = " ".join(row.text for row in rows[start:end])
    below = end
    while below < len(rows) and not rows[below].text:
        below += 1
    if end - start > 3 or below >= len(rows) or below in taken or not headings.plain(text):
        return False
    block = []
    while below < len(rows) and rows[below].text:
        block.append(rows[below].text)
        below += 1
    prose = " ".join(block)
    return bool(
        len(prose.split()) >= 12 or re.search(r"[.!?]$", prose) or labels.at_start(block[0])
    )
