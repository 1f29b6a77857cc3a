"""A service mail in both its editions, handed to the relay: no tracking, no list headers."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string

from wagtail.models import Site

from mjml import mjml2html

from newsletters.consent import address_number
from newsletters.delivery.answers import Answer
from newsletters.delivery.send import configured_transport
from newsletters.delivery.wire import Content, Recipient, WireTemplate
from newsletters.editions.email import tags_in_ascii
from newsletters.editions.text import fill
from newsletters.models import Errand, Periodical
from newsletters.service_notes import Note, letters_of
from newsletters.tokens import keyed_digest, service_token
from pages.models import CentreSettings

# RFC 3834: no absence notice answers it.
_HEADERS: Final = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"))


@dataclass(frozen=True, slots=True)
class Signature:
    """Who writes: the sender of the series concerned, and the centre's own details."""

    name: str
    address: str
    mailbox: str
    reply_to: str


def send(errand: Errand, note: Note, to: str) -> Answer:
    """Hand the mail to the relay; what it answered. Raises RelayUnavailable or WireError.

    The same errand always gives the same Message-ID: a mailbox that receives it twice, after a
    worker died between the relay's answer and its own note, can show it once. A bounce that quotes
    it says whose mail came back, and from which address.
    """
    signature = _signature(errand)
    source = render_to_string(
        "newsletters/service/note.mjml", {"note": note, "signature": signature}
    )
    content = Content(
        subject=note.subject,
        from_name=signature.name,
        from_email=signature.mailbox,
        reply_to=signature.reply_to,
        html=mjml2html(tags_in_ascii(source), fonts={}, disable_comments=True),
        text=_text(note, signature),
        headers=_HEADERS,
    )
    template = WireTemplate(content, [], date=errand.created_at)
    transport = configured_transport()
    try:
        return transport.send(Recipient(to, "", _message_id(errand, signature, to), {}), template)
    finally:
        transport.close()


def _text(note: Note, signature: Signature) -> str:
    blocks = [fill(paragraph) for paragraph in note.paragraphs]
    if note.action:
        blocks.append(f"{note.action.label} :\n<{note.action.url}>")
    blocks += [fill(paragraph) for paragraph in note.after]
    blocks += [f"{link.label} :\n<{link.url}>" for link in note.links]
    signed = "\n".join(filter(None, (signature.name, signature.address)))
    return "\n\n".join([*blocks, f"-- \n{signed}"]) + "\n"


def _signature(errand: Errand) -> Signature:
    letters = letters_of(errand) or list(Periodical.objects.open()[:1])
    site = Site.objects.filter(is_default_site=True).first()
    centre = CentreSettings.for_site(site) if site else CentreSettings()
    lines = (line.strip().rstrip(",") for line in centre.address.splitlines())
    address = ", ".join(filter(None, lines))
    if not letters:
        return Signature(centre.name, address, settings.DEFAULT_FROM_EMAIL, "")
    series = letters[0]
    return Signature(series.sender_name, address, series.sender_email, series.reply_to)


def _message_id(errand: Errand, signature: Signature, to: str) -> str:
    digest = keyed_digest("newsletters.errand", f"{errand.pk} {errand.created_at.timestamp()}")
    reference = service_token(errand.subscriber_id or 0, address_number(to))
    return f"<demande.{digest[:24]}.{reference}@{signature.mailbox.rpartition('@')[2]}>"
