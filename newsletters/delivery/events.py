"""What is learned after a message left: settles doubts, gives up dead addresses, hears complaints.

One way in for every source, `record`: providers' webhooks (authenticated, so an address alone may
be believed) and bounces read from a mailbox (anybody can write there, so only a Message-ID of ours
is). A notice heard twice changes nothing the second time. What a relay answers at once about an
address comes in by `refused`.
"""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from newsletters import consent
from newsletters.delivery.answers import Answer, Outcome, says_dead, without_address
from newsletters.delivery.claim import Settled
from newsletters.delivery.thresholds import trip
from newsletters.models import (
    ConsentEvent,
    Delivery,
    DeliveryEvent,
    Mailing,
    SendingRules,
    Subscriber,
    normalise,
)
from newsletters.tokens import BadToken, read_message_token, read_service_token

logger = logging.getLogger(__name__)

Kind = DeliveryEvent.Kind
_State = Delivery.State
_DETAIL_MAX: Final = 300
_RETURNED: Final = (Kind.BOUNCED, Kind.DEFERRED)
_UNBLOCKED: Final = ConsentEvent.Action.UNBLOCKED
_FAILED: Final = (*_RETURNED, Kind.OTHER)
# RFC 5321 §4.5.4.1: relays give up after four to five days. Unreturned by then, it has arrived.
_SILENCE: Final = timedelta(days=5)
# Between a provider's clock, to the second, and ours.
_CLOCKS: Final = timedelta(minutes=5)
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
    if delivery is not None:
        return _of_letter(delivery, notice)
    mailbox = _service_mailbox(notice.references) or _mailbox(notice.recipient)
    if mailbox is None:
        return False
    if mailbox.email_key and not _outdated(mailbox.person, notice):
        _act(mailbox, notice)
    return True


def refused(person: Subscriber, email: str, answer: Answer) -> None:
    """Act on a relay's answer: what it says of the address for good is a hard bounce at once."""
    if _is_dead(answer):
        words = f"réponse {answer.enhanced} du serveur"
        _act(Mailbox(person, normalise(email)), Notice(Kind.BOUNCED, timezone.now(), words))


def refused_letters(settled: Iterable[Settled]) -> None:
    """The same of the letters just offered."""
    answers = {one.row.pk: one.answer for one in settled if _is_dead(one.answer)}
    rows = Delivery.objects.select_related("subscriber").filter(pk__in=answers)
    for delivery in rows if answers else ():
        if delivery.subscriber is not None:
            refused(delivery.subscriber, delivery.email, answers[delivery.pk])


def _is_dead(answer: Answer) -> bool:
    refusal = answer.outcome is Outcome.REFUSED and answer.code > 0  # not our own
    return refusal and says_dead(answer.enhanced)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mail it was and the normalised address it went to, "" when that one is gone.

    A person may have another address by the time a notice comes: nothing that it says of the old
    one holds of the new one.
    """

    person: Subscriber
    email_key: str

    @property
    def is_current(self) -> bool:
        return self.email_key == self.person.email_key

    @property
    def is_wanted(self) -> bool:
        wanted = normalise(self.person.wanted_email)
        return bool(wanted) and wanted == self.email_key and not self.is_current


def _of_letter(delivery: Delivery, notice: Notice) -> bool:
    now = timezone.now()
    event, new = DeliveryEvent.objects.get_or_create(
        key=notice.key(str(delivery.pk)),
        defaults={
            "delivery": delivery,
            "kind": notice.kind,
            "at": min(notice.at or now, now),
            "detail": without_address(notice.detail, delivery.email)[:_DETAIL_MAX],
        },
    )
    if not new:
        return False
    _settle(delivery, event)
    logger.info("event=notice kind=%s delivery=%s", notice.kind, delivery.pk)
    person = delivery.subscriber
    if person is not None and not (notice.kind in _RETURNED and _unblocked_since(person, event.at)):
        _act(Mailbox(person, normalise(delivery.email)), notice)
    return True


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


def _service_mailbox(references: tuple[str, ...]) -> Mailbox | None:
    """Of a service mail, whose errand is gone: the person, and which of their addresses it was."""
    for reference in references:
        try:
            pk, number = read_service_token(reference)
        except BadToken:
            continue
        if person := Subscriber.objects.filter(pk=pk).first():
            keys = (person.email_key, normalise(person.wanted_email))
            return Mailbox(
                person, next((key for key in keys if consent.address_number(key) == number), "")
            )
    return None


def _mailbox(recipient: str) -> Mailbox | None:
    key = normalise(recipient)
    person = Subscriber.objects.filter(email_key=key).first() if key else None
    return Mailbox(person, key) if person else None


def _outdated(person: Subscriber, notice: Notice) -> bool:
    """A notice outside the ledger, older than what the person, or the staff for them, last did:
    sent again, most likely."""
    if notice.at is None:
        return False
    acted = notice.at < person.last_action_at - _CLOCKS
    return acted or _unblocked_since(person, notice.at)


def _unblocked_since(person: Subscriber, at: datetime) -> bool:
    """Whether the address was found good again, by its person or the staff, after this moment."""
    return person.consent_events.filter(action=_UNBLOCKED, at__gte=at).exists()


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


def _act(mailbox: Mailbox, notice: Notice) -> None:
    person, source = mailbox.person, notice.source
    if notice.kind in _RETURNED and not mailbox.is_current:
        if notice.kind == Kind.BOUNCED and mailbox.is_wanted:
            consent.drop_new_address(subscriber=person, origin=f"Rebond définitif ({source})")
    elif notice.kind == Kind.BOUNCED:
        consent.block(subscriber=person, reason=f"Rebond définitif ({source})")
    elif notice.kind == Kind.DEFERRED and _given_up(person):
        consent.block(subscriber=person, reason="Rebonds temporaires répétés")
    elif notice.kind == Kind.COMPLAINED and mailbox.is_wanted:
        origin = f"Plainte ({source})"
        consent.drop_new_address(subscriber=person, origin=origin, unwanted=True)
    elif notice.kind == Kind.COMPLAINED:
        consent.complain(subscriber=person, origin=f"Plainte ({source})")
    elif notice.kind == Kind.LEFT:
        for subscription in person.subscriptions.all():
            consent.leave(subscription=subscription, origin=f"Désinscription ({source})")


def _given_up(person: Subscriber) -> bool:
    """Soft bounces enough in number and in time, with nothing delivered in between.

    Both: a mailbox full for one week answers every retry of one letter, and is no dead address.
    """
    rules = SendingRules.load()
    soft = DeliveryEvent.objects.filter(delivery__subscriber=person, kind=Kind.DEFERRED)
    if good := _last_arrival(person):
        soft = soft.filter(at__gt=good)
    moments = list(soft.order_by("at").values_list("at", flat=True))
    if len(moments) < max(rules.soft_bounces, 1):
        return False
    return moments[-1] - moments[0] >= timedelta(days=rules.soft_days)


def _last_arrival(person: Subscriber) -> datetime | None:
    """When a letter last reached the person: said so by a provider, or never returned; or when the
    address was found good again.

    A plain relay tells of failures only. Without its silences, a mailbox found full three times in
    ten years would be a dead one.
    """
    told = DeliveryEvent.objects.filter(delivery__subscriber=person, kind=Kind.DELIVERED)
    failed = DeliveryEvent.objects.filter(kind__in=_FAILED, delivery=OuterRef("pk"))
    quiet = person.deliveries.filter(
        ~Exists(failed), state=_State.ACCEPTED, settled_at__lt=timezone.now() - _SILENCE
    )
    good = person.consent_events.filter(action=_UNBLOCKED)
    moments = (
        good.aggregate(last=Max("at"))["last"],
        told.aggregate(last=Max("at"))["last"],
        quiet.aggregate(last=Max("settled_at"))["last"],
    )
    return max(filter(None, moments), default=None)
