"""Where bounces return, the envelope's sender: one for each message (VERP), or the letter's.

`rebonds@example.org` becomes `rebonds+12.a1b2…@example.org`: the message is then known by the
address alone, whatever a foreign server quotes or leaves out. The « + » is that of RFC 5233, which
the mailbox must take. What follows it is what a Message-ID of ours says, under the same signature.
"""

import re
from email.message import Message
from typing import Final

from django.conf import settings

from newsletters.delivery.wire import Recipient, ascii_address

# RFC 5321 §4.5.3.1.1: 64 octets before the @, of which the longest reference (a service mail's)
# takes 42, « + » included.
LOCAL_MAX: Final = 22
# Where receiving servers write the envelope's recipient; the last by RFC 8098 §2.3.
_FIELDS: Final = (
    "To",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "Original-Recipient",
)
_REFERENCE: Final = re.compile(r"\+((?:\d{1,19}-)?\d{1,19}\.[0-9a-f]{12})@", re.IGNORECASE)


class ReturnPath:
    """The envelope senders of one installation. `address` is "" to keep that of each letter."""

    def __init__(self, address: str = "") -> None:
        """Raises AddressRefused."""
        local, _, domain = ascii_address(address).rpartition("@") if address else ("", "", "")
        self._before, self._after = f"{local}+", f"@{domain}"
        self._own = bool(address)

    def sender(self, recipient: Recipient, from_email: str) -> str:
        """What MAIL FROM says of this message."""
        if not self._own:
            return ascii_address(from_email)
        return f"{self._before}{recipient.reference}{self._after}"


def configured_return_path() -> ReturnPath:
    """That of NEWSLETTER_BOUNCE_ADDRESS. Raises AddressRefused."""
    return ReturnPath(settings.NEWSLETTER_BOUNCE_ADDRESS)


def returned_to(message: Message) -> list[str]:
    """The references in the addresses a bounce was sent to, signature not yet looked at."""
    said = (str(value) for name in _FIELDS for value in message.get_all(name, []))
    return [found.lower() for value in said for found in _REFERENCE.findall(value)]
