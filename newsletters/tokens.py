"""Signed links and identifiers, one salt per purpose: a token of one kind is no other kind.

HMAC-SHA-256 over keys derived from SECRET_KEY, computed by hand rather than by
`django.core.signing`: a send signs two values per message, and Signer derives its key each time.
Tokens never expire (an unsubscribe link must work years later) and survive a key rotation through
SECRET_KEY_FALLBACKS.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.encoding import force_bytes

_UNSUBSCRIBE: Final = "newsletters.unsubscribe"
_MESSAGE_ID: Final = "newsletters.message-id"
_SUPPRESSION: Final = "newsletters.suppression"


class BadToken(ValueError):  # noqa: N818  (says what happened)
    """Not a token of ours, or not for this purpose. Carries no detail: views answer calmly."""


@lru_cache(maxsize=32)
def _key(secret: str | bytes, salt: str) -> bytes:
    return hashlib.sha256(salt.encode() + b"\0" + force_bytes(secret)).digest()


def _secrets() -> list[str | bytes]:
    """The signing key, then the retired keys that still verify."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _signature(value: str, salt: str, secret: str | bytes) -> str:
    digest = hmac.digest(_key(secret, salt), value.encode(), "sha256")
    return urlsafe_b64encode(digest[:15]).decode("ascii")


def unsubscribe_token(subscription_id: int) -> str:
    """`<id>.<signature>`, safe in a URL path and in a mailto subject.

    Zero is no subscription: test sends carry it, so their link opens the page and changes nothing.
    """
    value = str(subscription_id)
    return f"{value}.{_signature(value, _UNSUBSCRIBE, settings.SECRET_KEY)}"


def read_unsubscribe_token(token: str) -> int:
    """The subscription's id. Raises BadToken."""
    value, _, signature = token.partition(".")
    given = signature.encode()  # compare_digest refuses non-ASCII text
    for secret in _secrets():
        if hmac.compare_digest(given, _signature(value, _UNSUBSCRIBE, secret).encode()):
            return int(value)
    raise BadToken


def message_token(delivery_id: int) -> str:
    """Twelve hexadecimal digits that make a Message-ID of ours impossible to guess.

    A bounce that quotes a Message-ID is believed only with the right token.
    """
    key = _key(settings.SECRET_KEY, _MESSAGE_ID)
    return hmac.digest(key, str(delivery_id).encode(), "sha256").hex()[:12]


def address_hashes(email_key: str) -> list[str]:
    """Keyed hashes (64 hexadecimal digits) of a normalised address, the current key's first.

    What remains of an erased address (RGPD art. 17): enough to recognise it, not to read it. A
    plain hash would be reversed by trying every known address.
    """
    return [
        hmac.digest(_key(secret, _SUPPRESSION), email_key.encode(), "sha256").hex()
        for secret in _secrets()
    ]


def read_message_token(value: str) -> int:
    """The delivery's id, from `<id>.<token>` or from a whole Message-ID of ours. Raises BadToken.

    Whoever quotes it has seen the message: enough to believe a bounce that came by plain mail.
    """
    parts = value.strip().strip("<>").partition("@")[0].split(".")[-2:]
    if len(parts) != 2 or not parts[0].isascii() or not parts[0].isdigit():
        raise BadToken
    for secret in _secrets():
        digest = hmac.digest(_key(secret, _MESSAGE_ID), parts[0].encode(), "sha256")
        if hmac.compare_digest(parts[1].encode(), digest.hex()[:12].encode()):
            return int(parts[0])
    raise BadToken
