"""The two ways of sending without a ledger: raw `smtplib`, and a plain Django loop.

Their time per message does not depend on how many came before: they are measured on a sample.
"""

import smtplib
import time

from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from newsletters.delivery.message import Addressing
from newsletters.delivery.wire import Recipient
from newsletters.models import Mailing
from tests.benchmarks._stage import sink


def people(mailing: Mailing, messages: int) -> list[tuple[str, int, int]]:
    """(address, delivery's id, subscription's id) of the first readers."""
    rows = mailing.deliveries.order_by("pk").values_list("email", "pk", "subscription_id")
    return list(rows[:messages])


def raw(mailing: Mailing, messages: int, *, delay_ms: float = 0) -> float:
    """Messages per second of `smtplib.sendmail` with bytes built beforehand, one connection."""
    addressing = Addressing(mailing, date=timezone.now())
    built = [
        (email, addressing.template.build(addressing.recipient(email, *ids)))
        for email, *ids in people(mailing, messages)
    ]
    with sink(delay_ms) as (host, port), smtplib.SMTP(host, port) as client:
        start = time.perf_counter()
        for email, message in built:
            client.sendmail(mailing.from_email, [email], message)
        return len(built) / (time.perf_counter() - start)


def plain(mailing: Mailing, messages: int, *, delay_ms: float = 0) -> float:
    """Messages per second of Django's own classes, one connection kept open."""
    addressing = Addressing(mailing, date=timezone.now())
    readers = people(mailing, messages)
    with sink(delay_ms) as (host, port):
        backend = get_connection(
            "django.core.mail.backends.smtp.EmailBackend", host=host, port=port
        )
        backend.open()
        start = time.perf_counter()
        for email, *ids in readers:
            message = plain_message(mailing, addressing.recipient(email, *ids))
            message.connection = backend
            message.send()
        seconds = time.perf_counter() - start
        backend.close()
    return len(readers) / seconds


def plain_message(mailing: Mailing, recipient: Recipient) -> EmailMultiAlternatives:
    """One reader's letter, as a plain loop makes it."""
    text, html = mailing.text, mailing.html
    for name, url in recipient.tokens.items():
        text, html = (body.replace(f"%%{name}%%", url) for body in (text, html))
    message = EmailMultiAlternatives(
        mailing.subject,
        text,
        f"{mailing.from_name} <{mailing.from_email}>",
        [recipient.email],
        headers=dict(recipient.headers),
    )
    message.attach_alternative(html, "text/html")
    return message
