"""Build the index again, beside the one in use, and switch."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tqdm import tqdm

from search import following, reading, statistics
from search.engine import BusyIndexError


class Command(BaseCommand):
    help = "Reconstruit l'index de recherche ; le site répond pendant ce temps avec l'ancien."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="sans barre ni compte")

    def handle(self, *args: Any, quiet: bool = False, **options: Any) -> None:
        started = time.perf_counter()
        for _document in tqdm(
            reading.read_missing(), desc="Fichiers", unit=" PDF", disable=quiet or None
        ):
            pass
        with tqdm(desc="Indexation", unit=" doc", disable=quiet or None) as bar:
            try:
                rebuilt = following.rebuild(lambda number: bar.update(number) and None)
            except BusyIndexError as error:
                raise CommandError("Une autre reconstruction est en cours.") from error
        seconds = time.perf_counter() - started
        statistics.forget_old()
        for page_id in rebuilt.failed:
            self.stderr.write(f"Page {page_id} illisible : laissée hors de l'index.")
        if not quiet:
            count = rebuilt.documents
            self.stdout.write(
                f"{count} documents indexés en {seconds:.1f} s ({count / seconds:.0f} par seconde)."
            )
