"""Write one edition of an issue to a file, as it would leave today."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import HttpResponse

from newsletters.editions import email, filled, text
from newsletters.letter import EditionError, compose
from newsletters.models import IssuePage
from newsletters.printing import print_issue

# A file may be passed around: its links must not unsubscribe anybody.
SAMPLE_LINKS = {
    "unsubscribe": "https://example.org/desinscription",
    "preferences": "https://example.org/choix",
}


def _email(issue: IssuePage) -> str:
    return filled(email.render(compose(issue)), **SAMPLE_LINKS)


def _text(issue: IssuePage) -> str:
    return filled(text.render(compose(issue)), **SAMPLE_LINKS)


def _web(issue: IssuePage) -> str:
    compose(issue)  # Says what is wrong: the preview below would show it as a page.
    response: HttpResponse = issue.make_preview_request(preview_mode="")
    if response.status_code != 200:
        raise CommandError(f"La page répond {response.status_code}.")
    return response.content.decode()


def _print(issue: IssuePage) -> bytes:
    return print_issue(issue).pdf


EDITIONS = {"email": _email, "text": _text, "web": _web, "print": _print}


class Command(BaseCommand):
    help = "Écrit une édition (courriel, texte, page web ou PDF) d'un numéro dans un fichier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("issue", type=int, metavar="ID", help="identifiant du numéro")
        parser.add_argument("--edition", choices=sorted(EDITIONS), default="email")
        parser.add_argument("--output", type=Path, required=True, metavar="FICHIER")

    def handle(self, *args: Any, **options: Any) -> None:
        issue = IssuePage.objects.filter(pk=options["issue"]).first()
        if issue is None:
            raise CommandError(f"Aucun numéro n'a l'identifiant {options['issue']}.")
        try:
            content = EDITIONS[options["edition"]](issue.get_latest_revision_as_object())
        except EditionError as error:
            raise CommandError(str(error)) from error
        size = self._write(options["output"], content)
        self.stdout.write(f"{options['output']} : {size / 1000:.1f} ko")

    def _write(self, output: Path, content: str | bytes) -> int:
        try:
            return output.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            raise CommandError(f"Impossible d'écrire « {output} » : {error.strerror}.") from error
