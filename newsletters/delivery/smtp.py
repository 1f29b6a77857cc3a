"""One SMTP connection that pipelines, and that never calls a doubt a success or a failure.

smtplib greets, encrypts and authenticates; then its socket is used directly. MAIL, RCPT and DATA
leave in one write when the relay offers PIPELINING, and right behind the content of the message
before (RFC 2920 §3.1 allows it): one round trip a message instead of four, during which the next is
built, and none of smtplib's per-message regular expression over the body.

The whole design is one moment: the final dot. Until it is written, nothing was accepted and the
message may be sent again; once it is, only an answer tells. No answer is `UNCERTAIN`. An envelope
opened ahead hands over nothing: without its content, the relay forgets it with the connection.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from types import TracebackType
from typing import Literal, NamedTuple, Self

from .answers import Answer, Outcome, RelayUnavailable, explained, outcome_of, worded

TlsMode = Literal["none", "starttls", "tls"]

_REPLY_LINE_MAX = 2048  # RFC 5321 §4.5.3.1.5 asks 512; relays exceed it
_REPLY_LINES_MAX = 100
_ENVELOPE = re.compile(r"[!-;=?-~]{0,254}")


class _Reply(NamedTuple):
    code: int
    text: str


class _Refusal(NamedTuple):
    """The relay's no to MAIL, RCPT or DATA, before any content."""

    stage: Literal["mail", "rcpt", "data"]
    reply: _Reply


class Offer(NamedTuple):
    """A message for one recipient: ASCII envelope, CRLF content without a line that starts with a
    dot."""

    envelope_from: str
    envelope_to: str
    message: bytes


class _LostError(OSError):
    """End of stream, or bytes that are no SMTP reply."""


class SmtpConnection:
    """One connection; not safe to share between threads. Times are in seconds.

    `local_hostname` is what EHLO says; None asks the system, which may take a DNS query.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str = "",
        password: str = "",
        tls: TlsMode = "none",
        timeout: float = 30.0,
        local_hostname: str | None = None,
        *,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._user = user
        self._password = password
        self._tls: TlsMode = tls
        self._timeout = timeout
        self._local_hostname = local_hostname
        self._context = context
        self._client: smtplib.SMTP | None = None
        self._pipelining = False
        self._keeps_order = True  # until it loses commands that came together
        self._looks_ahead = True  # until it loses commands that came behind a message
        self._ahead: list[bytes] = []  # the envelope sent, whose replies were not read yet
        self._size = False

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        return self._client is not None

    def open(self) -> None:
        """Connect, greet, encrypt, authenticate. Raises RelayUnavailable."""
        if self._client is not None:
            return
        client: smtplib.SMTP | None = None
        try:
            client = self._connected()
            self._prepared(client)
        except (OSError, UnicodeError) as error:  # smtplib's and ssl's errors are OSErrors
            if client is not None:
                client.close()
            if isinstance(error, RelayUnavailable):
                raise
            raise explained(error, self.host, self.port) from error
        self._pipelining = self._keeps_order and client.has_extn("pipelining")
        self._size = client.has_extn("size")
        self._client = client

    def send(
        self,
        envelope_from: str,
        envelope_to: str,
        message: bytes,
        *,
        dot_safe: bool = False,
        following: Callable[[], Offer | None] | None = None,
    ) -> Answer:
        """Offer one message to one recipient, at most once; opens the connection if needed.

        `message` has CRLF line ends; `dot_safe` says that no line starts with a dot, which saves a
        search of the whole message. `following` makes the message that will be sent next, if any,
        while the answer is on its way; nothing of it is handed over before its own `send`.
        After RETRY on 421, a lost connection, or UNCERTAIN the connection is closed. Raises
        ValueError for an envelope address that is not plain ASCII, and RelayUnavailable when the
        relay cannot be reached or refuses the sender for good.
        """
        if not _travels(envelope_from, envelope_to):
            raise ValueError("an envelope address is ASCII without spaces or angle brackets")
        if not dot_safe:
            message = _dot_stuffed(message)
        if not message.endswith(b"\r\n"):
            message += b"\r\n"
        offer = Offer(envelope_from, envelope_to, message)
        if self._ahead and self._ahead != self._envelope(offer):
            self._abandon()  # its DATA is open: only closing takes that envelope back
        self.open()
        try:
            return self._exchange(offer, following)
        except BaseException:
            # Interrupted between two replies, the stream is out of step: the next message would
            # read this one's answer as its own.
            self._abandon()
            raise

    def close(self) -> None:
        """Say goodbye; never raises, may be called twice."""
        if self._ahead:
            return self._abandon()  # a QUIT would be read as content
        client, self._client = self._client, None
        if client is None:
            return None
        try:
            if client.sock is not None:
                client.sock.settimeout(min(self._timeout, 5.0))
            client.quit()
        except (OSError, ValueError):
            client.close()
        return None

    # --- opening -----------------------------------------------------------------------------

    def _connected(self) -> smtplib.SMTP:
        if self._tls == "tls":
            context = self._context or ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self.host, self.port, self._local_hostname, timeout=self._timeout, context=context
            )
        return smtplib.SMTP(self.host, self.port, self._local_hostname, timeout=self._timeout)

    def _prepared(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if self._tls == "starttls":
            client.starttls(context=self._context or ssl.create_default_context())
            client.ehlo_or_helo_if_needed()  # RFC 3207 §4.2: what was said in clear is forgotten
        if self._user:
            if self._tls == "none" and not _within(client):
                raise RelayUnavailable(
                    f"Le mot de passe de {self.host} passerait en clair : demandez le chiffrement"
                    " (EMAIL_USE_TLS ou EMAIL_USE_SSL).",
                    "tls",
                )
            if not (self._user + self._password).isascii():
                raise RelayUnavailable(
                    f"L’identifiant ou le mot de passe pour {self.host} a un accent ou un signe que"
                    " SMTP ne transporte pas : changez-le.",
                    "auth",
                )
            client.login(self._user, self._password)
        if client.sock is not None:
            # Otherwise the last partial segment, the one with the dot, waits for an ACK.
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # --- one message -------------------------------------------------------------------------

    def _exchange(self, offer: Offer, following: Callable[[], Offer | None] | None) -> Answer:
        envelope = self._envelope(offer)
        try:
            refusal = self._piped(envelope) if self._pipelining else self._stepped(envelope)
            if refusal is None:
                self._write(offer.message + b".\r\n")
        except OSError:
            # A write that failed did not hand over its last bytes: the dot never left.
            self._abandon()
            return Answer(Outcome.RETRY, 0, "", "connexion perdue avant la fin du message")
        if refusal is not None:
            return self._refused(refusal, offer.envelope_to)
        try:
            if following is not None and self._pipelining and self._looks_ahead:
                self._open_ahead(following)
            reply = self._read()
        except OSError:
            self._abandon()
            return Answer(Outcome.UNCERTAIN, 0, "", "message transmis, réponse du serveur perdue")
        self._leave_if_told(reply)
        return worded(outcome_of(reply.code), reply.code, reply.text, offer.envelope_to)

    def _envelope(self, offer: Offer) -> list[bytes]:
        size = f" SIZE={len(offer.message)}" if self._size else ""
        return [
            f"MAIL FROM:<{offer.envelope_from}>{size}\r\n".encode("ascii"),
            f"RCPT TO:<{offer.envelope_to}>\r\n".encode("ascii"),
            b"DATA\r\n",
        ]

    def _open_ahead(self, following: Callable[[], Offer | None]) -> None:
        """RFC 2920 §3.1: the end of a message may be followed by the next one's MAIL at once."""
        offer = following()
        if offer is None or not _travels(offer.envelope_from, offer.envelope_to):
            return
        envelope = self._envelope(offer)
        with suppress(OSError):  # the answer that is awaited may have come before the line closed
            self._write(b"".join(envelope))
        self._ahead = envelope

    def _piped(self, envelope: list[bytes]) -> _Refusal | None:
        ahead, self._ahead = self._ahead, []
        if not ahead:
            self._write(b"".join(envelope))
        replies: list[_Reply] = []
        try:
            for _ in range(3):
                replies.append(self._read())
                if replies[-1].code == 421:  # the relay closes: the other replies will not come
                    break
        except OSError as error:
            # Some relays and firewalls offer it, then lose what follows the first command, or the
            # message. A line closed meanwhile answers nothing at all.
            self._keeps_order = not replies
            if ahead and isinstance(error, TimeoutError):
                self._looks_ahead = False
            raise
        refusal = _first_refusal(replies)
        if refusal is not None and len(replies) == 3:
            self._withdraw(refusal, data_opened=replies[2].code == 354)
        return refusal

    def _stepped(self, envelope: list[bytes]) -> _Refusal | None:
        replies: list[_Reply] = []
        for command in envelope:
            self._write(command)
            replies.append(self._read())
            refusal = _first_refusal(replies)
            if refusal is not None:
                self._withdraw(refusal, data_opened=False)
                return refusal
        return None

    def _withdraw(self, refusal: _Refusal, *, data_opened: bool) -> None:
        """Bring the dialogue back to its start without any content being taken."""
        try:
            if data_opened:
                if refusal.stage != "rcpt":
                    # A relay that refuses the sender and yet takes the recipient and DATA would
                    # deliver an empty letter on a lone dot.
                    raise _LostError("DATA opened without a sender")
                # RFC 2920 §3.1: DATA without a recipient may be accepted; a lone dot ends it.
                self._write(b".\r\n")
                self._read()
            if refusal.reply.code != 421:
                self._write(b"RSET\r\n")
                if self._read().code != 250:
                    raise _LostError("RSET refused")
        except OSError:
            self._abandon()  # the refusal stands; the connection does not

    def _refused(self, refusal: _Refusal, envelope_to: str) -> Answer:
        reply = refusal.reply
        self._leave_if_told(reply)
        if reply.code < 500:
            # Also for a reply that is neither yes nor no: nothing was accepted yet.
            return worded(Outcome.RETRY, reply.code, reply.text, envelope_to)
        if refusal.stage == "mail":
            # Not this reader's fault: calling it REFUSED would strike out the whole audience.
            raise RelayUnavailable(
                f"Le serveur d’envoi {self.host} refuse l’adresse d’expédition ou la taille du"
                f" message (code {reply.code}). Vérifiez l’expéditeur autorisé.",
                "sender",
                reply.code,
            )
        return worded(Outcome.REFUSED, reply.code, reply.text, envelope_to)

    # --- the stream --------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        if self._client is None or self._client.sock is None:
            raise _LostError("closed")
        self._client.sock.sendall(data)

    def _read(self) -> _Reply:
        if self._client is None or self._client.file is None:
            raise _LostError("closed")
        texts = []
        for _ in range(_REPLY_LINES_MAX):
            line: bytes = self._client.file.readline(_REPLY_LINE_MAX)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise _LostError("no SMTP reply")
            texts.append(line[4:].decode("ascii", "replace").strip())
            if line[3:4] != b"-":
                return _Reply(int(line[:3]), " ".join(texts))
        raise _LostError("endless SMTP reply")

    def _leave_if_told(self, reply: _Reply) -> None:
        """421 announces that the relay closes; an unknown class means being out of step."""
        if reply.code == 421 or outcome_of(reply.code) is Outcome.UNCERTAIN:
            self._abandon()

    def _abandon(self) -> None:
        self._ahead = []
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _travels(envelope_from: str, envelope_to: str) -> bool:
    """Whether both may stand in an envelope as they are."""
    return bool(_ENVELOPE.fullmatch(envelope_from) and _ENVELOPE.fullmatch(envelope_to))


def _within(client: smtplib.SMTP) -> bool:
    """Whether the line does not leave this machine."""
    return client.sock is not None and ip_address(client.sock.getpeername()[0]).is_loopback


def _first_refusal(replies: list[_Reply]) -> _Refusal | None:
    """The first no among the replies to MAIL, RCPT, DATA: the later ones only follow from it."""
    stages: tuple[Literal["mail", "rcpt", "data"], ...] = ("mail", "rcpt", "data")
    for stage, reply in zip(stages, replies, strict=False):
        agreed = reply.code == 354 if stage == "data" else 200 <= reply.code < 300
        if not agreed:
            return _Refusal(stage, reply)
    return None


def _dot_stuffed(message: bytes) -> bytes:
    """RFC 5321 §4.5.2: a line that starts with a dot gets another."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
