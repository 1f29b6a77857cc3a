"""Ask the search from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from search import answers


class Command(BaseCommand):
    help = "Cherche dans le site comme le ferait un visiteur."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", metavar="QUERY")
        parser.add_argument(
            "--json", action="store_true", help="liste de {title, url, type, score}"
        )
        parser.add_argument("--limit", type=int, default=10)

    def handle(self, *args: Any, query: str, limit: int, **options: Any) -> None:
        answer = answers.find(query, limit=limit)
        if options["json"]:
            found = [
                {"title": r.title, "url": r.url, "type": r.type, "score": r.score}
                for r in answer.results
            ]
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        if answer.degraded:
            self.stdout.write("Recherche dégradée : l'index est inutilisable.")
        if answer.partial:
            self.stdout.write("Recherche abrégée : elle demandait trop de travail d’un coup.")
        if answer.corrected or answer.suggestion:
            self.stdout.write(f"Orthographe proposée : {answer.corrected or answer.suggestion}")
        self.stdout.write(f"{answer.exact} résultat(s), {answer.approximate} approchant(s)")
        for result in answer.results:
            self.stdout.write(f"{result.score:7.2f}  {result.title}  {result.url}")
