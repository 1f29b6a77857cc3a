"""The report of a mailing: the equation of its ledger and the hash of what was sent."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletters.models import Mailing
from newsletters.report_lines import counts


class Command(BaseCommand):
    help = "Affiche le procès-verbal d'un envoi."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mailing", type=int, metavar="ID")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, mailing: int, as_json: bool, **options: Any) -> None:
        found = Mailing.objects.filter(pk=mailing).first()
        if found is None:
            raise CommandError(f"Aucun envoi ne porte le numéro {mailing}.")
        equation = found.equation()
        if as_json:
            report = equation.as_dict() | {"content_hash": found.content_hash}
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(f"Envoi n° {found.pk} – {found}")
        for _name, label, count in counts(equation):
            self.stdout.write(f"{label} : {count}")
        self.stdout.write(f"Empreinte du contenu : {found.content_hash}")
        if found.pause_reason:
            self.stdout.write(f"En pause : {found.pause_reason}")
