"""Lay out the rows of a programme: its introduction, its axes, their lists and their actions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pages.fuzzy import natural_key
from pages.imports.contents import likeness
from pages.imports.programme import evidence, headings, labels
from pages.imports.programme.evidence import PLAIN, Roles
from pages.imports.programme.headings import Heading
from pages.imports.programme.rows import Row
from pages.imports.programme.titles import Event, plain_actions, plain_axes, supports
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


def lay_out(rows: Sequence[Row]) -> Outline:
    """Find the parts of a programme; `rows` without contents list."""
    found = headings.find(rows)
    announced = evidence.listed(rows, found)
    roles = evidence.roles(rows, found, announced)
    events = _marks(rows) + _numbered(rows, found, announced, roles)
    if roles.axis == PLAIN:
        events += plain_axes(rows, events)
    events += supports(rows, events)
    events = _settled(rows, events, found)
    if roles.action == PLAIN:
        events += plain_actions(rows, events)
    return _assembled(rows, events, roles)


def _marks(rows: Sequence[Row]) -> list[Event]:
    marks = [(index, headings.marker(row.text)) for index, row in enumerate(rows)]
    return [
        Event(index, index + 1, kind, Heading(index, index + 1, PLAIN, "", rows[index].text))
        for index, kind in marks
        if kind in {"options", "actions"}
    ]


def _numbered(
    rows: Sequence[Row], found: Sequence[Heading], announced: set[int], roles: Roles
) -> list[Event]:
    kinds = {roles.axis: "axis", roles.subaxis: "sub", roles.action: "action"}
    events = []
    for index, heading in enumerate(found):
        kind = kinds.get(heading.style, "")
        if index in announced:
            kind = "listed" if kind == "action" else "contents"
        if kind and heading.style != PLAIN:
            events.append(Event(heading.start, heading.end, kind, heading))
    return events


def _settled(rows: Sequence[Row], events: Sequence[Event], found: Sequence[Heading]) -> list[Event]:
    """Settle what a number means where it starts again: an axis, an action, a list in a text."""
    kept: list[Event] = []
    last: dict[str, Heading] = {}
    support = False
    known = {event.start for event in events}
    extra = [Event(h.start, h.end, "other", h) for h in found if h.start not in known]
    for event in sorted([*events, *extra], key=lambda e: (e.start, e.kind != "axis")):
        kind, style = event.kind, event.heading.style
        if kind in {"axis", "other"} and style != PLAIN and support:
            restarts = kind == "other" or not _follows(last.get("axis"), event.heading)
            kind = "action" if restarts else kind
        elif kind == "other" or (style == "number" and _is_stray(rows, event, last, kept)):
            continue
        if kind in {"axis", "support"}:
            support = kind == "support"
            last.pop("action", None)
        last[kind] = event.heading
        kept.append(Event(event.start, event.end, kind, event.heading))
    return kept


def _is_stray(
    rows: Sequence[Row], event: Event, last: dict[str, Heading], kept: Sequence[Event]
) -> bool:
    if event.kind == "axis":
        return not _follows(last.get("axis"), event.heading)
    return event.kind == "action" and _in_prose(rows, event, last, kept)


def _follows(last: Heading | None, heading: Heading) -> bool:
    if last is None or last.style == PLAIN:
        return True
    return natural_key(last.code) < natural_key(heading.code)


def _in_prose(
    rows: Sequence[Row], event: Event, last: dict[str, Heading], kept: Sequence[Event]
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


def _assembled(rows: Sequence[Row], events: Sequence[Event], roles: Roles) -> Outline:
    outline = Outline(roles, [], [])
    ordered = sorted(events, key=lambda event: (event.start, event.kind != "axis"))
    opening = ordered[0].start if ordered else len(rows)
    outline.introduction.append((0, opening))
    part: Part | None = None
    top: Part | None = None
    for event, following in zip(ordered, [*ordered[1:], None], strict=False):
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
