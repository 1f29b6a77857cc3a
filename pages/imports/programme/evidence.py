"""What the document itself says of its numbering: which style numbers the axes, the actions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.fuzzy import natural_key
from pages.imports.contents import likeness
from pages.imports.programme import labels
from pages.imports.programme.headings import RANKS, Heading, is_contents_entry, marker
from pages.imports.programme.rows import Row

PLAIN = "plain"  # a heading without number


@dataclass(frozen=True)
class Roles:
    """The style of each level; `subaxis` may be empty."""

    axis: str
    subaxis: str
    action: str


def without_contents(rows: Sequence[Row]) -> list[Row]:
    """Blank the contents list, which repeats the headings with their pages."""
    start = next((i for i, row in enumerate(rows) if marker(row.text) == "contents"), None)
    stop = 0 if start is None else start + 1
    misses = 0
    for index in range(stop if start is not None else len(rows), len(rows)):
        text = rows[index].text
        if text and (is_contents_entry(text) or text.split()[-1].isdigit()):
            stop, misses = index + 1, 0
        elif text:
            misses += 1
        if misses > 3:
            break
    inside = range(start or 0, stop)
    return [
        replace(row, text="") if index in inside or _has_leaders(row.text) else row
        for index, row in enumerate(rows)
    ]


def _has_leaders(text: str) -> bool:
    return "...." in text.replace(" ", "") and is_contents_entry(text)


def blocks_of_labels(rows: Sequence[Row]) -> list[int]:
    """Return the first row of each block that holds two labels or more."""
    starts: list[int] = []
    first, fields, blanks = -1, set[str](), 0
    for index, row in enumerate(rows):
        found = labels.at_start(row.text) if row.text else None
        blanks = 0 if row.text else blanks + 1
        if found:
            first = index if first < 0 else first
            fields.add(found[0])
            if len(fields) == 2 and first not in starts:
                starts.append(first)
        elif first >= 0 and row.text and blanks == 0 and (not rows[index - 1].text):
            first, fields = -1, set()
    return starts


def is_empty(rows: Sequence[Row], headings: Sequence[Heading], index: int) -> bool:
    """Tell whether nothing is printed between a heading and the next heading or mark."""
    stop = headings[index + 1].start if index + 1 < len(headings) else len(rows)
    for row in rows[headings[index].end : stop]:
        if row.text:
            return marker(row.text) != ""
    return True


def listed(rows: Sequence[Row], headings: Sequence[Heading]) -> set[int]:
    """Return the indexes of the headings that only announce an action printed further on."""
    empty = [is_empty(rows, headings, index) for index in range(len(headings))]
    found = {i for i in range(len(headings)) if empty[i] and _has_twin(headings, i)}
    for run in _runs(headings):
        bare = [index for index in run if empty[index]]
        if len(bare) == len(run) > 1 and _before_mark(rows, headings, run[-1]):
            found |= set(run)
        if found & set(run) and len(bare) >= len(run) - 1 and len(run) > 1:
            announced = found & set(run)
            found |= {index for index in bare if index < max(announced) or empty[index]}
            if _has_twin(headings, run[-1]) or _starts_again(headings, run):
                found.add(run[-1])
    return found


def _runs(headings: Sequence[Heading]) -> list[list[int]]:
    """Group neighbouring headings of one style with rising codes."""
    runs: list[list[int]] = []
    for index, heading in enumerate(headings):
        above = headings[index - 1] if index else None
        rising = (
            above is not None
            and above.style == heading.style
            and natural_key(above.code) < natural_key(heading.code)
        )
        if rising:
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs


def _starts_again(headings: Sequence[Heading], run: Sequence[int]) -> bool:
    """Tell whether the numbers start again at once where the run ends."""
    if run[-1] + 1 >= len(headings):
        return False
    first, following = headings[run[0]], headings[run[-1] + 1]
    same = natural_key(first.code) == natural_key(following.code)
    return same and first.style == following.style and _has_twin(headings, run[0])


def _has_twin(headings: Sequence[Heading], index: int) -> bool:
    """Tell whether the next heading of the same style and code has much the same title."""
    heading = headings[index]
    for other in headings[index + 1 :]:
        if other.style == heading.style and natural_key(other.code) == natural_key(heading.code):
            return likeness(heading.title, other.title) >= 0.6
    return False


def _before_mark(rows: Sequence[Row], headings: Sequence[Heading], index: int) -> bool:
    following = (row.text for row in rows[headings[index].end :] if row.text)
    return headings[index].style not in {"axis", "roman"} and marker(next(following, "")) != ""


def roles(rows: Sequence[Row], headings: Sequence[Heading], announced: set[int]) -> Roles:
    """Decide which style numbers what, from the headings that are not mere announcements."""
    body = [heading for index, heading in enumerate(headings) if index not in announced]
    counts = Counter(heading.style for heading in body)
    action = _action_style(rows, body, counts)
    above = RANKS[: RANKS.index(action)] if action != PLAIN else RANKS[:4]
    parents = [style for style in above if _is_level(style, body, counts, action)]
    if parents and parents[0] in {"dotted", "deep"}:  # « 1.1 » under a title without number
        return Roles(PLAIN, parents[0], action)
    below = sorted(parents[1:], key=lambda style: -counts[style])
    return Roles(parents[0] if parents else PLAIN, below[0] if below else "", action)


def _action_style(rows: Sequence[Row], body: Sequence[Heading], counts: Counter[str]) -> str:
    for style in ("fiche", "code"):
        if counts[style] >= 2:
            return style
    owners = [
        max((heading for heading in body if heading.start < start), key=lambda h: h.start)
        for start in blocks_of_labels(rows)
        if any(heading.start < start for heading in body)
    ]
    best, times = Counter(owner.style for owner in owners).most_common(1)[0] if owners else ("", 0)
    distinct = len({owner.start for owner in owners if owner.style == best})
    if distinct >= 2 and times <= 1.5 * distinct:
        return best
    if times >= 2:  # several blocks under one numbered heading: its actions have no number
        return PLAIN
    for style in ("deep", "dotted"):
        if counts[style] >= 2:
            return style
    numbered = [int(heading.code) for heading in body if heading.style == "number"]
    nested = counts["axis"] or counts["roman"] >= 2 or numbered.count(1) >= 2
    return "number" if len(numbered) >= 2 and nested else PLAIN


def _is_level(style: str, body: Sequence[Heading], counts: Counter[str], action: str) -> bool:
    """Tell whether a style numbers parts: it occurs, and actions or sub-parts stand below."""
    if not counts[style] or (counts[style] == 1 and style != "axis"):
        return False
    if style != "number" or action == PLAIN:
        return True
    own = [index for index, heading in enumerate(body) if heading.style == style]
    codes = [natural_key(body[index].code) for index in own]
    falls = [i for i in range(1, len(own)) if codes[i] <= codes[i - 1]]
    own = own[: falls[0]] if falls else own  # « Autres activités » may count from 1 again
    last = len(body) - 1
    return 2 * sum(index < last and body[index + 1].style != style for index in own) > len(own)
