"""What the imports of printed documents share: one file in, drafts and doubts out."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wagtail.models import Page, Site

from pages.imports.records import Doubt
from pages.imports.text import ImportTextError, read_file


class DraftImportCommand(BaseCommand):
    """A command says how to parse, what to draft and where; the file is read, and refused, here.

    `parse` raises one of `refusals`, whose message is shown after the file's name.
    """

    refusals: tuple[type[Exception], ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--json", action="store_true", help="Le compte rendu en JSON.")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        refused: tuple[type[Exception], ...] = (ImportTextError, *self.refusals)
        try:
            document = self.parse(read_file(file))
        except refused as error:
            raise CommandError(f"{file.name or file} : {error}") from error
        with transaction.atomic():  # the page that receives the drafts too
            drafted = self.create_drafts(document)
        if options["json"]:
            report = self.as_data(document, drafted)
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.tell(document, drafted)

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def create_drafts(self, document: Any) -> Any:
        raise NotImplementedError

    def as_data(self, document: Any, drafted: Any) -> dict[str, Any]:
        raise NotImplementedError

    def tell(self, document: Any, drafted: Any) -> None:
        raise NotImplementedError


def receiving_page(model: type[Page], title: str, slug: str) -> Page:
    """The page that receives the drafts; made, as a draft, on a site that has none yet."""
    existing = model.objects.first()
    if existing:
        return existing
    site = Site.objects.filter(is_default_site=True).first()
    parent = site.root_page if site else Page.objects.filter(depth=1).get()
    return parent.add_child(instance=model(title=title, slug=slug, live=False))


def doubt_rows(doubts: Iterable[Doubt]) -> list[dict[str, Any]]:
    """Doubts as data: the line of the file, the field, what to check."""
    return [
        {"line": doubt.line, "field": doubt.field, "message": doubt.message} for doubt in doubts
    ]
