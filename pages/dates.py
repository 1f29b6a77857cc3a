"""Days, hours and months as French writes them.

Spaces inside an hour are no-break: « 9 h 30 » never starts a line with « h ».
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby
from typing import Self

from pages.period import MONTHS

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NO_BREAK = "\u00a0"
MOST_DAYS_NAMED = 4


def day_number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def long_day(day: date) -> str:
    """« mardi 3 novembre 2026 »"""
    return f"{WEEKDAYS[day.weekday()]} {day_number(day)} {MONTHS[day.month - 1]} {day.year}"


def long_span(first: date, last: date) -> str:
    """« mardi 3 novembre 2026 », « du mardi 3 au jeudi 5 novembre 2026 »"""
    if first == last:
        return long_day(first)
    start = f"{WEEKDAYS[first.weekday()]} {day_number(first)}"
    if (first.year, first.month) != (last.year, last.month):
        start += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"du {start} au {long_day(last)}"


def hour(moment: time) -> str:
    """« 9 h », « 9 h 30 »"""
    minutes = f"{NO_BREAK}{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour}{NO_BREAK}h{minutes}"


def hours(start: time, end: time | None) -> str:
    """« de 9 h à 12 h 30 », « à partir de 9 h »"""
    return f"de {hour(start)} à {hour(end)}" if end else f"à partir de {hour(start)}"


def several_days(days: Iterable[date]) -> str:
    """« 1er et 3 décembre 2026 », « 23 janvier et 23 novembre 2026 », « du … au … »"""
    ordered = sorted(set(days))
    if len(ordered) > MOST_DAYS_NAMED:
        return f"du {_in_full(ordered[0])} au {_in_full(ordered[-1])}"
    words: list[str] = []
    for (year, month), group in groupby(ordered, key=lambda day: (day.year, day.month)):
        *firsts, last = [day_number(day) for day in group]
        words += [*firsts, f"{last} {MONTHS[month - 1]} {year}"]
    if len({day.year for day in ordered}) == 1:
        words = [word.removesuffix(f" {ordered[0].year}") for word in words]
        words[-1] += f" {ordered[0].year}"
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _in_full(day: date) -> str:
    return f"{day_number(day)} {MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar; `str()` gives its address, « 2026-11 »."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """« 2026-11 »; None for anything else, and for a year nobody plans in."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
        if not found:
            return None
        year, month = int(found[1]), int(found[2])
        return cls(year, month) if 1980 <= year <= 2100 and 1 <= month <= 12 else None

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def label(self) -> str:
        """« novembre 2026 »"""
        return f"{MONTHS[self.month - 1]} {self.year}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    def days(self) -> list[date]:
        return [self.first + timedelta(days=rank) for rank in range(self.last.day)]
