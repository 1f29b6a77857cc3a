"""Read a yearly programme of work: its axes, its actions, what it points to.

The file is the text of a printed brochure; centres lay theirs out differently. What the
print does not settle is left empty or as printed, and flagged with a `Doubt`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.imports.paragraphs import excerpt, lexicon
from pages.imports.programme import cards, checks, cover, headings, references, rows
from pages.imports.programme.evidence import PLAIN, blocks_of_labels, without_contents
from pages.imports.programme.formats import split_title
from pages.imports.programme.outline import Card, Outline, Part, lay_out
from pages.imports.programme.prose import Source, paragraphs
from pages.imports.programme.records import (
    Action,
    Axis,
    CrossReference,
    Programme,
    ProgrammeError,
    all_actions,
)
from pages.imports.programme.rows import Row
from pages.imports.records import Doubt

_ANNOUNCED = re.compile(
    r"\b(?:programmes?|orientations|plan d[’'](?:actions?|activités?)|projet d[’']activités?"
    r"|axes?\b|feuille de route)\b",
    re.IGNORECASE,
)
_OTHER_KIND = re.compile(
    r"^\W*(?:rapport (?:d[’']activités?|moral|annuel)|bilan\b|recueil\b|compte[- ]rendu"
    r"|procès-verbal|offre d[’']emploi|lettre d[’']information|actes? d)",
    re.IGNORECASE,
)


def parse(text: str) -> Programme:
    """Read a whole programme.

    Raises ProgrammeError, naming the line, when the text is not a programme.
    """
    sheet = rows.read(text)
    _refuse_kind(sheet.rows)
    printed, ending = cover.without_imprint(without_contents(sheet.rows))
    outline = lay_out(printed)
    _refuse_shape(printed, outline)
    year, doubts = cover.year_of(printed)
    source = Source(year, lexicon([(row.number, row.text) for row in printed]))
    title, introduction, more = cover.opening(printed, outline.introduction, source)
    reader = _Reader(printed, source)
    axes = [reader.axis(part) for part in outline.parts]
    pages = {row.number: rows.page_of(printed, index) for index, row in enumerate(printed)}
    axes, coded = checks.check(references.resolve(axes, pages))
    doubts = [*sheet.doubts, *doubts, *more, *ending, *coded]
    return Programme(year, title, introduction, tuple(axes), sheet.footnotes, tuple(doubts))


def count_axes(programme: Programme) -> int:
    """Count the axes, without the parts that follow the last (« Publications », « Annexes »)."""
    count = len(programme.axes)
    while count and _is_annex(programme.axes[count - 1]):
        count -= 1
    return count or len(programme.axes)


def _is_annex(axis: Axis) -> bool:
    return not axis.code and headings.is_support(axis.title)


def _refuse_kind(printed: Sequence[Row]) -> None:
    written = [row for row in printed if row.text]
    if not written:
        raise ProgrammeError("Ligne 1 : le fichier ne contient aucun texte.")
    for row in written[:80]:
        if len(row.text.split()) <= 12 and _ANNOUNCED.search(row.text):
            break
        if len(row.text.split()) <= 12 and _OTHER_KIND.search(row.text):
            raise ProgrammeError(
                f"Ligne {row.number} : « {excerpt(row.text)} » annonce un autre document qu’un "
                "programme de travail."
            )
    if not any(_ANNOUNCED.search(row.text) for row in written) and not blocks_of_labels(printed):
        raise ProgrammeError(
            f"Ligne {written[0].number} : « {excerpt(written[0].text)} » n’annonce pas un "
            "programme (ni axes, ni orientations, ni blocs « Public : », « Nombre de séances : »)."
        )


def _refuse_shape(printed: Sequence[Row], outline: Outline) -> None:
    last = max(row.number for row in printed if row.text)
    count = sum(
        len(part.cards) + sum(len(sub.cards) for sub in part.subs) for part in outline.parts
    )
    announced = any(part.announced for part in outline.parts)
    numbered = (outline.roles.axis, outline.roles.action) != (PLAIN, PLAIN)
    if count < 2 or not (numbered or announced or blocks_of_labels(printed)):
        raise ProgrammeError(
            f"Ligne {last} : fin du document atteinte sans trouver d’axes ni d’actions (titres "
            "numérotés, codes, ou liste de titres reprise plus loin)."
        )


@dataclass
class _Reader:
    """Turn the parts that were laid out into values."""

    rows: Sequence[Row]
    source: Source

    def axis(self, part: Part) -> Axis:
        """Read an axis or a sub-axis."""
        line = self.rows[part.heading.start].number
        inside = [row for start, stop in part.intro for row in self.rows[start:stop]]
        options, notes = paragraphs(inside, self.source, "options")
        actions: list[Action] = []
        pointed: list[CrossReference] = []
        for card in part.cards:
            action = self._action(card, part)
            if pointer := references.pointer_of(action):
                found = references.reference(action.line, action.title, action.format, pointer)
                pointed.append(replace(found, code=action.code))
            else:
                actions.append(action)
        listed, missing = self._unmatched(part)
        return Axis(
            line, part.heading.code, part.heading.title, options,
            tuple(self.axis(sub) for sub in part.subs), tuple(actions), (*pointed, *listed),
            (*part.doubts, *notes, *missing),
        )  # fmt: skip

    def _action(self, card: Card, part: Part) -> Action:
        start, stop = card.body
        line = self.rows[card.heading.start].number
        action = cards.read(card.heading, self.rows[start:stop], line, self.source)
        doubt = checks.against_list(card.heading, line, part.announced, self.rows)
        return replace(action, doubts=(*action.doubts, *doubt))

    def _unmatched(self, part: Part) -> tuple[list[CrossReference], list[Doubt]]:
        """Return what the list of an axis announces and its body does not print."""
        bodies = [card.heading for card in part.cards]
        bodies += [card.heading for sub in part.subs for card in sub.cards]
        found, doubts = [], []
        for heading in checks.announced_only(part.announced, bodies):
            line = self.rows[heading.start].number
            title, pointer = references.title_pointer(heading.title)
            if pointer:
                bare, format_, _ = split_title(title)
                found.append(references.reference(line, bare, format_, pointer))
            else:
                message = f"Annoncée dans la liste, absente du corps : « {heading.title} »."
                doubts.append(Doubt(line, "actions", message))
        return found, doubts


__all__ = ["all_actions", "count_axes", "parse"]
