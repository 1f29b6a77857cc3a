"""What comes back to the mailbox: bounces (RFC 3464) and complaints (RFC 5965) into notices.

Anybody can write to that mailbox. A report is believed only for a message whose Message-ID, token
included, it quotes, or whose own envelope's sender it was returned to; absence messages and other
automatic answers (RFC 3834) are no reports and are passed over, though they do both too.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Final

from django.utils import timezone

from newsletters.delivery.answers import says_dead, status_in
from newsletters.delivery.envelope import returned_to
from newsletters.delivery.events import Kind, Notice

_SOURCE: Final = "avis de non-remise"
_FEEDBACK: Final = "rapport de plainte"
# RFC 5965 §7.3: of its types, those by which a reader says « I do not want this ».
_COMPLAINTS: Final = frozenset({"abuse", "fraud"})
# Exim writes 5.0.0 whatever the reason, Postfix when the other server gave no such code: only what
# that server said then tells a dead address from a full one, or from a refusal of ourselves.
_SAYS_NOTHING: Final = frozenset({"", "5.0.0"})
_FIRST_YEAR, _LAST_YEAR = 1970, 9999
# Parts within parts by the thousand, and what a parser may stumble on: one message that cannot be
# read must not keep those behind it from being heard.
_STUMBLES: Final = (RecursionError, LookupError, TypeError, ValueError)
_QUOTED_ID: Final = re.compile(rb"^Message-ID:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)


class UnreadableError(ValueError):
    """Not a message that can be parsed. Carries none of its words."""


def notices(raw: bytes) -> list[Notice]:
    """What one message of the mailbox says; nothing for what is no report.

    Raises UnreadableError, whatever the bytes.
    """
    try:
        return list(_notices(raw))
    except _STUMBLES as error:
        raise UnreadableError(type(error).__name__) from error


def automatic(raw: bytes) -> bool:
    """Whether a program wrote it: a report, an absence (RFC 3834 §5), anything without a sender."""
    head = BytesHeaderParser().parsebytes(raw)
    said = str(head.get("Auto-Submitted", "no")).strip().lower()
    if head.get_content_type() == "multipart/report" or not said.startswith("no"):
        return True
    return str(head.get("Return-Path", "")).strip() == "<>"


def _notices(raw: bytes) -> Iterator[Notice]:
    # Not `policy.default`: it parses every header it is asked for, and raises IndexError or even
    # UnboundLocalError on a malformed Message-ID, which real relays write.
    message = message_from_bytes(raw)
    if message.get_content_type() != "multipart/report":
        return
    references = _references(message, raw)
    if not references:
        return
    match str(message.get_param("report-type", "")).lower():
        case "delivery-status":
            yield from _bounces(message, references)
        case "feedback-report":
            yield from _complaints(message, references)


def _bounces(message: Message, references: tuple[str, ...]) -> Iterator[Notice]:
    for fields in _blocks(message, "message/delivery-status"):
        status, words = str(fields.get("Status", "")), str(fields.get("Diagnostic-Code", ""))
        kind = _kind(str(fields.get("Action", "")), status, words)
        if kind is not None:
            yield Notice(kind, _moment(message), _SOURCE, references, detail=words or status)


def _complaints(message: Message, references: tuple[str, ...]) -> Iterator[Notice]:
    for fields in _blocks(message, "message/feedback-report"):
        said = str(fields.get("Feedback-Type", "")).strip().lower()
        if said in _COMPLAINTS:
            yield Notice(Kind.COMPLAINED, _moment(message), _FEEDBACK, references, detail=said)


def _references(message: Message, raw: bytes) -> tuple[str, ...]:
    """The Message-IDs of the returned message, whether it came whole or as headers only, and what
    the address it came to says of it (`envelope`)."""
    own = str(message.get("Message-ID", "")).strip()
    found = [one.decode("ascii", "replace") for one in _QUOTED_ID.findall(raw)]
    quoted = [one for one in found if one != own]
    return tuple(dict.fromkeys([*quoted, *returned_to(message)]))


def _blocks(message: Message, kind: str) -> Iterator[Message]:
    """The groups of fields of a report's machine-readable part: one per recipient, or only one."""
    for part in message.walk():
        if part.get_content_type() == kind:
            blocks = part.get_payload()
            if isinstance(blocks, list):
                yield from (block for block in blocks if isinstance(block, Message))


def _kind(action: str, status: str, words: str) -> Kind | None:
    action, status = action.strip().lower(), status.partition("(")[0].strip()
    if action == "delivered":
        return Kind.DELIVERED
    if action == "delayed":
        return Kind.DEFERRED
    if action != "failed":
        return None
    if status in _SAYS_NOTHING:
        status = status_in(words) or status
    return Kind.BOUNCED if says_dead(status) else Kind.DEFERRED


def _moment(message: Message) -> datetime | None:
    """The report's own date, be it ahead of our clock: of the same report, read twice, the same.

    None for no real date.
    """
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
        aware = found if found.tzinfo else timezone.make_aware(found)
        # Mail is younger than this; a year 1 or 9999 would not survive its change of time zone.
        return aware if _FIRST_YEAR < aware.year < _LAST_YEAR else None
    except (ValueError, OverflowError):
        return None
