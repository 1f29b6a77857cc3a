"""From a frozen mailing to its wire template, from a row of the ledger to its recipient."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from newsletters.delivery.links import counted
from newsletters.delivery.wire import (
    AddressRefused,
    Content,
    HeaderInjection,
    Recipient,
    WireError,
    WireTemplate,
    ascii_address,
)
from newsletters.models import Mailing
from newsletters.tokens import message_token, preferences_token, unsubscribe_token

_STAND_IN = "0"


class Addressing:
    """What is said to everybody (`template`) and to each (`recipient`) of one mailing.

    `date` is aware and the same for all, so a message built again is the same message. Raises
    WireError when the content cannot be written as a message.
    """

    def __init__(self, mailing: Mailing, *, date: datetime) -> None:
        self._mailing = mailing.pk or "test"
        self._domain = mailing.from_email.rpartition("@")[2]
        self._mailbox = mailing.reply_to or mailing.from_email
        # The mailbox that `read_bounces` reads when it has one of its own: a departure by mail must
        # not wait for somebody to open the letter's.
        own = settings.NEWSLETTER_BOUNCE_ADDRESS
        self._leave_box = ascii_address(own) if own else self._mailbox
        # Resolved once: `reverse` costs as much as building the message.
        self._leave = _around_token("newsletters:unsubscribe")
        self._choose = _around_token("newsletters:preferences")
        self.template = WireTemplate(
            Content(
                subject=mailing.subject,
                from_name=mailing.from_name,
                from_email=mailing.from_email,
                reply_to=mailing.reply_to,
                html=counted(mailing),
                text=mailing.text,
                headers=self._list_headers(mailing),
            ),
            ["unsubscribe_url", "preferences_url"],
            date=date,
        )

    def recipient(self, email: str, delivery_id: int, subscription_id: int) -> Recipient:
        """`delivery_id` makes the Message-ID, always the same for the same row.

        No display name: it would tell a mailbox's neighbours more than the address does, and
        readers decode long names differently.
        """
        token = unsubscribe_token(subscription_id)
        url = f"{self._leave[0]}{token}{self._leave[1]}"
        preferences = f"{self._choose[0]}{preferences_token(subscription_id)}{self._choose[1]}"
        code = message_token(delivery_id)
        return Recipient(
            email,
            "",
            f"<{self._mailing}.{delivery_id}.{code}@{self._domain}>",
            {"unsubscribe_url": url, "preferences_url": preferences},
            (
                (
                    "List-Unsubscribe",
                    f"<{url}>, <mailto:{self._leave_box}?subject=desinscription%20{token}>",
                ),
            ),
        )

    def _list_headers(self, mailing: Mailing) -> tuple[tuple[str, str], ...]:
        """RFC 2919 (List-Id), RFC 2369 (the others), RFC 8058 (one-click)."""
        periodical = mailing.issue.periodical
        headers = [
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Id", f"<{periodical.code}.{self._domain}>"),
            ("List-Help", f"<mailto:{self._mailbox}?subject=aide>"),
            ("Precedence", "bulk"),
            ("Feedback-ID", f"{self._mailing}:{periodical.code}:lettre:{self._domain}"),
        ]
        if archive := _archive_url(mailing):
            headers.append(("List-Archive", f"<{archive}>"))
        return tuple(headers)


def _around_token(view: str) -> tuple[str, str]:
    """A personal address, cut where its token goes."""
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    before, after = (base + reverse(view, args=[_STAND_IN])).rsplit(_STAND_IN, 1)
    return before, after


def explained(error: WireError) -> str:
    """Why a message cannot be written, in French, for the person who composed it."""
    if isinstance(error, HeaderInjection):
        return "Le message ne peut pas être écrit : un en-tête contient un saut de ligne."
    if isinstance(error, AddressRefused):
        return f"L'adresse de l'expéditeur ou de réponse ne convient pas : {error}."
    return f"Le message ne peut pas être écrit ({error})."


def _archive_url(mailing: Mailing) -> str:
    periodical = mailing.issue.periodical
    if not periodical.has_public_archive:
        return ""
    try:
        return periodical.archive.full_url or ""
    except ObjectDoesNotExist:
        return ""
