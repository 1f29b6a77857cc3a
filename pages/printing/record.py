"""PDFs of record: the volume printed as it is today, and kept as it was."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse

from pages.models import ProgrammePage, RecueilPage
from pages.models.record import PrintedPage, PrintedVersion
from pages.printing.programme import print_programme
from pages.printing.recueil import print_recueil
from pages.typesetting.press import Printed, TypesettingError
from pages.typesetting.responses import pdf_response

PRINTERS: dict[type, Callable[[Any], Printed]] = {
    RecueilPage: print_recueil,
    ProgrammePage: print_programme,
}


def record(*, page: PrintedPage) -> PrintedVersion:
    """Prints and keeps a new PDF of record; returns the newest one when nothing changed.

    Raises TypesettingError.
    """
    pdf = PRINTERS[type(page)](page).pdf
    digest = sha256(pdf).hexdigest()
    with transaction.atomic():
        newest: PrintedVersion | None = page.versions.select_for_update().first()
        if newest and newest.sha256 == digest:
            return newest
        version: PrintedVersion = page.versions.model(
            page=page, number=newest.number + 1 if newest else 1, sha256=digest, size=len(pdf)
        )
        version.file.save(version.name, ContentFile(pdf), save=False)
        version.save()
    return version


def preview(page: PrintedPage) -> HttpResponse:
    """The draft's PDF, or what stops it from being made."""
    try:
        return pdf_response(PRINTERS[type(page)](page).pdf, page.slug or "apercu")
    except TypesettingError as error:
        text = f"Aperçu impossible.\n\n{error}\n"
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
