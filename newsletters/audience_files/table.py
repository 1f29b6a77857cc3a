"""What a file of addresses is, whatever its format: headings, then numbered rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

# A list of people has a few dozen columns; more is another kind of file, or a trap.
MAX_COLUMNS: Final = 200
# Characters of one line: the longest honest one (a note in a cell) is far below.
MAX_LINE: Final = 100_000
TOO_LONG: Final = f"plus de {MAX_LINE // 1000}\N{NO-BREAK SPACE}000 caractères"


class FileRefused(ValueError):  # noqa: N818  (says what happened)
    """The file cannot be read as a list of people; its French text says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is what the person sees: the line of the text file, the row of the sheet.

    `formulas`: indexes of the cells that hold a formula, whose result nobody wrote.
    """

    line: int
    cells: list[str]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """An open file. `rows` is read once; `share` tells how much of it was, from 0 to 1."""

    kind: str
    headings: list[str]
    rows: Iterator[Row]
    share: Callable[[], float]


def check_width(width: int, line: int) -> None:
    """Raises FileRefused beyond MAX_COLUMNS."""
    if width > MAX_COLUMNS:
        raise FileRefused(f"Ligne {line} : {width} colonnes, pour un maximum de {MAX_COLUMNS}.")
