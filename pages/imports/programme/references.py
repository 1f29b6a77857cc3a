"""Pointers from one axis to an action printed in another (« voir en page 5 »)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.fuzzy import natural_key
from pages.imports.contents import likeness
from pages.imports.names import fold
from pages.imports.paragraphs import word_set
from pages.imports.programme.records import Action, Axis, CrossReference, all_actions
from pages.imports.records import Doubt

_POINTER = re.compile(
    r"\b(?:voir|cf|se reporter|renvoi|(?:présentée?|détaillée?|décrite?|traitée?)s?)\b"
    r".*?(?:\b(?:pages?|axes?|actions?|fiches?|partie|chapitre|volet|orientation|priorité"
    r"|ci-dessus|ci-dessous|supra|infra)\b|\bp\.\s*\d|\b[A-Z]{1,3}[\s-]?\d{1,3}\b)",
    re.IGNORECASE,
)
_IN_TITLE = re.compile(r"\s*[([](?P<pointer>[^()\[\]]*)[)\]]\.?\s*$")
_PAGE = re.compile(r"\b(?:pages?|p\.)\s*(\d{1,3})\b", re.IGNORECASE)
_AXIS = re.compile(
    r"\b(?:axe|chapitre|partie|volet|orientation|priorité)\s+(?:n\s*[°o]\s*)?[«“\"]?\s*(?P<axis>[^»”\"().;,]+?)\s*"
    r"(?=[»”\"().;,]|\bpages?\b|\bp\.|$)",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([A-Z]{1,3}[\s-]?\d{1,3}(?:\s?(?:bis|ter))?)\b")
_NUMBER = re.compile(
    r"\b(?:fiche[\s-]action|fiche|action)\s+(?:n\s*[°o]\s*)?(\d{1,3}(?:\.\d{1,2})*)\b", re.I
)
_EMPTY = word_set(
    "le la les l un une des de du d et ou a au aux en dans pour par sur avec quel quelle "
    "quels quelles que qui ne pas son sa ses leur leurs ce cette ces y"
)
_MOST_WORDS = 30  # longer, a text is the action's own, whatever it points to


@dataclass(frozen=True)
class Place:
    """An action with its place: (axis, action) indexes, page if it is known."""

    key: tuple[int, int]
    action: Action
    page: int | None


def pointer_of(action: Action) -> str:
    """Return the pointer that is all an action says, else an empty text."""
    printed = action.audiences or action.period or action.territories or action.contents
    text = " ".join(action.paragraphs)
    if printed or len(text.split()) > _MOST_WORDS:
        return ""
    if _POINTER.search(text):
        return text
    return title_pointer(action.title)[1] if not text else ""


def title_pointer(title: str) -> tuple[str, str]:
    """Part « Titre (voir page 5) » into title and pointer; the pointer may be empty."""
    match = _IN_TITLE.search(title)
    if match is None or not _POINTER.search(match["pointer"]):
        return title, ""
    return title[: match.start()], match["pointer"]


def reference(line: int, title: str, format_: str, pointer: str) -> CrossReference:
    """Return the reference that a pointer makes, still without target."""
    page, axis = _PAGE.search(pointer), _AXIS.search(pointer)
    code = _CODE.search(pointer) or _NUMBER.search(pointer)
    where = axis["axis"] if axis else code[1] if code else None
    bare = title_pointer(title)[0]
    return CrossReference(
        line, bare, int(page[1]) if page else None, where, None, format_, code[1] if code else ""
    )


def resolve(axes: Sequence[Axis], pages: dict[int, int | None]) -> list[Axis]:
    """Give each reference its action where titles, pages and axes leave no choice.

    `pages` gives the page of each action by the line of its title.
    """
    places = [
        Place((i, j), action, pages.get(action.line))
        for i, axis in enumerate(axes)
        for j, action in enumerate(all_actions(axis))
    ]
    return [_resolved(axis, (index,), axes, places) for index, axis in enumerate(axes)]


def _resolved(
    axis: Axis, path: tuple[int, ...], axes: Sequence[Axis], places: Sequence[Place]
) -> Axis:
    found, doubts = [], list(axis.doubts)
    for pointed in axis.references:
        place, message = _target(pointed, path[0], axes, places)
        found.append(replace(pointed, target_action=place.key if place else None))
        if message:
            doubts.append(Doubt(pointed.line, "references", message))
    subs = tuple(_resolved(sub, path, axes, places) for sub in axis.subaxes)
    return replace(axis, references=tuple(found), doubts=tuple(doubts), subaxes=subs)


def _target(
    pointed: CrossReference, own: int, axes: Sequence[Axis], places: Sequence[Place]
) -> tuple[Place | None, str]:
    if coded := _by_code(pointed, places, axes):
        return coded, ""
    others = [place for place in places if place.key[0] != own] or list(places)
    if not others:
        return None, f"Renvoi sans cible : « {pointed.title} »."
    scores = _scores(pointed.title, others)
    ranked = sorted(zip(scores, others, strict=True), key=lambda pair: -pair[0])
    best, place = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    if likeness(pointed.title, place.action.title) >= 0.85 and second < 0.85 * best:
        return place, _off_page(pointed, place)
    near = _near(pointed, place, axes)
    clear = best >= 1.5 * second
    if clear and ((near and best >= 0.4) or (near is None and best >= 0.6)):
        message = (
            f"Intitulé local « {pointed.title} » rattaché à « {place.action.title} » "
            f"(ligne {place.action.line}) : à confirmer."
        )
        return place, message
    return None, f"Renvoi à rattacher : « {pointed.title} »."


def _by_code(
    pointed: CrossReference, places: Sequence[Place], axes: Sequence[Axis]
) -> Place | None:
    """Return the one action of that code: in the axis pointed to, where codes start again."""
    key = natural_key(pointed.target_code)
    found = [place for place in places if key and natural_key(place.action.code) == key]
    if len(found) > 1:
        found = [place for place in found if _near(pointed, place, axes)]
    return found[0] if len(found) == 1 else None


def _off_page(pointed: CrossReference, place: Place) -> str:
    if pointed.target_page is None or place.page is None:
        return ""
    if abs(place.page - pointed.target_page) <= _play(place.page):
        return ""
    return (
        f"Renvoi en page {pointed.target_page}, mais « {place.action.title} » semble être en "
        f"page {place.page}."
    )


def _play(page: int) -> int:
    """Return by how many pages a count may err: few numbers survive extraction."""
    return 1 + page // 8


def _near(pointed: CrossReference, place: Place, axes: Sequence[Axis]) -> bool | None:
    """Tell whether the pointer's page or axis fits; None when nothing printed can tell."""
    if pointed.target_page is not None and place.page is not None:
        return abs(place.page - pointed.target_page) <= _play(place.page)
    if pointed.target_axis:
        axis = axes[place.key[0]]
        same = natural_key(axis.code) == natural_key(pointed.target_axis)
        return same or likeness(axis.title, pointed.target_axis) >= 0.6
    return None


def _words(title: str) -> set[str]:
    return {word for word in fold(title).split() if word not in _EMPTY}


def _scores(title: str, places: Sequence[Place]) -> list[float]:
    """Return how much of the local title each action shares, rare words weighing more."""
    counts = Counter(word for place in places for word in _words(place.action.title))
    own = _words(title)
    weight = {word: 1 / max(counts[word], 1) for word in own}
    known = {word for word in own if counts[word]}
    total = sum(weight[word] for word in known) or 1.0
    cover = len(known) / max(len(own), 1)
    return [
        cover * sum(weight[word] for word in known & _words(place.action.title)) / total
        for place in places
    ]
