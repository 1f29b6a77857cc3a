"""Cells that a spreadsheet would run (CSV injection, OWASP), made inert and read back."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def inert(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; `revived` undoes it.

    A text that already looks protected gets one more, so that reading back never guesses.
    """
    return f"'{cell}" if cell.startswith(_FORMULA) or _is_protected(cell) else cell


def revived(cell: str) -> str:
    """What the cell held before `inert`; any other text, such as « 's-Gravenhage », as it is."""
    return cell[1:] if _is_protected(cell) else cell


def _is_protected(cell: str) -> bool:
    bare = cell.lstrip("'")
    return cell.startswith("'") and bare.startswith(_FORMULA)
