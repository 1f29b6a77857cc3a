"""The yearly collection on paper: cover, preface, contents with true page numbers, sheets,
credits, zoom."""

from typing import Any

from pages.models import RecueilPage
from pages.printing.sheet import rich, sheet, typeset_text
from pages.printing.volume import base_url_of, volume_data
from pages.templatetags.site_tags import french_list
from pages.typesetting.pictures import Pictures
from pages.typesetting.press import Printed, TypesettingError, print_pdf

TEMPLATE = "pages/print/recueil.typ"


def print_recueil(page: RecueilPage) -> Printed:
    """The volume as it is today. Spans: one for each sheet, « sheet-<its key> ».

    Raises TypesettingError when it has no sheet, or a picture is lost.
    """
    pictures = Pictures()
    data = recueil_data(page, pictures)
    if not data["sheets"]:
        raise TypesettingError(f"Aucune fiche expérience publiée pour l'année {page.year}.")
    return print_pdf(TEMPLATE, data, pictures.files)


def recueil_data(page: RecueilPage, pictures: Pictures) -> dict[str, Any]:
    base_url = base_url_of(page)
    sheets = page.sheets().select_related("cover").prefetch_related("contacts")
    return volume_data(page, pictures) | {
        "preface": rich(page.preface, base_url),
        "sheets": [sheet(one, pictures, base_url) for one in sheets],
        "roles": [
            {"label": label, "names": typeset_text(french_list(names))}
            for label, names in page.roles()
        ],
        "zoom": [
            {"label": label, "entries": [_entry(entry, pictures) for entry in entries]}
            for label, entries in page.productions()
        ],
    }


def _entry(entry: dict[str, Any], pictures: Pictures) -> dict[str, Any]:
    image = entry["image"]
    alt = None if image is None or not image.decorative else ""
    return {
        "nature": typeset_text(entry["nature"]),
        "title": typeset_text(entry["title"]),
        "summary": typeset_text(entry["summary"]),
        "url": entry["url"],
        "picture": pictures.add(image, alt=alt if alt == "" else _alt(image)),
    }


def _alt(image: Any) -> str:
    return (image.contextual_alt_text or image.default_alt_text) if image else ""


def prefilled(year: int) -> RecueilPage:
    """An unsaved volume: title, and the preface and team of the newest one before it."""
    previous = RecueilPage.objects.filter(year__lt=year).order_by("-year").first()
    page = RecueilPage(
        title=f"Recueil {year} des fiches expérience",
        year=year,
        live=False,
        preface=previous.preface if previous else "",
    )
    if previous:
        page.team = [
            type(member)(role=member.role, person=member.person, sort_order=member.sort_order)
            for member in previous.team.all()
        ]
    return page
