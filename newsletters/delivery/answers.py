"""What a transport may answer for one delivery, and how a relay's trouble is told to people."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Reason = Literal[
    "dns", "refused", "timeout", "tls", "auth", "greeting", "sender", "network", "busy"
]

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")  # RFC 3463
# RFC 3463 §3.2-3.8: the sender's own address, a full mailbox, too long, the system, the network,
# the content, policy. They speak of the day, of the message or of the sender.
_NOT_THE_ADDRESS = re.compile(r"5\.(1\.[789]|2\.[234]|[346]\.\d+|7\.\d+)")
# In a server's words: the enhanced code, which no dotted address may be taken for, or the bare one.
_ENHANCED_WITHIN = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_BARE_WITHIN = re.compile(r"(?:^|[\s;:'\"(])([245]\d\d)(?=[\s-]|$)")
# RFC 5321 §4.2.3 and RFC 7504: what a bare code says of the address, as an enhanced one says it.
# 552 is a full mailbox; 554 « transaction failed », what most block lists answer.
_BARE_MEANINGS = dict.fromkeys(("521", "550", "551", "553", "556"), "5.0.0") | {"552": "5.2.2"}
_ADDRESS_LIKE = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_TEXT_MAX = 400


# In this order: smtplib's and ssl's errors are OSErrors too.
_TROUBLES: dict[type[Exception], tuple[Reason, str]] = {
    socket.gaierror: ("dns", "est introuvable (DNS) : vérifiez son nom et le réseau"),
    UnicodeError: ("dns", "est introuvable (DNS) : vérifiez son nom"),
    ConnectionRefusedError: ("refused", "refuse la connexion : vérifiez le port, ou attendez"),
    ssl.SSLError: ("tls", "refuse le chiffrement (TLS) : vérifiez le certificat et le mode choisi"),
    smtplib.SMTPAuthenticationError: ("auth", "refuse l’identification : vérifiez le mot de passe"),
    smtplib.SMTPNotSupportedError: ("auth", "ne propose pas d’identification"),
    TimeoutError: ("timeout", "ne répond pas"),
    smtplib.SMTPException: ("greeting", "n’accepte pas de session"),
    OSError: ("network", "est injoignable par le réseau"),
}


class Outcome(StrEnum):
    """What a relay's answer means for one delivery."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is the SMTP reply code, 0 without one; `text` never contains an address."""

    outcome: Outcome
    code: int
    enhanced: str
    text: str


class RelayUnavailable(ConnectionError):  # noqa: N818  (says what happened)
    """Nobody can be served for now and nothing was sent. `str()` is a French explanation.

    `retry_after`: the seconds that the other side asked for, 0 when it did not.
    """

    def __init__(
        self, explanation: str, reason: Reason, code: int = 0, *, retry_after: float = 0.0
    ) -> None:
        super().__init__(explanation)
        self.reason: Reason = reason
        self.code = code
        self.retry_after = retry_after


def explained(error: Exception, host: str, port: int) -> RelayUnavailable:
    """The RelayUnavailable for what smtplib, ssl or the socket raised before any data.

    The server's own words are left out: they may repeat the login, often an address.
    """
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    silent = isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(
        error.__context__, TimeoutError
    )  # smtplib tells a silence as a disconnection
    if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
        words = "ne propose pas STARTTLS ; rien n’est envoyé en clair."
        return RelayUnavailable(f"Le serveur d’envoi {host}:{port} {words}", "tls")
    kinds = (kind for kind in _TROUBLES if isinstance(error, kind))
    reason, words = _TROUBLES[TimeoutError if silent else next(kinds, OSError)]
    noted = f" (code {code})" if code else ""
    return RelayUnavailable(f"Le serveur d’envoi {host}:{port} {words}{noted}.", reason, code)


def outcome_of(code: int) -> Outcome:
    """RFC 5321 §4.2.1: 2yz done, 4yz later, 5yz never; anything else tells nothing."""
    outcomes = {2: Outcome.ACCEPTED, 4: Outcome.RETRY, 5: Outcome.REFUSED}
    return outcomes.get(code // 100, Outcome.UNCERTAIN)


def says_dead(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says that the address itself is no good.

    A « 5 » in front is not enough: a full mailbox or a blocked sender has one too.
    """
    return status.startswith("5.") and not _NOT_THE_ADDRESS.match(status)


def status_in(words: str) -> str:
    """The status code (RFC 3463) that a mail server's words hold or amount to; "" when none."""
    enhanced = _ENHANCED_WITHIN.search(words)
    if enhanced and not enhanced[1].endswith(".0.0"):
        return enhanced[1]
    if bare := _BARE_WITHIN.search(words):
        return _BARE_MEANINGS.get(bare[1], "5.7.0" if bare[1][0] == "5" else f"{bare[1][0]}.0.0")
    return enhanced[1] if enhanced else ""


def without_address(text: str, email: str) -> str:
    """A relay's words without the address, its local part alone, or anything shaped like one."""
    if "@" in text:
        text = _ADDRESS_LIKE.sub("…", text)
    local = email.partition("@")[0]
    # The test first: compiling one pattern per person costs more than sending the message.
    if local and local.lower() in text.lower():
        text = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "…", text, flags=re.IGNORECASE)
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable())
    return text[:_TEXT_MAX]


def worded(outcome: Outcome, code: int, text: str, email: str) -> Answer:
    """The Answer for a relay's reply: enhanced code set apart, address taken out."""
    enhanced = ""
    if found := _ENHANCED.match(text):
        enhanced, text = found[1], text[found.end() :]
    return Answer(outcome, code, enhanced, without_address(text, email))
