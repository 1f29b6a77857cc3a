"""The yearly collection on paper: cover, preface, contents with true page numbers, sheets,
credits, zoom. Its PDFs of record are kept, one for each version."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse

from wagtail.models import Site

from pages.models import CentreSettings, RecueilPage, RecueilVersion
from pages.printing.sheet import rich, sheet, typeset_text
from pages.templatetags.site_tags import french_list
from pages.typesetting.codes import qr_code
from pages.typesetting.pictures import LOGO, Pictures
from pages.typesetting.press import Printed, TypesettingError, print_pdf
from pages.typesetting.responses import pdf_response

TEMPLATE = "pages/print/recueil.typ"


def print_recueil(page: RecueilPage) -> Printed:
    """The volume as it is today. Spans: one for each sheet, « sheet-<its key> ».

    Raises TypesettingError when it has no sheet, or a picture is lost.
    """
    pictures = Pictures()
    data = recueil_data(page, pictures)
    if not data["sheets"]:
        raise TypesettingError(f"Aucune fiche expérience publiée pour l'année {page.year}.")
    if data["url"]:
        pictures.files["code.svg"] = qr_code(data["url"])
    return print_pdf(TEMPLATE, data, pictures.files)


def recueil_data(page: RecueilPage, pictures: Pictures) -> dict[str, Any]:
    site = page.get_site() or Site.objects.filter(is_default_site=True).first()
    base_url = site.root_url if site else settings.WAGTAILADMIN_BASE_URL
    centre = CentreSettings.objects.filter(site=site).first() or CentreSettings()
    sheets = page.sheets().select_related("cover").prefetch_related("contacts")
    return {
        "title": typeset_text(page.title),
        "year": str(page.year),
        "cover": pictures.add(page.cover),
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
        "centre": {
            "name": typeset_text(centre.name),
            "lines": [typeset_text(line) for line in centre.address.splitlines()],
            "phone": typeset_text(centre.phone),
            "email": typeset_text(centre.email),
            "website": base_url,
        },
        "logo": pictures.add(centre.logo, LOGO),
        "funders": _logos(centre, pictures),
        "url": page.full_url or "",
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


def _logos(centre: CentreSettings, pictures: Pictures) -> list[dict[str, str]]:
    if centre.pk is None:
        return []
    found = []
    for funder in centre.funders.current().with_logos():
        body = funder.organisation
        shown = pictures.add(body.logo, LOGO)
        found.append({"name": typeset_text(body.name), "file": shown["file"] if shown else ""})
    return found


def record(*, page: RecueilPage) -> RecueilVersion:
    """Prints and keeps a new PDF of record; returns the newest one when nothing changed.

    Raises TypesettingError.
    """
    pdf = print_recueil(page).pdf
    digest = sha256(pdf).hexdigest()
    with transaction.atomic():
        newest = page.versions.select_for_update().first()
        if newest and newest.sha256 == digest:
            return newest
        version = RecueilVersion(
            page=page, number=newest.number + 1 if newest else 1, sha256=digest, size=len(pdf)
        )
        version.file.save(version.name, ContentFile(pdf), save=False)
        version.save()
    return version


def preview(page: RecueilPage) -> HttpResponse:
    """The draft's PDF, or what stops it from being made."""
    try:
        return pdf_response(print_recueil(page).pdf, page.slug or "apercu")
    except TypesettingError as error:
        text = f"Aperçu impossible.\n\n{error}\n"
        return HttpResponse(text, content_type="text/plain; charset=utf-8")


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
