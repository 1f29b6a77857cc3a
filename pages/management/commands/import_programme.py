"""`import_programme FILE`: a printed programme of work becomes drafts."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wagtail.models import Page, Site

from pages.imports.programme import Programme, ProgrammeError, count_axes, parse
from pages.imports.programme_drafts import (
    Drafted,
    create_drafts,
    doubts_of,
    references_of,
)
from pages.imports.text import ImportTextError, read_file
from pages.models import ActionIndexPage


class Command(BaseCommand):
    help = "Importe un programme de travail (texte) en brouillons, et dit ses doutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--json", action="store_true", help="Le compte rendu en JSON.")

    def handle(self, *args: Any, file: Path, json: bool, **options: Any) -> None:
        try:
            programme = parse(read_file(file))
        except (ImportTextError, ProgrammeError) as error:
            raise CommandError(f"{file.name or file} : {error}") from error
        with transaction.atomic():  # the page that receives the drafts too
            drafted = create_drafts(programme=programme, parent=actions_page())
        if json:
            self.stdout.write(as_json(programme, drafted))
        else:
            self.tell(programme, drafted)

    def tell(self, programme: Programme, drafted: Drafted) -> None:
        mark = "brouillon créé" if drafted.made else "déjà importé, inchangé"
        self.stdout.write(f"• {drafted.page.title} : {mark}")
        for page in drafted.actions:
            self.stdout.write(f"    {page.labelled_title}")
        for name in drafted.new_formats:
            self.stdout.write(f"Format ajouté, famille à vérifier : {name}")
        doubts = doubts_of(programme)
        for doubt in doubts:
            self.stdout.write(f"    ligne {doubt.line} : {doubt.message}")
        self.stdout.write(
            f"{count_axes(programme)} axe(s), {len(drafted.actions)} action(s), "
            f"{len(references_of(programme))} renvoi(s), {len(doubts)} point(s) à vérifier."
        )


def actions_page() -> ActionIndexPage:
    """The page that receives the drafts; made, as a draft, on a site that has none yet."""
    existing = ActionIndexPage.objects.first()
    if existing:
        return existing
    site = Site.objects.filter(is_default_site=True).first()
    parent = site.root_page if site else Page.objects.filter(depth=1).get()
    return parent.add_child(instance=ActionIndexPage(title="Actions", slug="actions", live=False))


def as_json(programme: Programme, drafted: Drafted) -> str:
    """Counts, then the doubts and the pages; an action listed in two axes counts once."""
    return json.dumps(
        {
            "year": programme.year,
            "axes": count_axes(programme),
            "other_parts": len(programme.axes) - count_axes(programme),
            "actions": len(drafted.actions),
            "cross_references": len(references_of(programme)),
            "doubts": [
                {"line": doubt.line, "field": doubt.field, "message": doubt.message}
                for doubt in doubts_of(programme)
            ],
            "page_id": drafted.page.pk,
            "made": drafted.made,
            "new_formats": list(drafted.new_formats),
            "action_pages": [
                {"page_id": page.pk, "code": page.code, "title": page.title}
                for page in drafted.actions
            ],
        },
        ensure_ascii=False,
        indent=2,
    )
