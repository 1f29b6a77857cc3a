"""The mailbox where bounces arrive, over IMAP or POP3, always encrypted and with a known server.

A message is marked read (IMAP) or deleted (POP3) once it has been taken into account, and not
before: whatever cuts the reading short, the next one hears the rest, and what it hears twice
changes nothing. What a person wrote, and what cannot be read, stays for a person.
"""

import imaplib
import poplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.conf import settings

LARGEST: Final = 2_000_000
_SECONDS: Final = 30.0

# RFC 5322 §2.1.1 allows lines of 998; real mail has longer ones, and one over poplib's 2,048 would
# end every reading at the same message.
poplib._MAXLINE = LARGEST  # type: ignore[attr-defined]

# Whether the message was taken into account.
Hear = Callable[[bytes], bool]


class BoxUnavailable(ConnectionError):  # noqa: N818  (says what happened)
    """The mailbox is not configured or does not answer. The text is French, without any login."""


def read_imap(hear: Hear) -> None:
    """Each unread message; those heard are marked read. Raises BoxUnavailable."""
    host = _host("IMAP")
    try:
        with imaplib.IMAP4_SSL(
            host,
            settings.BOUNCE_IMAP_PORT,
            ssl_context=ssl.create_default_context(),
            timeout=_SECONDS,
        ) as box:
            _admit(host, box.login, settings.BOUNCE_IMAP_USER, settings.BOUNCE_IMAP_PASSWORD)
            box.select("INBOX")
            _, found = box.search(None, "UNSEEN")
            for number in found[0].split():
                _, parts = box.fetch(number, "(BODY.PEEK[])")
                raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
                if hear(raw[:LARGEST]):
                    box.store(number, "+FLAGS", "\\Seen")
    except BoxUnavailable:
        raise
    except (imaplib.IMAP4.error, OSError) as error:
        raise _silent(host, error) from error


def read_pop(hear: Hear) -> None:
    """Each message; those heard are deleted, when the session ends. Raises BoxUnavailable."""
    host = _host("POP")
    try:
        box = poplib.POP3_SSL(
            host,
            settings.BOUNCE_POP_PORT,
            context=ssl.create_default_context(),
            timeout=_SECONDS,
        )
        try:
            _admit(host, box.user, settings.BOUNCE_POP_USER)
            _admit(host, box.pass_, settings.BOUNCE_POP_PASSWORD)
            count, _ = box.stat()
            for number in range(1, count + 1):
                _, lines, _ = box.retr(number)
                if hear(b"\r\n".join(lines)[:LARGEST]):
                    box.dele(number)
        finally:
            # The server deletes at QUIT (RFC 1939 §6): also what was heard before an error.
            with suppress(poplib.error_proto, OSError):
                box.quit()
            box.close()
    except BoxUnavailable:
        raise
    except (poplib.error_proto, OSError) as error:
        raise _silent(host, error) from error


def _host(way: str) -> str:
    host: str = getattr(settings, f"BOUNCE_{way}_HOST")
    if not host:
        raise BoxUnavailable(f"BOUNCE_{way}_HOST n’est pas défini.")
    return host


def _admit(host: str, say: Callable[..., object], *words: str) -> None:
    try:
        say(*words)
    except imaplib.IMAP4.abort:
        raise  # the line, not the password
    except (imaplib.IMAP4.error, poplib.error_proto) as error:
        # Without the server's words, which may repeat the login, often an address.
        refusal = f"{host} refuse l’identification : vérifiez l’identifiant et le mot de passe."
        raise BoxUnavailable(refusal) from error


def _silent(host: str, error: Exception) -> BoxUnavailable:
    if isinstance(error, ssl.SSLError):
        return BoxUnavailable(f"Le chiffrement avec {host} échoue : vérifiez son certificat.")
    return BoxUnavailable(f"La boîte des rebonds ne répond pas ({host}).")
