"""Tables of actions that extraction flattened: one action a line, its cells parted by tabs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pages.imports.paragraphs import excerpt
from pages.imports.programme import labels
from pages.imports.records import Doubt

_TITLE = re.compile(
    r"(?:(?:intitulés?|titres?|noms?)(?:\s+(?:des?|de\s+l[’'])\s*actions?)?|actions?)",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:n\s*[°o]s?|numéros?|codes?|réf(?:érences?|\.)?)", re.IGNORECASE)
_LEAST = 3  # cells: two are an entry of a contents list and its page

Lines = Iterator[tuple[int, str]]  # line number, text


@dataclass
class Tables:
    """Turns the lines of a table into the blocks of labels that cards are read from.

    A line may become several, all with its number; the others pass as they are.
    """

    doubts: list[Doubt] = field(default_factory=list)
    _columns: Sequence[str] = ()
    _flat: bool = False

    def lines(self, printed: Sequence[str]) -> Lines:
        """The same lines, numbered from 1, each row of a table in its place as a block."""
        for number, line in enumerate(printed, start=1):
            cells = [" ".join(cell.split()) for cell in line.rstrip().split("\t")]
            if self._columns and "\t" in line.strip():
                yield from self._row(number, cells)
            elif self._columns and line.strip()[:1].islower():
                self._tell(number, "Fin d’une cellule de tableau, à remettre à sa place", line)
                yield number, line
            elif _heads(cells):
                self._columns = cells
                yield number, ""
            else:
                self._columns = ()
                self._suspect(number, cells)
                yield number, line

    def _row(self, number: int, cells: Sequence[str]) -> Lines:
        columns = self._columns
        named = dict(zip(columns, cells, strict=False))
        code = next((named.pop(name) for name in columns if name in named and _code(name)), "")
        title = next((named.pop(name) for name in columns if name in named and _title(name)), "")
        if not title or (not code and any(map(_code, columns))):
            self._tell(number, "Ligne de tableau sans titre ou sans numéro, à séparer", *cells)
        if len(cells) > len(columns):
            self._tell(number, "Ligne de tableau aux cellules en trop", *cells)
        yield number, ""
        # A bare number would be taken for one of an axis.
        yield number, f"Action {code} – {title}" if code.isdigit() else f"{code} {title}".strip()
        yield number, ""
        for name, value in named.items():
            if value:
                yield number, f"{name} : {value}"
        for value in cells[len(columns) :]:
            yield number, value
        yield number, ""

    def _suspect(self, number: int, cells: Sequence[str]) -> None:
        """One doubt for neighbouring lines that look like rows under no known heading."""
        flat = sum(map(bool, cells)) >= _LEAST
        if flat and not self._flat:
            self._tell(number, "Tableau aplati, dont les colonnes ne sont pas reconnues", *cells)
        self._flat = flat

    def _tell(self, number: int, message: str, *cells: str) -> None:
        shown = excerpt(" | ".join(cell.strip() for cell in cells if cell.strip()))
        self.doubts.append(Doubt(number, "actions", f"{message} : « {shown} »."))


def _title(name: str) -> bool:
    return bool(_TITLE.fullmatch(name))


def _code(name: str) -> bool:
    return bool(_CODE.fullmatch(name))


def _heads(cells: Sequence[str]) -> bool:
    """Tell whether a line names the columns: the title of an action and one label at least."""
    known = [labels.at_start(f"{cell[:1].upper()}{cell[1:]} :") for cell in cells if cell]
    distinct = len({*cells}) == len(cells)
    return distinct and any(map(_title, cells)) and any(known)
