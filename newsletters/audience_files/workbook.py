"""Excel workbooks (.xlsx): the first visible sheet, read row by row."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from newsletters.audience_files.table import (
    MAX_LINE,
    TOO_LONG,
    FileRefused,
    Row,
    Table,
    check_width,
)

# A zip bomb: what it unfolds to, and how much smaller it pretends to be.
_MAX_UNFOLDED: Final = 400 * 1024 * 1024
_MAX_STRINGS: Final = 64 * 1024 * 1024
_MAX_RATIO: Final = 200
_MAX_PARTS: Final = 2_000
_BROKEN: Final = "Ce classeur Excel est abîmé : ouvrez-le, puis enregistrez-le à nouveau."
# Whatever a damaged archive or hostile XML makes openpyxl raise.
_FAULTS: Final = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, DefusedXmlException, SyntaxError,
    KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, NotImplementedError,
)  # fmt: skip


def open_workbook(path: Path) -> Table:
    """Raises FileRefused for macros, bombs, damaged files and empty sheets."""
    _guard(path)
    try:
        # A stream: given a path, openpyxl judges the file by its name. The book closes it.
        book = load_workbook(path.open("rb"), read_only=True, keep_links=False)
        sheet = next(s for s in book.worksheets if s.sheet_state == "visible")
        expected = sheet.max_row or 1
        sheet.reset_dimensions()  # some programmes declare them wrong
        rows = _rows(sheet)
        first = next(rows, None)
    except FileRefused:
        raise
    except (*_FAULTS, StopIteration) as error:
        raise FileRefused(_BROKEN) from error
    if first is None:
        raise FileRefused("Le fichier est vide.")
    seen = [0]
    return Table(
        kind=f"Excel (feuille « {sheet.title} »)",
        headings=first.cells,
        rows=_counted(rows, seen),
        share=lambda: min(seen[0] / expected, 1.0),
    )


def _guard(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused(_BROKEN) from error
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names:
        raise FileRefused("Ce fichier n'est pas un classeur .xlsx. Enregistrez-le en .xlsx ou CSV.")
    if any(name.endswith("vbaproject.bin") or "macrosheets" in name for name in names):
        raise FileRefused("Ce classeur contient des macros : enregistrez-le en .xlsx, sans macro.")
    unfolded = sum(part.file_size for part in parts)
    folded = sum(part.compress_size for part in parts) or 1
    strings = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    swollen = unfolded > 1024 * 1024 and unfolded / folded > _MAX_RATIO
    if unfolded > _MAX_UNFOLDED or strings > _MAX_STRINGS or swollen or len(parts) > _MAX_PARTS:
        raise FileRefused("Ce classeur se déplie en un contenu démesuré : il n'a pas été ouvert.")


def _counted(rows: Iterator[Row], seen: list[int]) -> Iterator[Row]:
    for row in rows:
        seen[0] = row.line
        yield row


def _rows(sheet: Any) -> Iterator[Row]:
    line = 0
    try:
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            check_width(len(values), line)
            cells = [_text(value) for value in values]
            if sum(map(len, cells)) > MAX_LINE:
                raise FileRefused(f"Ligne {line} : {TOO_LONG}.")
            if any(cells):
                formulas = frozenset(n for n, cell in enumerate(cells) if cell.startswith("="))
                yield Row(line, cells, formulas)
    except FileRefused:
        raise
    except _FAULTS as error:
        raise FileRefused(f"Ligne {line + 1} : {_BROKEN}") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
