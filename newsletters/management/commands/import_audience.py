"""`import_audience FILE`: an archive of `export_audience`, back in; never prints an address."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletters.audience_admin.journal import note
from newsletters.audience_archive import DROPPED, read_archive
from newsletters.audience_files import FileRefused


class Command(BaseCommand):
    help = "Reprend une archive de l'audience ; ne change personne de connu, ne ramène personne."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER.zip")
        parser.add_argument(
            "--partly",
            action="store_true",
            help="sans les territoires et thématiques que ce site n'a pas",
        )

    def handle(self, *args: Any, file: Path, partly: bool, **options: Any) -> None:
        try:
            with file.open("rb") as archive:
                counts = read_archive(archive, partly=partly)
        except OSError as error:
            raise CommandError(f"{file} : {error.strerror}.") from error
        except FileRefused as error:
            raise CommandError(str(error)) from error
        note(None, "imported", what="Commande import_audience", count=counts["new"])
        self.stdout.write(
            f"{counts['new']} personne(s) reprise(s), {counts['known']} déjà connue(s), "
            f"{counts['suppressed']} sur la liste repoussoir, {counts['refusals']} refus ajouté(s)."
        )
        if counts["dropped"]:
            self.stdout.write(DROPPED.format(counts["dropped"]))
