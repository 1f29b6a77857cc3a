"""What a reader does: fills in the public form, opens the mails it brings, follows their links."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

import time_machine

from tests.smtp_sink import SmtpSink

ADDRESS = "camille@example.org"
JOIN = "/lettre/inscription/"
LINK = "/lettre/mon-lien/"


def sealed(page: str) -> str:
    return unescape(re.search(r'name="sealed" value="([^"]+)"', page)[1])


def fill(client: Client, *, wait: int = 10, path: str = JOIN, **fields) -> HttpResponse:
    """Open the form, wait some seconds, send it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        seal = sealed(client.get(path).content.decode())
        clock.shift(wait)
        return client.post(JOIN, {"email": ADDRESS, "sealed": seal} | fields)


def mails(relay: SmtpSink) -> list[EmailMessage]:
    return [message_from_bytes(raw, policy=policy.default) for raw in relay.messages]


def links_in(mail: EmailMessage) -> list[str]:
    """The paths of our links in a mail: both editions and the header."""
    bodies = [mail.get_body(preferencelist=(kind,)).get_content() for kind in ("plain", "html")]
    said = " ".join([*bodies, mail.get("List-Unsubscribe", "")])
    found = re.findall(r"http://testserver(/[^\s>\"<]*)", said)
    return list(dict.fromkeys(unescape(link) for link in found))


def link_in(mail: EmailMessage, beginning: str = "/lettre/") -> str:
    return next(link for link in links_in(mail) if link.startswith(beginning))
