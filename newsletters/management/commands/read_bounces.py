"""Reads the bounces and departures of a mailbox: from a pipe, a file, over IMAP or POP3."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletters.consent import leave_by_mail
from newsletters.delivery.bounce_box import LARGEST, BoxUnavailable, read_imap, read_pop
from newsletters.delivery.dsn import UnreadableError, automatic, notices
from newsletters.delivery.events import record


class Command(BaseCommand):
    help = (
        "Lit les avis de non-remise, les plaintes et les désinscriptions par courriel "
        "(RFC 3464, 5965, 2369), et en tire les conséquences."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--file", metavar="F", help="un message ; « - » pour l'entrée standard")
        source.add_argument("--imap", action="store_true", help="la boîte de BOUNCE_IMAP_HOST")
        source.add_argument("--pop", action="store_true", help="la boîte de BOUNCE_POP_HOST")

    def handle(self, *args: Any, file: str | None, imap: bool, pop: bool, **options: Any) -> None:
        self._read = self._heard = self._unreadable = self._left = self._personal = 0
        try:
            if imap or pop:
                (read_imap if imap else read_pop)(self._hear)
            else:
                self._hear(_message(file or "-"))
        except BoxUnavailable as error:
            raise CommandError(str(error)) from error
        finally:
            # Also of a reading cut short: what was heard is done.
            self.stdout.write(self._said())

    def _said(self) -> str:
        said = f"{self._read} message(s) lu(s), {self._heard} avis pris en compte."
        if self._left:
            said += f" {self._left} désinscription(s) par courriel."
        if self._personal:
            said += f" {self._personal} écrit(s) par une personne, laissé(s) tel(s) quel(s)."
        if self._unreadable:
            said += f" {self._unreadable} illisible(s), laissé(s) tel(s) quel(s)."
        return said

    def _hear(self, raw: bytes) -> bool:
        """Take one message into account; False when it is left to a person."""
        self._read += 1
        if leave_by_mail(raw):
            self._left += 1
            return True
        try:
            found = notices(raw)
        except UnreadableError:
            self._unreadable += 1
            return False
        self._heard += sum(record(notice) for notice in found)
        if not found and not automatic(raw):
            self._personal += 1
            return False
        return True


def _message(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(LARGEST)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(LARGEST)
    except OSError as error:
        raise CommandError(f"Fichier illisible : {error.strerror}.") from error
