"""Of all a letter’s readers, each finds in its headers one address besides the sender’s."""

import re
from email import message_from_bytes, policy
from itertools import product

from django.db import connection

import pytest

from newsletters.delivery.send import run
from newsletters.delivery.wire import ascii_address
from newsletters.models import Delivery, Subscriber
from tests.builders import make_sending

pytestmark = pytest.mark.django_db

OURS = {"lettre@example.org", "reponse@example.org", "rebonds@example.org"}
OTHER = "victime@example.org"
# Each is joined to each of the others, before and after the address of another person.
ODD = [
    "",
    " ",
    ",",
    ";",
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\t",
    "\x0b",
    "\x85",
    "\u2028",
    "\u202e",
    "%",
    "+",
]
ODD += [
    "\r\nBcc: ",
    "\nCc: ",
    ", ",
    "<",
    ">",
    "> <",
    '"',
    '" <',
    "(",
    ")",
    "\\",
    "=?utf-8?q?",
    "é",
    "@",
]
ODD += [
    "x@",
    "x@example.org, ",
    "x@example.org\r\nTo: ",
    "=0D=0ABcc: ",
    "%0d%0aBcc: ",
    "a@[",
    "..",
    ".",
]
_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[a-z0-9][a-z0-9.-]*", re.IGNORECASE)


def head_of(raw: bytes) -> tuple[str, str]:
    """The head as it travels, and as a reader's program decodes it."""
    head = raw.partition(b"\r\n\r\n")[0]
    decoded = message_from_bytes(raw, policy=policy.default)
    return head.decode("ascii"), "\n".join(f"{k}: {v}" for k, v in decoded.items())


def named(head: str) -> set[str]:
    """Every address of a head, but for the numbers of Message-ID."""
    fields = re.sub(r"\r\n(?=[ \t])", "", head)
    kept = (line for line in fields.splitlines() if not line.lower().startswith("message-id"))
    return {found.removeprefix("mailto:").lower() for found in _ADDRESS.findall("\n".join(kept))}


@pytest.mark.parametrize("transport", ["smtp", "django"])
@pytest.mark.parametrize("bounces", ["", "rebonds@example.org"])
def test_no_odd_address_brings_another_person_into_the_headers(settings, relay, transport, bounces):
    settings.NEWSLETTER_TRANSPORT = transport
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.NEWSLETTER_BOUNCE_ADDRESS = bounces
    # PostgreSQL keeps no nul character at all.
    kept = [one for one in ODD if connection.vendor != "postgresql" or "\0" not in one]
    odd = [f"{before}{OTHER}{after}"[:250] for before, after in product(kept, kept)]
    chosen = list(dict.fromkeys(odd))[:: 1 if transport == "smtp" else 7]
    mailing = make_sending(len(chosen))
    type(mailing).objects.update(
        reply_to="reponse@example.org", canary_passed=True, breaker_off=True
    )
    Subscriber.objects.update(first_name=OTHER, last_name=f"\r\nBcc: {OTHER}", organisation=OTHER)
    rows = list(mailing.deliveries.order_by("pk"))
    for row, email in zip(rows, chosen, strict=True):
        row.email = email
    Delivery.objects.bulk_update(rows, ["email"])
    run(mailing.pk)
    mailing.refresh_from_db()
    assert mailing.equation().remaining == 0, mailing.pause_reason
    assert relay.messages
    recipients = [accepted.recipient for accepted in relay.accepted]
    for raw, recipient in zip(relay.messages, recipients, strict=True):
        for head in head_of(raw):
            assert named(head) <= OURS | {recipient.lower()}
        message = message_from_bytes(raw, policy=policy.default)
        assert [len(message.get_all(name, [])) for name in ("To", "Cc", "Bcc")] == [1, 0, 0]
    # What is accepted was written to exactly as it stands, or in its domain's ASCII form.
    accepted = mailing.deliveries.filter(state="accepted").values_list("email", flat=True)
    assert sorted(recipients) == sorted(map(ascii_address, accepted))
