"""A programme on paper: its axes, its actions whole, « voir page N » where one is recalled."""

from typing import Any

from pages.models import ProgrammePage
from pages.models.programme import Entry, Part
from pages.printing.sheet import parts, rich, typeset_text
from pages.printing.volume import base_url_of, volume_data
from pages.typesetting.pictures import Pictures
from pages.typesetting.press import Printed, TypesettingError, print_pdf

TEMPLATE = "pages/print/programme.typ"


def print_programme(page: ProgrammePage) -> Printed:
    """The programme as it is today. Spans: « action-<its key> » where each is presented.

    Raises TypesettingError when it lists no action, or a picture is lost.
    """
    pictures = Pictures()
    outline, base_url = page.outline(), base_url_of(page)
    if not sum(part.count for part in outline):
        raise TypesettingError("Ce programme ne présente aucune action publiée.")
    data = volume_data(page, pictures) | {
        "lead": _lead(page),
        "introduction": rich(page.introduction, base_url),
        "parts": [_part(part, pictures, base_url) for part in outline],
    }
    return print_pdf(TEMPLATE, data, pictures.files)


def _lead(page: ProgrammePage) -> str:
    count = len(page.readable_actions)
    many = "s" if count > 1 else ""
    return typeset_text(f"{count} action{many} – {page.get_status_display().lower()}")


def _part(part: Part, pictures: Pictures, base_url: str) -> dict[str, Any]:
    return {
        "anchor": part.anchor,
        "code": typeset_text(part.axis.code),
        "title": typeset_text(part.axis.title),
        "options": rich(part.axis.options, base_url),
        "entries": [_entry(entry, pictures, base_url) for entry in part.entries],
        "parts": [_part(below, pictures, base_url) for below in part.parts],
    }


def _entry(entry: Entry, pictures: Pictures, base_url: str) -> dict[str, Any]:
    action = entry.action
    known = {
        "id": action.pk,
        "code": typeset_text(action.code),
        "title": typeset_text(entry.title),
        "presented": entry.presented_in is None,
    }
    if entry.presented_in is not None:
        return known
    return known | {
        "format": typeset_text(action.format.name if action.format else ""),
        "standfirst": typeset_text(action.standfirst),
        "blocks": [one for block in action.body for one in parts(block, pictures, base_url)],
        "objectives": rich(action.objectives, base_url),
        "contents": rich(action.contents, base_url),
        "facts": [
            {"label": label, "lines": [typeset_text(line) for line in str(value).splitlines()]}
            for label, value in action.facts()
        ],
        "url": action.full_url or "",
    }
