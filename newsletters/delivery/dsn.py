"""Bounces as they arrive in a mailbox: delivery status notifications (RFC 3464) into notices.

Anybody can write to that mailbox. A report is believed only for a message whose Message-ID, token
included, it quotes; absence messages and other answers are no reports and are passed over.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from typing import Final

from django.utils import timezone

from newsletters.delivery.events import Kind, Notice

_SOURCE: Final = "avis de non-remise"
_QUOTED_ID: Final = re.compile(rb"^Message-ID:\s*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
# RFC 3463 §3.3, §3.5, §3.8: full, too long, network, policy. They speak of the day, the message or
# the sender; a « 5 » in front does not make the address a dead one.
_SOFT: Final = re.compile(r"5\.(2\.[234]|3\.\d+|4\.\d+|7\.\d+)")


def notices(raw: bytes) -> Iterator[Notice]:
    """What one message of the mailbox says; nothing for what is no delivery report."""
    message = message_from_bytes(raw, policy=policy.default)
    if message.get_content_type() != "multipart/report":
        return
    if message.get_param("report-type", "") != "delivery-status":
        return
    references = _references(message, raw)
    if not references:
        return
    for fields in _recipients(message):
        kind = _kind(str(fields.get("Action", "")), str(fields.get("Status", "")))
        if kind is not None:
            words = str(fields.get("Diagnostic-Code", "")) or str(fields.get("Status", ""))
            yield Notice(kind, _moment(message), _SOURCE, references, detail=words)


def _references(message: EmailMessage, raw: bytes) -> tuple[str, ...]:
    """The Message-IDs of the returned message, whether it came whole or as headers only."""
    own = str(message.get("Message-ID", "")).strip()
    found = [one.decode("ascii", "replace") for one in _QUOTED_ID.findall(raw)]
    return tuple(dict.fromkeys(one for one in found if one != own))


def _recipients(message: EmailMessage) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            if isinstance(blocks, list):
                yield from (b for b in blocks if isinstance(b, Message) and "Action" in b)


def _kind(action: str, status: str) -> Kind | None:
    action, status = action.strip().lower(), status.strip()
    if action == "delivered":
        return Kind.DELIVERED
    if action == "delayed":
        return Kind.DEFERRED
    if action != "failed":
        return None
    hard = status.startswith("5") and not _SOFT.match(status)
    return Kind.BOUNCED if hard else Kind.DEFERRED


def _moment(message: EmailMessage) -> datetime | None:
    """The report's own date: of the same report, read twice, the same."""
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    aware = found if found.tzinfo else timezone.make_aware(found)
    return min(aware, timezone.now())
