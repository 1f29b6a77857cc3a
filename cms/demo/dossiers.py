"""Loads the curated dossiers, once what they choose from exists."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from cms.demo.catalogue import index_page, picture, rows_of, territories, themes
from cms.demo.parts import publish, published_at
from pages.models import (
    DossierIndexPage,
    DossierPage,
    HomePage,
    PublicationPage,
    RecordingPage,
    Resource,
    ToolPage,
)

PAGES = {"publication": PublicationPage, "recording": RecordingPage, "tool": ToolPage}


def load_dossiers(home: HomePage) -> None:
    index = index_page(
        home,
        DossierIndexPage,
        "dossiers",
        "Dossiers",
        "Un sujet, une introduction, et ce qui mérite d'être lu, écouté ou repris.",
    )
    for month, row in enumerate(rows_of("dossiers"), start=3):
        if not DossierPage.objects.filter(title=row["title"]).exists():
            load_dossier(index, row, month)


@transaction.atomic
def load_dossier(index: DossierIndexPage, row: dict[str, Any], month: int) -> None:
    page = DossierPage(
        title=row["title"],
        slug=slugify(row["title"]),
        abstract=row["abstract"],
        intro=row["intro"],
        cover=picture(row),
        body=[entry(*block) for block in row["body"]],
        live=False,
    )
    page.themes, page.territories = themes(row), territories(row)
    index.add_child(instance=page)
    publish(page, published_at(2026, month))


def entry(kind: str, value: Any, comment: str = "") -> tuple[str, Any]:
    """A block of the dossier; pages and resources are named by their title."""
    if kind in PAGES:
        return "content", {"page": PAGES[kind].objects.get(title=value), "comment": comment}
    if kind == "resource":
        return kind, {"resource": Resource.objects.get(title=value), "comment": comment}
    return kind, value
