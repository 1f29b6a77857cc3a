"""Say what stands in the way of sending an issue; exit status 1 when something blocks."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from newsletters import preflight
from newsletters.models import IssuePage


class Command(BaseCommand):
    help = "Contrôle un numéro avant l'envoi ; le code de sortie vaut 1 si quelque chose bloque."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("issue", type=int, metavar="ID", help="identifiant du numéro")
        parser.add_argument("--json", action="store_true", help="une liste JSON, pour un programme")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = IssuePage.objects.filter(pk=options["issue"]).first()
        if issue is None:
            raise CommandError(f"Aucun numéro n'a l'identifiant {options['issue']}.")
        findings = preflight.run(issue.get_latest_revision_as_object())
        if options["json"]:
            rows = [finding.as_dict() for finding in findings]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self._tell(findings)
        if any(finding.blocks for finding in findings):
            sys.exit(1)

    def _tell(self, findings: list[preflight.Finding]) -> None:
        for finding in findings:
            mark = "BLOQUE" if finding.blocks else "à revoir"
            self.stdout.write(f"[{mark}] {finding.message} ({finding.where.label})")
            self.stdout.write(f"    {finding.how}")
        if not findings:
            self.stdout.write("Rien à signaler : le numéro est prêt.")
