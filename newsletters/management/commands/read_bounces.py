"""Reads the bounces and departures of a mailbox: from a pipe, from a file, or over IMAP."""

import imaplib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletters.consent import leave_by_mail
from newsletters.delivery.dsn import UnreadableError, notices
from newsletters.delivery.events import record

_LARGEST = 2_000_000


class Command(BaseCommand):
    help = (
        "Lit les avis de non-remise, les plaintes et les désinscriptions par courriel "
        "(RFC 3464, 5965, 2369), et en tire les conséquences."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--file", metavar="F", help="un message ; « - » pour l'entrée standard")
        source.add_argument("--imap", action="store_true", help="la boîte de BOUNCE_IMAP_HOST")

    def handle(self, *args: Any, file: str | None, imap: bool, **options: Any) -> None:
        self._read = self._heard = self._unreadable = self._left = 0
        if imap:
            _each_unread(self._hear)
        else:
            self._hear(_message(file or "-"))
        said = f"{self._read} message(s) lu(s), {self._heard} avis pris en compte."
        if self._left:
            said += f" {self._left} désinscription(s) par courriel."
        if self._unreadable:
            said += f" {self._unreadable} illisible(s), laissé(s) tel(s) quel(s)."
        self.stdout.write(said)

    def _hear(self, raw: bytes) -> bool:
        """Take one message into account; False when it cannot be read."""
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
        return True


def _message(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(_LARGEST)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError as error:
        raise CommandError(f"Fichier illisible : {error.strerror}.") from error


def _each_unread(hear: Callable[[bytes], bool]) -> None:
    """Each unread message is marked read once heard; an unreadable one waits for a person."""
    if not settings.BOUNCE_IMAP_HOST:
        raise CommandError("BOUNCE_IMAP_HOST n'est pas défini.")
    try:
        with imaplib.IMAP4_SSL(settings.BOUNCE_IMAP_HOST, timeout=30) as box:
            box.login(settings.BOUNCE_IMAP_USER, settings.BOUNCE_IMAP_PASSWORD)
            box.select("INBOX")
            _, found = box.search(None, "UNSEEN")
            for number in found[0].split():
                _, parts = box.fetch(number, "(BODY.PEEK[])")
                raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
                if hear(raw[:_LARGEST]):
                    box.store(number, "+FLAGS", "\\Seen")
    except (imaplib.IMAP4.error, OSError) as error:
        raise CommandError(f"La boîte des rebonds ne répond pas ({error}).") from error
