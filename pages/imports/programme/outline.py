"""Lay out the rows of a programme: its introduction, its axes, their lists and their actions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pages.fuzzy import natural_key
from pages.imports.contents import likeness
from pages.imports.programme import evidence, headings, labels
from pages.imports.programme.evidence import PLAIN, Roles
from pages.imports.programme.formats import is_format
from pages.imports.programme.headings import Heading
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt

Range = tuple[int, int]  # rows, first included, last excluded


@dataclass
class Card:
    """An action as laid out: its heading and the rows of its text."""

    heading: Heading
    body: Range


@dataclass
class Part:
    """An axis or a sub-axis as laid out; `announced` are the titles of its list."""

    heading: Heading
    intro: list[Range] = field(default_factory=list)
    announced: list[Heading] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    subs: list["Part"] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass
class Outline:
    """The whole document as laid out."""

    roles: Roles
    introduction: list[Range]
    parts: list[Part]


@dataclass(frozen=True)
class _Event:
    start: int
    end: int
    kind: str  # axis, support, sub, action, listed, options, actions
    heading: Heading


def lay_out(rows: Sequence[Row]) -> Outline:
    """Find the parts of a programme; `rows` without contents list."""
    found = headings.find(rows)
    announced = evidence.listed(rows, found)
    roles = evidence.roles(rows, found, announced)
    events = _marks(rows) + _numbered(rows, found, announced, roles)
    if roles.axis == PLAIN:
        events += _plain_axes(rows, events)
    events += _supports(rows, events)
    events = _settled(rows, events, found)
    if roles.action == PLAIN:
        events += _plain_actions(rows, events)
    return _assembled(rows, events, roles)


def _marks(rows: Sequence[Row]) -> list[_Event]:
    marks = [(index, headings.marker(row.text)) for index, row in enumerate(rows)]
    return [
        _Event(index, index + 1, kind, Heading(index, index + 1, PLAIN, "", rows[index].text))
        for index, kind in marks
        if kind in {"options", "actions"}
    ]


def _numbered(
    rows: Sequence[Row], found: Sequence[Heading], announced: set[int], roles: Roles
) -> list[_Event]:
    kinds = {roles.axis: "axis", roles.subaxis: "sub", roles.action: "action"}
    events = []
    for index, heading in enumerate(found):
        kind = kinds.get(heading.style, "")
        if index in announced:
            kind = "listed" if kind == "action" else "contents"
        if kind and heading.style != PLAIN:
            events.append(_Event(heading.start, heading.end, kind, heading))
    return events


def _plain_axes(rows: Sequence[Row], events: Sequence[_Event]) -> list[_Event]:
    """Find the unnumbered titles of axes: above a list, above « Options… », above a new « 1. »."""
    axes: list[_Event] = []
    last: _Event | None = None
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
            axes.append(_Event(event.start, event.start, "axis", nameless))
        marked = marked and event.kind != "action" or event.kind == "options"
        counts = event.kind in {"listed", "sub"} or (event.kind == "action" and not _has_sub(events))
        if counts or (event.kind == "options" and new):
            last = event
        elif event.kind == "action" and last is not None:
            last = _Event(event.start, event.end, last.kind, last.heading)
    return axes


def _has_sub(events: Sequence[_Event]) -> bool:
    return any(event.kind == "sub" for event in events)


def _major(event: _Event) -> str:
    return event.heading.code.split(".")[0]


def _rises(left: _Event, right: _Event) -> bool:
    return natural_key(left.heading.code) < natural_key(right.heading.code)


def _title_above(rows: Sequence[Row], event: _Event, last: _Event | None) -> _Event | None:
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


def _plain_title(rows: Sequence[Row], start: int, stop: int) -> _Event | None:
    text = " ".join(row.text for row in rows[start:stop])
    if not 0 < stop - start <= 3 or not headings.plain(text):
        return None
    return _Event(start, stop, "axis", Heading(start, stop, PLAIN, "", text))


def _is_card(rows: Sequence[Row], event: _Event) -> bool:
    """Tell whether labels stand under a heading, before the next one."""
    for row in rows[event.end : event.end + 80]:
        if labels.at_start(row.text):
            return True
        if row.text and headings.read(row):
            return False
    return False


def _title_of_prose(rows: Sequence[Row], floor: int, stop: int) -> _Event | None:
    """Return the last short isolated line that heads running text, between two actions."""
    found: list[_Event] = []
    start = floor
    while start < stop:
        end = start + 1
        while rows[start].text and end < stop and rows[end].text and not _parts(rows, end):
            end += 1
        bare = rows[start].text and not any(
            labels.at_start(row.text) or is_format(row.text) for row in rows[start:end]
        )
        title = _plain_title(rows, start, end) if bare else None
        if title and len(title.heading.title.split()) <= 16 and _heads_text(rows, start, end, set()):
            found.append(title)
        start = end
    tops = [title for title in found if rows[title.start].top]
    return (tops or found or [None])[-1]


def _supports(rows: Sequence[Row], events: Sequence[_Event]) -> list[_Event]:
    """Find the unnumbered parts that follow the axes (« Publications », « Autres activités »)."""
    taken = {index for event in events for index in range(event.start, event.end)}
    first = min((event.start for event in events if event.kind == "axis"), default=len(rows))
    found = []
    for index in range(first + 1, len(rows)):
        above = rows[index].top or not rows[index - 1].text
        below = index + 1 == len(rows) or not rows[index + 1].text
        if index not in taken and above and below and headings.is_support(rows[index].text):
            heading = Heading(index, index + 1, PLAIN, "", rows[index].text)
            found.append(_Event(index, index + 1, "support", heading))
    return found


def _settled(
    rows: Sequence[Row], events: Sequence[_Event], found: Sequence[Heading]
) -> list[_Event]:
    """Settle what a number means where it starts again: an axis, an action, a list in a text."""
    kept: list[_Event] = []
    last: dict[str, Heading] = {}
    support = False
    known = {event.start for event in events}
    extra = [_Event(h.start, h.end, "other", h) for h in found if h.start not in known]
    for event in sorted([*events, *extra], key=lambda e: (e.start, e.kind != "axis")):
        kind, style = event.kind, event.heading.style
        if kind in {"axis", "other"} and style != PLAIN and support:
            restarts = kind == "other" or not _follows(last.get("axis"), event.heading)
            kind = "action" if restarts else kind
        elif kind == "other":
            continue
        elif kind == "axis" and style == "number" and not _follows(last.get("axis"), event.heading):
            continue
        elif kind == "action" and style == "number" and _in_prose(rows, event, last, kept):
            continue
        if kind in {"axis", "support"}:
            support = kind == "support"
            last.pop("action", None)
        last[kind] = event.heading if style != PLAIN or kind != "axis" else event.heading
        kept.append(_Event(event.start, event.end, kind, event.heading))
    return kept


def _follows(last: Heading | None, heading: Heading) -> bool:
    if last is None or last.style == PLAIN:
        return True
    return natural_key(last.code) < natural_key(heading.code)


def _in_prose(
    rows: Sequence[Row], event: _Event, last: dict[str, Heading], kept: Sequence[_Event]
) -> bool:
    """Tell whether a number that does not go on only numbers the items of a text."""
    above = last.get("action")
    if above is None or natural_key(above.code) < natural_key(event.heading.code):
        return False
    titles = [e.heading.title for e in kept if e.kind == "listed"]
    if any(likeness(event.heading.title, title) >= 0.6 for title in titles[-12:]):
        return False
    following = range(event.end, min(event.end + 40, len(rows)))
    stop = next((i for i in following if headings.read(rows[i])), len(rows))
    return not any(labels.at_start(row.text) for row in rows[event.end : stop])


def _plain_actions(rows: Sequence[Row], events: Sequence[_Event]) -> list[_Event]:
    """Find the unnumbered titles of actions: a short isolated line above running text."""
    taken = {index for event in events for index in range(event.start, event.end)}
    first = min((event.start for event in events if event.kind == "axis"), default=len(rows))
    found: list[_Event] = []
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
            found.append(_Event(start, end, "action", heading))
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


def _assembled(rows: Sequence[Row], events: Sequence[_Event], roles: Roles) -> Outline:
    outline = Outline(roles, [], [])
    ordered = sorted(events, key=lambda event: (event.start, event.kind != "axis"))
    opening = ordered[0].start if ordered else len(rows)
    outline.introduction.append((0, opening))
    part: Part | None = None
    top: Part | None = None
    for event, following in zip(ordered, [*ordered[1:], None], strict=True):
        body = (event.end, following.start if following else len(rows))
        if event.kind in {"axis", "support"}:
            part = top = Part(event.heading, [body])
            outline.parts.append(part)
        elif top is None or part is None:
            outline.introduction.append((event.start, body[1]))
        elif event.kind == "sub":
            part = Part(event.heading, [body])
            top.subs.append(part)
        elif event.kind == "action":
            part.cards.append(Card(event.heading, body))
        else:
            part.announced += [event.heading] if event.kind == "listed" else []
            part.intro.append(body)
        if event.kind == "support" and part is not None:
            message = "Titre sans numéro, tenu pour une partie du programme : à confirmer."
            part.doubts.append(Doubt(rows[event.start].number, "title", message))
    return outline
