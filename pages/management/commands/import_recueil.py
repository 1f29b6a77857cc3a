"""`import_recueil FILE`: a printed collection of experience sheets becomes drafts."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wagtail.models import Page, Site

from pages.imports.drafts import Draft, create_drafts
from pages.imports.recueil import Doubt, Recueil, RecueilError, parse
from pages.imports.text import ImportTextError, read_file
from pages.models import ExperienceIndexPage


class Command(BaseCommand):
    help = "Importe un recueil de fiches expérience (texte) en brouillons, et dit ses doutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--json", action="store_true", help="Le compte rendu en JSON.")

    def handle(self, *args: Any, file: Path, json: bool, **options: Any) -> None:
        try:
            recueil = parse(read_file(file))
        except (ImportTextError, RecueilError) as error:
            raise CommandError(f"{file.name or file} : {error}") from error
        with transaction.atomic():  # the page that receives the drafts too
            drafts = create_drafts(recueil=recueil, index=index_page())
        if json:
            self.stdout.write(as_json(recueil, drafts))
        else:
            self.tell(recueil, drafts)

    def tell(self, recueil: Recueil, drafts: list[Draft]) -> None:
        for draft in drafts:
            page = draft.page
            mark = "brouillon créé" if draft.made else "déjà importée, inchangée"
            self.stdout.write(f"\n• {page.title} ({page.period_label or 'sans période'}) : {mark}")
            self.say_doubts(draft.doubts)
        if recueil.doubts:
            self.stdout.write("\nSur l'ensemble du recueil :")
            self.say_doubts(recueil.doubts)
        made = sum(draft.made for draft in drafts)
        doubts = sum(len(draft.doubts) for draft in drafts) + len(recueil.doubts)
        self.stdout.write(
            f"\n{made} brouillon(s) créé(s), {len(drafts) - made} déjà présent(s), "
            f"{doubts} point(s) à vérifier."
        )

    def say_doubts(self, doubts: tuple[Doubt, ...]) -> None:
        for doubt in doubts:
            self.stdout.write(f"    ligne {doubt.line} : {doubt.message}")


def index_page() -> ExperienceIndexPage:
    """The page that receives the drafts; made, as a draft, on a site that has none yet."""
    existing = ExperienceIndexPage.objects.first()
    if existing:
        return existing
    site = Site.objects.filter(is_default_site=True).first()
    parent = site.root_page if site else Page.objects.filter(depth=1).get()
    return parent.add_child(
        instance=ExperienceIndexPage(
            title="Fiches expérience", slug="fiches-experience", live=False
        )
    )


def as_json(recueil: Recueil, drafts: list[Draft]) -> str:
    def rows(doubts: tuple[Doubt, ...]) -> list[dict[str, Any]]:
        return [{"line": d.line, "field": d.field, "message": d.message} for d in doubts]

    return json.dumps(
        {
            "year": recueil.year,
            "sheets": [
                {
                    "page_id": draft.page.pk,
                    "title": draft.page.title,
                    "period": draft.page.period_label,
                    "made": draft.made,
                    "doubts": rows(draft.doubts),
                }
                for draft in drafts
            ],
            "doubts": rows(recueil.doubts),
        },
        ensure_ascii=False,
        indent=2,
    )
