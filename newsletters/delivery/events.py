"""What is learned after a message left: settles doubts, gives up dead addresses, hears complaints.

One way in for every source, `record`: providers' webhooks (authenticated, so an address alone may
be believed) and bounces read from a mailbox (anybody can write there, so only a Message-ID of ours
is). A notice heard twice changes nothing the second time.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from newsletters import consent
from newsletters.delivery.answers import without_address
from newsletters.delivery.thresholds import trip
from newsletters.models import (
    Delivery,
    DeliveryEvent,
    Mailing,
    SendingRules,
    Subscriber,
    normalise,
)
from newsletters.tokens import BadToken, read_message_token

logger = logging.getLogger(__name__)

Kind = DeliveryEvent.Kind
_State = Delivery.State
_DETAIL_MAX: Final = 300
# A reader's server has answered, or their hand has moved: the message had arrived.
_ARRIVED: Final = (Kind.DELIVERED, Kind.COMPLAINED, Kind.LEFT)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing said about one message. `references`: tokens or Message-IDs that may be ours.

    `recipient` is "" when the source may not be believed on an address alone.
    """

    kind: DeliveryEvent.Kind
    at: datetime | None
    source: str
    references: tuple[str, ...] = ()
    recipient: str = ""
    detail: str = ""

    def key(self, subject: str) -> str:
        when = self.at.isoformat() if self.at else ""
        said = "\n".join([self.source, self.kind, when, *self.references, subject])
        return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def record(notice: Notice) -> bool:
    """Write a notice down and act on it; False when it was known or concerns nobody here."""
    delivery = _delivery(notice.references)
    person = delivery.subscriber if delivery else _person(notice.recipient)
    if delivery is not None:
        event, new = DeliveryEvent.objects.get_or_create(
            key=notice.key(str(delivery.pk)),
            defaults={
                "delivery": delivery,
                "kind": notice.kind,
                "at": notice.at or timezone.now(),
                "detail": without_address(notice.detail, delivery.email)[:_DETAIL_MAX],
            },
        )
        if not new:
            return False
        _settle(delivery, event)
        logger.info("event=notice kind=%s delivery=%s", notice.kind, delivery.pk)
    if person is not None and (delivery or not _outdated(person, notice)):
        _act(person, notice)
    return delivery is not None or person is not None


def _delivery(references: tuple[str, ...]) -> Delivery | None:
    for reference in references:
        try:
            pk = read_message_token(reference)
        except BadToken:
            continue
        rows = Delivery.objects.select_related("subscriber", "mailing__issue__periodical")
        if found := rows.filter(pk=pk).first():
            return found
    return None


def _person(recipient: str) -> Subscriber | None:
    if not recipient:
        return None
    return Subscriber.objects.filter(email_key=normalise(recipient)).first()


def _outdated(person: Subscriber, notice: Notice) -> bool:
    """A notice by address alone, older than what the person last did: sent again, most likely."""
    return bool(notice.at and notice.at < person.last_action_at)


def _settle(delivery: Delivery, event: DeliveryEvent) -> None:
    """End a doubt: it arrived, or it was refused for good. Then look at the thresholds."""
    doubtful = Delivery.objects.filter(pk=delivery.pk, state=_State.UNCERTAIN)
    if event.kind in _ARRIVED:
        doubtful.update(state=_State.ACCEPTED, settled_at=event.at, reply_text="")
    elif event.kind == Kind.BOUNCED:
        doubtful.update(state=_State.REFUSED, settled_at=event.at, reply_text=event.detail)
    sending = delivery.mailing.state == Mailing.State.SENDING
    if sending and event.kind in (Kind.BOUNCED, Kind.COMPLAINED):
        trip(delivery.mailing)


def _act(person: Subscriber, notice: Notice) -> None:
    if notice.kind == Kind.BOUNCED:
        consent.block(subscriber=person, reason=f"Rebond définitif ({notice.source})")
    elif notice.kind == Kind.DEFERRED and _given_up(person):
        consent.block(subscriber=person, reason="Rebonds temporaires répétés")
    elif notice.kind == Kind.COMPLAINED:
        consent.complain(subscriber=person, origin=f"Plainte ({notice.source})")
    elif notice.kind == Kind.LEFT:
        for subscription in person.subscriptions.all():
            consent.leave(subscription=subscription, origin=f"Désinscription ({notice.source})")


def _given_up(person: Subscriber) -> bool:
    """Soft bounces enough in number and in time, with nothing delivered in between.

    Both: a mailbox full for one week answers every retry of one letter, and is no dead address.
    """
    rules = SendingRules.load()
    events = DeliveryEvent.objects.filter(delivery__subscriber=person)
    last_good = events.filter(kind=Kind.DELIVERED).order_by("-at").values_list("at", flat=True)
    soft = events.filter(kind=Kind.DEFERRED)
    if good := last_good.first():
        soft = soft.filter(at__gt=good)
    moments = list(soft.order_by("at").values_list("at", flat=True))
    if len(moments) < max(rules.soft_bounces, 1):
        return False
    return moments[-1] - moments[0] >= timedelta(days=rules.soft_days)
