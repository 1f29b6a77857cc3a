"""What the reader of a programme hands over: plain values and the doubts about them."""

from dataclasses import dataclass

from pages.fuzzy import DateSpan, Span
from pages.imports.records import Doubt


class ProgrammeError(ValueError):
    """The file is not a programme of work; French message naming the line."""


@dataclass(frozen=True)
class CrossReference:
    """An action printed elsewhere, listed in this axis under its local `title`.

    `target_action` is (index of the axis, index of the action), the second counted over the
    actions of the axis, then those of its sub-axes in order; None when the text leaves a doubt.
    `target_code` is the code that the pointer prints, `code` its own; both may be empty.
    """

    line: int
    title: str
    target_page: int | None
    target_axis: str | None
    target_action: tuple[int, int] | None
    format: str = ""
    target_code: str = ""
    code: str = ""


@dataclass(frozen=True)
class Action:
    """One action; the vague values keep the words printed, `other` unknown (label, value).

    `partnerships_label` is the label as printed: « envisagés » and « engagés » differ.
    """

    line: int
    code: str
    title: str
    format: str
    paragraphs: tuple[str, ...]
    period: DateSpan | None
    sessions: Span | None
    audiences: str
    territories: str
    animation: str
    speakers: str
    partnerships: str
    objectives: str
    contents: tuple[str, ...]
    other: tuple[tuple[str, str], ...]
    doubts: tuple[Doubt, ...]
    partnerships_label: str = ""


@dataclass(frozen=True)
class Axis:
    """A part of the programme; `options` are its introductory paragraphs."""

    line: int
    code: str
    title: str
    options: tuple[str, ...]
    subaxes: tuple["Axis", ...]
    actions: tuple[Action, ...]
    references: tuple[CrossReference, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Programme:
    """A year's programme; `footnotes` holds (number printed, text)."""

    year: int | None
    title: str
    introduction: tuple[str, ...]
    axes: tuple[Axis, ...]
    footnotes: tuple[tuple[int, str], ...]
    doubts: tuple[Doubt, ...]


def all_actions(axis: Axis) -> tuple[Action, ...]:
    """Return the actions of an axis, then those of its sub-axes, in printed order."""
    return axis.actions + tuple(action for sub in axis.subaxes for action in all_actions(sub))
