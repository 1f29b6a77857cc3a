"""Signed links and identifiers, one salt per purpose: a token of one kind is no other kind.

HMAC-SHA-256 over keys derived from SECRET_KEY, computed by hand rather than by
`django.core.signing`: a send signs three values per message, and Signer derives its key each time.
Links of the letters never expire (an unsubscribe link must work years later); the others carry the
moment they were asked for, and `newsletters.consent` says how long they serve. All survive a key
rotation through SECRET_KEY_FALLBACKS.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.encoding import force_bytes

_UNSUBSCRIBE: Final = "newsletters.unsubscribe"
_PREFERENCES: Final = "newsletters.preferences"
_MESSAGE_ID: Final = "newsletters.message-id"
_SERVICE_MAIL: Final = "newsletters.service-mail"
_SUPPRESSION: Final = "newsletters.suppression"
_CLICK: Final = "newsletters.click"


class BadToken(ValueError):  # noqa: N818  (says what happened)
    """Not a token of ours, or not for this purpose. Carries no detail: views answer calmly."""


@lru_cache(maxsize=32)
def _keyed(secret: str | bytes, salt: str) -> hmac.HMAC:
    """To be copied: reading the key again for each value would cost as much as the rest."""
    key = hashlib.sha256(salt.encode() + b"\0" + force_bytes(secret)).digest()
    return hmac.new(key, digestmod="sha256")


def _digest(value: str, salt: str, secret: str | bytes) -> bytes:
    mac = _keyed(secret, salt).copy()
    mac.update(value.encode())
    return mac.digest()


def _secrets() -> list[str | bytes]:
    """The signing key, then the retired keys that still verify."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _signature(value: str, salt: str, secret: str | bytes) -> str:
    return urlsafe_b64encode(_digest(value, salt, secret)[:15]).decode("ascii")


def _signed(value: str, salt: str) -> str:
    return f"{value}.{_signature(value, salt, settings.SECRET_KEY)}"


def _verified(token: str, salt: str) -> str:
    value, _, signature = token.partition(".")
    given = signature.encode()  # compare_digest refuses non-ASCII text
    for secret in _secrets():
        if hmac.compare_digest(given, _signature(value, salt, secret).encode()):
            return value
    raise BadToken


def unsubscribe_token(subscription_id: int) -> str:
    """`<id>.<signature>`, safe in a URL path and in a mailto subject.

    Zero is no subscription: test sends carry it, so their link opens the page and changes nothing.
    """
    return _signed(str(subscription_id), _UNSUBSCRIBE)


def read_unsubscribe_token(token: str) -> int:
    """The subscription's id. Raises BadToken."""
    return int(_verified(token, _UNSUBSCRIBE))


def preferences_token(subscription_id: int) -> str:
    """In every letter, for ever: letters are forwarded, so it opens no personal data."""
    return _signed(str(subscription_id), _PREFERENCES)


def read_preferences_token(token: str) -> int:
    """The subscription's id. Raises BadToken."""
    return int(_verified(token, _PREFERENCES))


def click_token(mailing_id: int, number: int) -> str:
    """The same for every reader: it says which link of which letter, and nothing of a person."""
    return _signed(f"{mailing_id}-{number}", _CLICK)


def read_click_token(token: str) -> tuple[int, int]:
    """(mailing's id, link's number). Raises BadToken."""
    mailing_id, number = _verified(token, _CLICK).split("-")
    return int(mailing_id), int(number)


class Purpose(StrEnum):
    """What a dated link lets its bearer do; each is a salt of its own."""

    CONFIRM = "newsletters.confirm"
    ACCESS = "newsletters.access"
    UNDO = "newsletters.undo-leaving"
    MOVE = "newsletters.new-address"
    STAY = "newsletters.stay"


@dataclass(frozen=True, slots=True)
class Dated:
    """What a dated token says: for whom (`key`), since when, about what (`numbers`).

    `at` is aware, UTC, to the microsecond: it is compared with moments of the database.
    """

    key: int
    at: datetime
    numbers: tuple[int, ...] = ()


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def dated_token(purpose: Purpose, said: Dated) -> str:
    """`<key>-<microseconds>-<numbers…>.<signature>`, safe in a URL path."""
    moment = (said.at - _EPOCH) // datetime.resolution
    return _signed("-".join(map(str, (said.key, moment, *said.numbers))), purpose)


def read_dated_token(purpose: Purpose, token: str) -> Dated:
    """Raises BadToken. Whether the moment is too far back is for the caller to say."""
    key, moment, *numbers = map(int, _verified(token, purpose).split("-"))
    return Dated(key, _EPOCH + moment * datetime.resolution, tuple(numbers))


def keyed_digest(purpose: str, value: str) -> str:
    """64 hexadecimal digits that name a value without holding it, for counting only."""
    return _digest(value, purpose, settings.SECRET_KEY).hex()


def message_token(delivery_id: int) -> str:
    """Twelve hexadecimal digits that make a Message-ID of ours impossible to guess.

    A bounce that quotes a Message-ID is believed only with the right token.
    """
    return _stamp(str(delivery_id), _MESSAGE_ID, settings.SECRET_KEY)


def service_token(person_id: int, address: int) -> str:
    """`<person>-<address>.<stamp>`, the end of a service mail's Message-ID.

    Its errand is gone when its bounce comes. `address` tells the mailbox it was written to
    (`consent.address_number`), which may not be the person's any more, or not yet.
    """
    value = f"{person_id}-{address}"
    return f"{value}.{_stamp(value, _SERVICE_MAIL, settings.SECRET_KEY)}"


def address_hashes(email_key: str) -> list[str]:
    """Keyed hashes (64 hexadecimal digits) of a normalised address, the current key's first.

    What remains of an erased address (RGPD art. 17): enough to recognise it, not to read it. A
    plain hash would be reversed by trying every known address.
    """
    return [_digest(email_key, _SUPPRESSION, secret).hex() for secret in _secrets()]


def read_message_token(value: str) -> int:
    """The delivery's id, from `<id>.<token>` or from a whole Message-ID of ours. Raises BadToken.

    Whoever quotes it has seen the message: enough to believe a bounce that came by plain mail.
    """
    return int(_stamped(value, _MESSAGE_ID, _NUMBER))


def read_service_token(value: str) -> tuple[int, int]:
    """(person's id, number of the address), as `read_message_token`. Raises BadToken."""
    person, _, address = _stamped(value, _SERVICE_MAIL, _PAIR).partition("-")
    return int(person), int(address)


_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_PAIR: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")


def _stamp(value: str, salt: str, secret: str | bytes) -> str:
    """Twelve hexadecimal digits: some mail servers lower the letters of an address."""
    return _digest(value, salt, secret).hex()[:12]


def _stamped(said: str, salt: str, shape: re.Pattern[str]) -> str:
    """The value whose stamp ends the left side of a Message-ID. Raises BadToken."""
    left = said.strip().strip("<>").partition("@")[0]
    *_, value, stamp = ["", *left.split(".")]
    if shape.fullmatch(value):
        for secret in _secrets():
            if hmac.compare_digest(stamp.encode(), _stamp(value, salt, secret).encode()):
                return value
    raise BadToken
