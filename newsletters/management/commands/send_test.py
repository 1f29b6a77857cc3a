"""A test of an issue, to a few named addresses."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletters.lifecycle import LifecycleError, send_test
from newsletters.models import IssuePage


class Command(BaseCommand):
    help = "Envoie un numéro, marqué [TEST], à cinq adresses au plus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("issue", type=int, metavar="ISSUE_ID")
        parser.add_argument("--to", nargs="+", required=True, metavar="ADRESSE")

    def handle(self, *args: Any, issue: int, to: list[str], **options: Any) -> None:
        found = IssuePage.objects.filter(pk=issue).first()
        if found is None:
            raise CommandError(f"Aucun numéro ne porte l'identifiant {issue}.")
        try:
            sent = send_test(issue=found, addresses=to, user=None)
        except LifecycleError as error:
            raise CommandError(str(error)) from error
        if sent < len(set(to)):
            raise CommandError(f"Le relais n'a accepté que {sent} message(s) sur {len(set(to))}.")
        self.stdout.write(f"{sent} message(s) de test remis au relais.")
