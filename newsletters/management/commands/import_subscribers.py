"""`import_subscribers FILE`: a list of addresses, dry by default; never prints an address."""

import csv
import json as json_format
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from tqdm import tqdm

from newsletters import import_files, importing
from newsletters.audience_admin.journal import note
from newsletters.audience_files import FileRefused
from newsletters.importing import ImportRefused, OnProgress
from newsletters.models import Periodical, SubscriberImport, Subscription

_BAR = "{desc} {percentage:3.0f} %|{bar}| [reste {remaining}]"
_COUNTS = {
    "new": "nouveaux",
    "added": "connus, lettre ajoutée",
    "known": "déjà abonnés ou connus",
    "invalid": "invalides",
    "duplicate": "doublons",
    "suppressed": "liste repoussoir",
}


class Command(BaseCommand):
    help = "Importe une liste d'adresses (CSV ou .xlsx). Sans --commit : essai à blanc."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER")
        parser.add_argument("--series", action="append", required=True, metavar="CODE")
        parser.add_argument("--basis", required=True, choices=Subscription.Basis.values)
        parser.add_argument("--source", required=True, help="d'où viennent les adresses")
        parser.add_argument("--notice", default="", help="texte présenté aux personnes")
        parser.add_argument("--notified", type=date.fromisoformat, metavar="AAAA-MM-JJ",
                            help="personnes informées le (intérêt légitime)")  # fmt: skip
        parser.add_argument("--commit", action="store_true", help="écrire au fichier")
        parser.add_argument("--json", action="store_true", help="le compte rendu en JSON")

    def handle(self, *args: Any, file: Path, commit: bool, json: bool, **options: Any) -> None:
        try:
            row = self.receive(file, options)
            self.steps(row, commit=commit, quiet=json)
        except OSError as error:
            raise CommandError(f"{file} : fichier illisible ({error.strerror}).") from error
        except (FileRefused, ImportRefused) as error:
            raise CommandError(f"{file.name} : {error}") from error
        lines = reported(row)
        if json:
            result = {"import": row.pk, "state": row.state, "counts": row.counts, "lines": lines}
            self.stdout.write(json_format.dumps(result, ensure_ascii=False, indent=2))
        else:
            self.tell(row, lines)
        if not commit:
            importing.discard(row=row)

    def steps(self, row: SubscriberImport, *, commit: bool, quiet: bool) -> None:
        """The dry run, and the import if it was asked for; refused, its file is not kept."""
        try:
            self.step(row, "check", quiet=quiet)
            if commit:
                self.step(row, "commit", quiet=quiet)
                note(None, "imported", what=f"{row} : commande", count=row.counts["new"])
        except (FileRefused, ImportRefused):
            importing.discard(row=row)
            raise

    def receive(self, file: Path, options: dict[str, Any]) -> SubscriberImport:
        periodicals = list(Periodical.objects.filter(code__in=options["series"]))
        unknown = sorted(set(options["series"]) - {row.code for row in periodicals})
        if unknown:
            raise CommandError(f"Série inconnue : {', '.join(unknown)}.")
        with file.open("rb") as stream:
            try:
                return importing.receive(
                    chunks=iter(lambda: stream.read(1 << 20), b""),
                    file_name=file.name,
                    periodicals=periodicals,
                    basis=options["basis"],
                    source=options["source"][:120],
                    notified_on=options["notified"],
                    notice_text=options["notice"],
                    user=None,
                )
            except IntegrityError as error:
                raise CommandError("L'intérêt légitime demande --source et --notified.") from error

    def step(self, row: SubscriberImport, step: str, *, quiet: bool) -> None:
        importing.claim(row=row, step=step)
        with bar("Essai à blanc" if step == "check" else "Import", quiet) as on_progress:
            getattr(importing, step)(row=row, on_progress=on_progress)

    def tell(self, row: SubscriberImport, lines: list[dict[str, Any]]) -> None:
        for one in lines[:50]:
            self.stdout.write(f"  ligne {one['line']} : {one['result']}, {one['detail']}")
        if len(lines) > 50:
            self.stdout.write(f"  … et {len(lines) - 50} autres lignes (--json les donne toutes)")
        counts = [f"{row.counts[name]} {label}" for name, label in _COUNTS.items()]
        self.stdout.write(f"{row.get_state_display()} : {', '.join(counts)}.")
        if row.counts["silent"]:
            self.stdout.write(importing.SILENT.format(row.counts["silent"]))


def reported(row: SubscriberImport) -> list[dict[str, Any]]:
    with import_files.report(row.pk).open(encoding="utf-8-sig", newline="") as file:
        rows = islice(csv.reader(file, delimiter=";"), 1, None)
        return [{"line": int(line), "result": what, "detail": why} for line, what, why in rows]


@contextmanager
def bar(label: str, quiet: bool) -> Iterator[OnProgress | None]:
    if quiet:
        yield None
        return
    with tqdm(total=100, desc=label, bar_format=_BAR) as shown:
        yield lambda share: shown.update(share * 100 - shown.n) and None
