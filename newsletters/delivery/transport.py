"""The seam between the send loop and whatever carries mail. Fakes belong here and nowhere lower."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from .answers import Answer, Outcome, RelayUnavailable, explained, outcome_of, worded
from .envelope import ReturnPath
from .smtp import Offer, SmtpConnection
from .wire import (
    AddressRefused,
    HeaderInjection,
    Recipient,
    WireError,
    WireTemplate,
    ascii_address,
    refuse_injection,
)

# Said without a relay: RFC 3463 X.1.3, bad destination mailbox address syntax.
_BAD_ADDRESS = "5.1.3"


class Transport(Protocol):
    """Carries one message at a time, over one connection, in one thread.

    `open` and `send` raise RelayUnavailable when nobody can be served and nothing was sent. What
    concerns one person comes back as an Answer; `send` never offers a message twice.
    """

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, recipient: Recipient, template: WireTemplate) -> Answer: ...


@runtime_checkable
class BatchTransport(Transport, Protocol):
    """Carries many messages in one call as well, and tells what became of each."""

    def capacity(self, template: WireTemplate) -> int:
        """How many people `send_many` takes at once."""

    def send_many(
        self, recipients: Sequence[Recipient], template: WireTemplate
    ) -> list[Answer | None]:
        """An answer for each, in order; None for whoever was not offered. Raises as `send` does."""


@runtime_checkable
class ForeseeingTransport(Transport, Protocol):
    """Prepares the next message while the answer of one is on its way."""

    def foresee(self, upcoming: Callable[[], Recipient]) -> None:
        """Who comes after the recipient of the next `send`; asked once, and no promise: to send to
        nobody, or to somebody else, only costs the connection."""


class SmtpTransport:
    """The fast way: spliced bytes over a pipelined connection."""

    def __init__(
        self,
        connection: SmtpConnection,
        return_path: ReturnPath | None = None,
        *,
        per_connection: int = 0,
    ) -> None:
        """`return_path` says the envelope's sender; by default, that of the letter.

        After `per_connection` messages the line is closed and opened again (0: never): relays
        behind a balancer then share the load, and those that count messages have no cause to cut.
        """
        self._connection = connection
        self._return_path = return_path or ReturnPath()
        self._per_connection = per_connection
        self._sent = 0
        self._upcoming: Callable[[], Recipient] | None = None
        self._ready: tuple[Recipient, Offer] | None = None

    def open(self) -> None:
        self._connection.open()

    def close(self) -> None:
        self._connection.close()

    def foresee(self, upcoming: Callable[[], Recipient]) -> None:
        self._upcoming = upcoming

    def send(self, recipient: Recipient, template: WireTemplate) -> Answer:
        ready, self._ready = self._ready, None
        upcoming, self._upcoming = self._upcoming, None
        try:
            same = ready is not None and ready[0] is recipient
            offer = ready[1] if ready and same else self._offer(recipient, template)
        except (AddressRefused, HeaderInjection) as error:
            return unwritable(error)
        if self._per_connection and self._sent >= self._per_connection:
            self._connection.close()
            self._sent = 0
        self._sent += 1
        last = self._sent == self._per_connection
        following = partial(self._prepared, upcoming, template) if upcoming and not last else None
        return self._connection.send(*offer, dot_safe=True, following=following)

    def _offer(self, recipient: Recipient, template: WireTemplate) -> Offer:
        envelope_to = ascii_address(recipient.email)
        sender = self._return_path.sender(recipient, template.content.from_email)
        return Offer(sender, envelope_to, template.build(recipient))

    def _prepared(self, upcoming: Callable[[], Recipient], template: WireTemplate) -> Offer | None:
        recipient = upcoming()
        try:
            self._ready = recipient, self._offer(recipient, template)
        except WireError:  # said when its turn comes
            return None
        return self._ready[1]


class DjangoTransport:
    """Any EMAIL_BACKEND but Anymail's: the slow reference, one message object per person.

    A backend shows no moment of the final dot, so a connection lost inside it is UNCERTAIN.
    """

    def __init__(
        self, backend: BaseEmailBackend | None = None, return_path: ReturnPath | None = None
    ) -> None:
        """`backend` defaults to the one of the settings, `return_path` to the letter's sender."""
        self._return_path = return_path or ReturnPath()
        self._backend = backend if backend is not None else get_connection()

    def open(self) -> None:
        try:
            self._backend.open()
        except OSError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        self._backend.close()

    def send(self, recipient: Recipient, template: WireTemplate) -> Answer:
        self.open()
        try:
            message = _django_message(recipient, template, self._return_path)
            sent = self._backend.send_messages([message])
        except (AddressRefused, HeaderInjection, BadHeaderError) as error:
            return unwritable(error)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            return self._smtp_answer(code, words, recipient)
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code >= 500:
                raise self._unavailable(error) from error
            return self._smtp_answer(error.smtp_code, error.smtp_error, recipient)
        except smtplib.SMTPHeloError as error:
            raise self._unavailable(error) from error  # says no to this site, not to a reader
        except smtplib.SMTPResponseException as error:
            return self._smtp_answer(error.smtp_code, error.smtp_error, recipient)
        except OSError:
            self._backend.close()
            return Answer(Outcome.UNCERTAIN, 0, "", "réponse du serveur d’envoi perdue")
        if sent == 0:
            return Answer(Outcome.RETRY, 0, "", "rien n’a été transmis")
        return Answer(Outcome.ACCEPTED, 0, "", "")

    def _smtp_answer(self, code: int, words: bytes | str, recipient: Recipient) -> Answer:
        text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
        outcome = outcome_of(code)
        if code == 421 or outcome is Outcome.UNCERTAIN:
            self._backend.close()
        return worded(outcome, code, text, recipient.email)

    def _unavailable(self, error: OSError) -> RelayUnavailable:
        host = str(getattr(self._backend, "host", "") or "configuré")
        return explained(error, host, int(getattr(self._backend, "port", 0) or 0))


def unwritable(error: ValueError) -> Answer:
    """The Answer for a person whose address or name cannot be written: refused before sending."""
    if isinstance(error, AddressRefused):
        return Answer(Outcome.REFUSED, 0, _BAD_ADDRESS, str(error))
    return Answer(Outcome.REFUSED, 0, _BAD_ADDRESS, "saut de ligne dans un nom ou une adresse")


def _django_message(
    recipient: Recipient, template: WireTemplate, return_path: ReturnPath
) -> EmailMultiAlternatives:
    content = template.content
    text, page = template.render(recipient)
    headers = dict(content.headers) | dict(recipient.headers)
    headers |= {"Message-ID": recipient.message_id, "Date": template.date}
    # Django's own way of telling the two apart: `from_email` is the envelope's, the field is ours.
    headers["From"] = mailbox(content.from_name, content.from_email)
    message = EmailMultiAlternatives(
        content.subject,
        text,
        from_email=return_path.sender(recipient, content.from_email),
        to=[mailbox(recipient.name, ascii_address(recipient.email))],
        reply_to=[content.reply_to] if content.reply_to else None,
        headers=headers,
    )
    message.attach_alternative(page, "text/html")
    return message


def mailbox(name: str, email: str) -> str:
    """An address with its name, as Django takes it. Raises HeaderInjection."""
    refuse_injection(name)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{email}>' if name else email
