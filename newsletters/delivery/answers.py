"""What a transport may answer for one delivery, and how a relay's trouble is told to people."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Reason = Literal["dns", "refused", "timeout", "tls", "auth", "greeting", "sender", "network"]

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")  # RFC 3463
_ADDRESS_LIKE = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_TEXT_MAX = 400


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
    """Nobody can be served for now and nothing was sent. `str()` is a French explanation."""

    def __init__(self, explanation: str, reason: Reason, code: int = 0) -> None:
        super().__init__(explanation)
        self.reason: Reason = reason
        self.code = code


def explained(error: Exception, host: str, port: int) -> RelayUnavailable:
    """The RelayUnavailable for what smtplib, ssl or the socket raised before any data.

    The server's own words are left out: they may repeat the login, often an address.
    """
    where = f"{host}:{port}"
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(
        error.__context__, TimeoutError
    ):
        error = error.__context__  # smtplib tells a silence as a disconnection
    match error:
        case socket.gaierror() | UnicodeError():
            return RelayUnavailable(
                f"Le serveur d’envoi {host} est introuvable (DNS). Vérifiez son nom et le réseau.",
                "dns",
            )
        case ConnectionRefusedError():
            return RelayUnavailable(
                f"Le serveur d’envoi {where} refuse la connexion. Vérifiez le port, ou réessayez"
                " quand le serveur aura redémarré.",
                "refused",
            )
        case ssl.SSLError():
            return RelayUnavailable(
                f"La connexion chiffrée (TLS) avec {where} a échoué : certificat refusé ou mode de"
                " chiffrement différent de celui du serveur.",
                "tls",
            )
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return RelayUnavailable(
                f"Le serveur d’envoi {where} ne propose pas STARTTLS. Rien n’est envoyé en clair.",
                "tls",
            )
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
            return RelayUnavailable(
                f"Le serveur d’envoi {where} refuse l’identification (code {code}). Vérifiez"
                " l’identifiant et le mot de passe.",
                "auth",
                code,
            )
        case TimeoutError():
            return RelayUnavailable(f"Le serveur d’envoi {where} ne répond pas.", "timeout")
        case smtplib.SMTPException():
            return RelayUnavailable(
                f"Le serveur d’envoi {where} n’accepte pas de session (code {code}).",
                "greeting",
                code,
            )
    return RelayUnavailable(f"Le serveur d’envoi {where} est injoignable (réseau).", "network")


def outcome_of(code: int) -> Outcome:
    """RFC 5321 §4.2.1: 2yz done, 4yz later, 5yz never; anything else tells nothing."""
    outcomes = {2: Outcome.ACCEPTED, 4: Outcome.RETRY, 5: Outcome.REFUSED}
    return outcomes.get(code // 100, Outcome.UNCERTAIN)


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
