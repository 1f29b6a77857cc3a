"""`export_audience FILE`: the whole audience as a ZIP of open formats."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletters.audience_admin.journal import note
from newsletters.audience_archive import write_archive


class Command(BaseCommand):
    help = "Écrit toute l'audience (abonnés, preuves, liste repoussoir) dans une archive ZIP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER.zip")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            # Addresses of everybody: for the account that asked, and no other.
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file} : {error.strerror}.") from error
        with os.fdopen(descriptor, "wb") as archive:
            count = write_archive(archive)
        # Like every sight of addresses; who has the console is known to the machine only.
        note(None, "exported", what="Commande export_audience", count=count)
        self.stdout.write(f"{count} personne(s) dans {file}.")
