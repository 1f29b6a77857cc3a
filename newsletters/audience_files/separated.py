"""Text files with a separator: `;` (French Excel), `,` or tab."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from newsletters.audience_files.encodings import encoding_of, label
from newsletters.audience_files.table import (
    MAX_LINE,
    TOO_LONG,
    FileRefused,
    Row,
    Table,
    check_width,
)

_SEPARATORS: Final = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}


class _Lines:
    """The lines of a text, each of bounded length, counted as an editor counts them."""

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self.text.readline(MAX_LINE + 1)
        except UnicodeDecodeError as error:
            raise FileRefused(f"Ligne {self.number + 1} : caractère illisible.") from error
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) > MAX_LINE:
            raise FileRefused(f"Ligne {self.number} : {TOO_LONG} sur une seule ligne.")
        if "\0" in line:
            raise FileRefused(f"Ligne {self.number} : caractère nul dans le texte.")
        return line


def open_separated(path: Path) -> Table:
    """Raises FileRefused, with the line, for what cannot be read to the end of the headings."""
    encoding = encoding_of(path)
    separator = _separator(path, encoding)
    raw = path.open("rb")
    # csv wants to see the line ends itself: a quoted cell may hold one.
    text = _text(raw, encoding)
    rows = _rows(_Lines(text), separator)
    try:
        first = next(rows, None)
        if first is None:
            raise FileRefused("Le fichier est vide.")
    except FileRefused:
        raw.close()
        raise
    size = path.stat().st_size
    name = _SEPARATORS.get(separator, "une seule colonne")
    return Table(
        kind=f"CSV ({name}, {label(encoding)})",
        headings=first.cells,
        rows=_closing(rows, text),
        share=lambda: 1.0 if raw.closed else min(raw.tell() / size, 1.0),
    )


def _text(raw: BinaryIO, encoding: str) -> TextIO:
    return TextIOWrapper(raw, encoding=encoding, newline="")


def _closing(rows: Iterator[Row], text: TextIO) -> Iterator[Row]:
    with text:
        yield from rows


def _separator(path: Path, encoding: str) -> str:
    """The one that cuts the headings into the most cells; « sep=; » of Excel decides alone."""
    with path.open("rb") as raw, _text(raw, encoding) as text:
        head = next((line for line in _Lines(text) if line.strip()), "")
    if head.lower().startswith("sep=") and head[4:5] in _SEPARATORS:
        return head[4]
    widths = {sep: len(next(csv.reader([head], delimiter=sep), [])) for sep in _SEPARATORS}
    return max(widths, key=lambda sep: widths[sep])


def _rows(lines: _Lines, separator: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        start = lines.number + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:  # also a cell that swallowed 128 kB: an opened quote
            raise FileRefused(
                f"Ligne {start} : guillemets mal fermés. Un guillemet dans une cellule se double."
            ) from error
        if cells is None:
            return
        check_width(len(cells), start)
        if any(cell.strip() for cell in cells) and not _is_hint(cells, start):
            yield Row(start, [cell.strip() for cell in cells])


def _is_hint(cells: list[str], line: int) -> bool:
    return line == 1 and cells[0].lower().startswith("sep=")
