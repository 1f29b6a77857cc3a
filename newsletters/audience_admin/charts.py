"""Bars drawn on the server, as SVG: no library, no script; the table beside says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from newsletters.audience_admin.months import Month

SERIES: Final = (("joined", "Arrivées"), ("left", "Départs"), ("bounced", "Rebonds"))
_STEP: Final = 40
_BAR: Final = 10
_HEIGHT: Final = 200
_LEFT: Final = 48
_FOOT: Final = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """In units of the drawing, whose origin is its top left corner."""

    name: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """`ticks`: (y, number); `labels`: (x, month)."""

    width: int
    height: int
    bars: list[Bar]
    ticks: list[tuple[float, int]]
    labels: list[tuple[int, str]]
    base: int = _HEIGHT
    left: int = _LEFT


def _top(largest: int) -> int:
    """The round number at or above: 1, 2 or 5 times a power of ten, and at least 5."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= max(largest, 5):
                return factor * power
        power *= 10


def chart(months: Sequence[Month]) -> Chart:
    top = _top(max((getattr(one, name) for one in months for name, _label in SERIES), default=0))
    scale = (_HEIGHT - 12) / top
    bars = [
        Bar(
            name,
            _LEFT + at * _STEP + rank * (_BAR + 1) + 3,
            round(_HEIGHT - getattr(month, name) * scale, 1),
            round(getattr(month, name) * scale, 1),
        )
        for at, month in enumerate(months)
        for rank, (name, _label) in enumerate(SERIES)
        if getattr(month, name)
    ]
    labels = [
        (_LEFT + at * _STEP + _STEP // 2, f"{month.month:%m/%y}")
        for at, month in enumerate(months)
        if (len(months) - 1 - at) % 3 == 0
    ]
    ticks = [(round(_HEIGHT - part * scale, 1), part) for part in sorted({0, top // 2, top})]
    return Chart(_LEFT + len(months) * _STEP, _HEIGHT + _FOOT, bars, ticks, labels)
