"""Which kind of file this is, by its first bytes: a name proves nothing."""

from pathlib import Path
from typing import Final

from newsletters.audience_files.separated import open_separated
from newsletters.audience_files.table import FileRefused, Table
from newsletters.audience_files.workbook import open_workbook

MAX_BYTES: Final = 64 * 1024 * 1024
_REFUSED: Final = {
    b"\xd0\xcf\x11\xe0": "Ce fichier est au format Excel 97 (.xls), ou protégé par un mot de "
    "passe. Enregistrez-le en .xlsx ou CSV, sans mot de passe.",
    b"%PDF": "Ce fichier est un PDF : enregistrez la liste en .xlsx ou CSV.",
}


def open_table(path: Path) -> Table:
    """The file's headings and rows. Raises FileRefused, with the line if there is one."""
    size = path.stat().st_size
    if not size:
        raise FileRefused("Le fichier est vide.")
    if size > MAX_BYTES:
        raise FileRefused(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.")
    with path.open("rb") as file:
        head = file.read(4)
    if head in _REFUSED:
        raise FileRefused(_REFUSED[head])
    return open_workbook(path) if head == b"PK\x03\x04" else open_separated(path)
