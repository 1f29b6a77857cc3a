"""Letters through a mail provider's API, by Anymail: one call for each person, or for many.

A call has one moment of doubt, from its first byte to its answer: an answer that never comes, or
one that speaks of the provider's own trouble, makes everybody in it UNCERTAIN. What is known not
to have been done (429, 503, never connected) is nobody's refusal, and waits.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, sleep
from typing import Any, Final
from uuid import uuid4

from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

import requests
from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .answers import Answer, Outcome, RelayUnavailable
from .merge import MergedLetter
from .providers import Provider, provider_named
from .transport import mailbox, unwritable
from .wire import (
    AddressRefused,
    HeaderInjection,
    Recipient,
    WireTemplate,
    ascii_address,
    recipient_head,
)

# A call of more than this is slow to build, slow to refuse, and over what providers take.
_CALL_BYTES: Final = 8_000_000
# Finding the addresses that make a provider refuse a whole call: so many calls, or so long.
_CALLS: Final = 60
_SECONDS: Final = 60.0
# A limit that ends so soon is waited for; a longer one pauses the mailing until its end.
_SHORT_WAIT: Final = 5.0
_TRIES: Final = 4
_LONGEST_WAIT: Final = 6 * 3600.0

# As a relay would say it: codes here are SMTP's, and an HTTP code of 400 is no « later ».
_NOT_NOW: Final = 450
_REFUSED: Final = Answer(Outcome.REFUSED, 0, "", "destinataire refusé par le fournisseur")
_MEANINGS: Final = {
    "sent": Answer(Outcome.ACCEPTED, 0, "", ""),
    "queued": Answer(Outcome.ACCEPTED, 0, "", ""),
    "invalid": _REFUSED,
    "rejected": _REFUSED,
    # Not taken, for a reason that is not the address.
    "failed": Answer(Outcome.RETRY, _NOT_NOW, "", "le fournisseur n’a pas pris ce message"),
}
_NO_ANSWER: Final = Answer(Outcome.UNCERTAIN, 0, "", "réponse du fournisseur perdue")
_ITS_TROUBLE: Final = Answer(Outcome.UNCERTAIN, 0, "", "panne du fournisseur pendant la remise")
_FORBIDDING: Final = {
    401: "refuse l’identification. Vérifiez la clé",
    402: "refuse l’envoi : compte épuisé ou suspendu",
    403: "refuse l’identification. Vérifiez la clé",
    404: "ne connaît pas cette adresse d’API ou ce domaine d’expédition",
    405: "ne connaît pas cette adresse d’API",
    407: "n’est pas joignable à travers le mandataire (proxy)",
}
# 408: the request did not arrive whole. 503 (RFC 9110 §15.6.4): unable to handle it, hence not
# handled; 500, 502 and 504 say nothing of what was done before the trouble.
_LATER: Final = frozenset({408, 425, 429, 503})


class ProviderTransport:
    """One session with a provider's API, used by one thread."""

    def __init__(self, backend: AnymailBaseBackend, *, batch: int = 1) -> None:
        """`batch` is the wanted number of people in a call; the provider's own limit holds."""
        self.provider: Provider = provider_named(backend.esp_name)
        self._batch = max(1, min(batch, self.provider.batch))
        if self._batch > 1 and self.provider.backend:
            backend = import_string(self.provider.backend)()
        self._backend = backend
        self._letter: MergedLetter | None = None

    def open(self) -> None:
        self._backend.open()

    def close(self) -> None:
        self._backend.close()

    def capacity(self, template: WireTemplate) -> int:
        """How many people `send_many` takes at once."""
        if self.provider.marker:
            return self._batch
        return max(1, min(self._batch, _CALL_BYTES // max(self._merged(template).size(), 1)))

    def send(self, recipient: Recipient, template: WireTemplate) -> Answer:
        self.open()
        try:
            recipient_head(recipient)
            message = self._alone(recipient, self._merged(template))
            answer = self._called(message, [recipient])[0]
            if self.provider.key_header and answer.outcome is Outcome.UNCERTAIN:
                return self._asked_again(message, recipient, answer)
            return answer
        except (AddressRefused, HeaderInjection) as error:
            return unwritable(error)
        except _WholeRefusedError as refusal:
            words = f"message refusé par le fournisseur (code {refusal.code})"
            return Answer(Outcome.REFUSED, 0, "", words)

    def send_many(
        self, recipients: Sequence[Recipient], template: WireTemplate
    ) -> list[Answer | None]:
        """An answer for each, in order; None for whoever was not offered to the provider.

        A call refused whole reached nobody: it is cut in two until the cause stands alone.
        """
        self.open()
        found: dict[str, Answer] = {}
        waiting = list(_unlike(recipients, found))
        until, calls = monotonic() + _SECONDS, 0
        while waiting and calls < _CALLS and monotonic() < until:
            calls += 1
            group = waiting.pop()
            try:
                found |= self._offered(group, template)
            except _WholeRefusedError:
                half = math.ceil(len(group) / 2)
                waiting += [group[half:], group[:half]]
            except RelayUnavailable:
                if not found:
                    raise
                break  # those already answered keep their answers; the next call meets it again
        return [found.get(recipient.message_id) for recipient in recipients]

    def _offered(self, group: list[Recipient], template: WireTemplate) -> dict[str, Answer]:
        if len(group) == 1:
            return {group[0].message_id: self.send(group[0], template)}
        answers = self._called(self._together(group, self._merged(template)), group)
        return {one.message_id: answer for one, answer in zip(group, answers, strict=True)}

    def _merged(self, template: WireTemplate) -> MergedLetter:
        if self._letter is None or self._letter.template is not template:
            self._letter = MergedLetter(template, self.provider.marker)
        return self._letter

    # --- messages ------------------------------------------------------------------------------

    def _alone(self, recipient: Recipient, letter: MergedLetter) -> EmailMultiAlternatives:
        headers = self._fixed(letter) | self._personal(recipient)
        if self.provider.key_header:
            # A new one for each offer: one used before a refusal would make the next look done.
            headers[self.provider.key_header] = str(uuid4())
        message = self._message(letter, [recipient], letter.personal(recipient), headers)
        self._set(message, metadata=_note(recipient))
        return message

    def _together(self, group: Sequence[Recipient], letter: MergedLetter) -> EmailMultiAlternatives:
        by_address = {ascii_address(one.email): one for one in group}
        fixed = self._fixed(letter)
        message = self._message(letter, group, letter.shared(), fixed)
        if self.provider.marker:
            self._set(message, merge_data={a: letter.values(r) for a, r in by_address.items()})
            if self.provider.marker_option:
                self._set(message, esp_extra={self.provider.marker_option: letter.marker})
        else:
            self._set(message, bodies={a: letter.personal(r) for a, r in by_address.items()})
        under = fixed if self.provider.replaces_headers else {}
        self._set(
            message,
            merge_metadata={a: _note(r) for a, r in by_address.items()},
            merge_headers={a: under | self._personal(r) for a, r in by_address.items()},
        )
        return message

    def _message(
        self,
        letter: MergedLetter,
        group: Sequence[Recipient],
        bodies: tuple[str, str],
        headers: dict[str, str],
    ) -> EmailMultiAlternatives:
        content = letter.template.content
        message = EmailMultiAlternatives(
            letter.subject,
            bodies[0],
            from_email=mailbox(letter.from_name, content.from_email),
            # No name: see Addressing.recipient.
            to=[ascii_address(one.email) for one in group],
            reply_to=[content.reply_to] if content.reply_to else None,
            headers=headers,
        )
        message.attach_alternative(bodies[1], "text/html")
        if self.provider.untracked:
            self._set(message, track_opens=False, track_clicks=False)
        return message

    def _set(self, message: EmailMultiAlternatives, **values: Any) -> None:
        for name, value in values.items():
            if name != "metadata" or self.provider.metadata:
                setattr(message, name, value)

    def _fixed(self, letter: MergedLetter) -> dict[str, str]:
        return self._allowed(letter.template.content.headers + self.provider.extra_headers)

    def _personal(self, recipient: Recipient) -> dict[str, str]:
        return self._allowed((("Message-ID", recipient.message_id), *recipient.headers))

    def _allowed(self, headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
        own = self.provider.own_headers
        return {name: value for name, value in headers if name.lower() not in own}

    # --- calls ---------------------------------------------------------------------------------

    def _called(self, message: EmailMultiAlternatives, group: Sequence[Recipient]) -> list[Answer]:
        """One call's answers, in the order of `group`; a short limit is waited for."""
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._answers(message, group)
            except RelayUnavailable as error:
                short = 0 < error.retry_after <= _SHORT_WAIT
                if not short or not tries_left:
                    raise
                sleep(error.retry_after)
        raise AssertionError("the last try returns or raises")

    def _asked_again(
        self, message: EmailMultiAlternatives, recipient: Recipient, doubt: Answer
    ) -> Answer:
        """The same call under the same key, which the provider carries out once: its answer tells.

        « Already done » ends a silence. After the provider's own trouble it does not: the key may
        have been noted and the message lost.
        """
        try:
            return self._answers(message, [recipient])[0]
        except _WholeRefusedError as refusal:
            return _MEANINGS["sent"] if refusal.done_before and doubt is _NO_ANSWER else doubt
        except RelayUnavailable:
            return doubt

    def _answers(self, message: EmailMultiAlternatives, group: Sequence[Recipient]) -> list[Answer]:
        try:
            sent = self._backend.send_messages([message])
        except AnymailRecipientsRefused:
            sent = 1  # the status has each answer
        except AnymailAPIError as error:
            return [_meaning(error)] * len(group)
        except AnymailError as error:
            # Raised while the request is prepared: an option this provider does not have.
            why = str(error.args[0]) if error.args else type(error).__name__
            raise RelayUnavailable(
                f"Le fournisseur d’envoi ne permet pas ce message ({why}).", "sender"
            ) from error
        except OSError:
            self._backend.close()
            return [_NO_ANSWER] * len(group)
        if not sent:
            return [_MEANINGS["failed"]] * len(group)
        statuses = message.anymail_status.recipients  # type: ignore[attr-defined]
        told = {address.lower(): one.status for address, one in statuses.items()}
        addresses = [ascii_address(one.email).lower() for one in group]
        return [_MEANINGS.get(told.get(address, ""), _NO_ANSWER) for address in addresses]


class _WholeRefusedError(Exception):
    """The provider refused the request as it is: nobody in it was accepted."""

    def __init__(self, code: int, *, done_before: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.done_before = done_before  # what this call asks was carried out under the same key


def _unlike(recipients: Sequence[Recipient], found: dict[str, Answer]) -> Iterator[list[Recipient]]:
    """Groups in which no address is there twice; who cannot be written to goes to `found`.

    Two spellings of one international domain are two people here, and one key at the provider.
    """
    together: dict[str, Recipient] = {}
    for recipient in recipients:
        try:
            recipient_head(recipient)
            address = ascii_address(recipient.email).lower()
        except (AddressRefused, HeaderInjection) as error:
            found[recipient.message_id] = unwritable(error)
            continue
        if address in together:
            yield [recipient]
        together.setdefault(address, recipient)
    if together:
        yield list(together.values())


def _note(recipient: Recipient) -> dict[str, str]:
    return {"delivery": recipient.reference}


def _meaning(error: AnymailAPIError) -> Answer:
    """The answer for everybody in a call. Raises RelayUnavailable or _WholeRefusedError."""
    code = error.status_code or 0
    if _never_connected(error):
        raise RelayUnavailable(
            "Le fournisseur d’envoi est injoignable. Vérifiez le réseau.", "network"
        ) from error
    if code in _FORBIDDING:
        words = f"Le fournisseur d’envoi {_FORBIDDING[code]} (code {code})."
        raise RelayUnavailable(words, "auth", code) from error
    if code in _LATER:
        raise RelayUnavailable(
            f"Le fournisseur d’envoi demande d’attendre (code {code}).",
            "busy",
            code,
            retry_after=_retry_after(error),
        ) from error
    if 400 <= code < 500:
        raise _WholeRefusedError(code, done_before=_says_done(error)) from error
    return _ITS_TROUBLE if code else _NO_ANSWER


def _says_done(error: AnymailAPIError) -> bool:
    try:
        said = error.response.json()
    except (AttributeError, ValueError):
        return False
    return isinstance(said, dict) and said.get("code") == "duplicate_parameter"


def _retry_after(error: AnymailAPIError) -> float:
    """Seconds asked for by the answer (RFC 9110 §10.2.3: a number or a date); 0 when none is."""
    headers = getattr(error.response, "headers", None) or {}
    value = str(headers.get("Retry-After", "")).strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_WAIT)


def _never_connected(error: AnymailAPIError) -> bool:
    """Whether the request was not even written: name, route, port or certificate refused.

    Anymail's error also is requests' own, whose only argument is urllib3's.
    """
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.ConnectTimeout):
        return True
    cause = error.__cause__
    reason = getattr(next(iter(getattr(cause, "args", ())), None), "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
