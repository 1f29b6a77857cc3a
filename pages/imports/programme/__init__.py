"""Read a yearly programme of work (« programme », « orientations de travail »)."""

from pages.imports.programme.parser import count_axes, parse
from pages.imports.programme.records import (
    Action,
    Axis,
    CrossReference,
    Programme,
    ProgrammeError,
    all_actions,
)
from pages.imports.records import Doubt

__all__ = [
    "Action",
    "Axis",
    "CrossReference",
    "Doubt",
    "Programme",
    "ProgrammeError",
    "all_actions",
    "count_axes",
    "parse",
]
