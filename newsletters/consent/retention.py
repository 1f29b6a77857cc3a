"""Nobody is kept for ever: one question after 35 months of silence, then the erasure.

Three years from the collection or from the last contact *coming from* the person (CNIL, référentiel
« gestion commerciale », délibération 2021-131); opening a letter is no contact. Members are in a
relation that lasts: their clock starts when they are no longer marked so.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dateutil.relativedelta import relativedelta

from newsletters.consent.erasing import erase, forget_address
from newsletters.models import (
    ConsentEvent,
    Delivery,
    DeliveryEvent,
    Errand,
    Mailing,
    Subscriber,
    Subscription,
)

logger = logging.getLogger(__name__)

SILENCE: Final = relativedelta(months=35)
ANSWER: Final = timedelta(days=30)
_BATCH: Final = 500
_ROWS: Final = 5000
_ORIGIN: Final = "Durée de conservation"
_State = Subscription.State


def remind_silent(now: datetime) -> int:
    """Have the one question written to those silent for 35 months; to how many.

    Asked once: whoever was asked and has not answered is not asked again, but erased.
    """
    total = 0
    while batch := list(_silent(now).filter(_may_be_written(), reminded_at=None)[:_BATCH]):
        _remind(batch, now)
        total += len(batch)
    if total:
        logger.info("event=renewal_asked count=%s", total)
    return total


@transaction.atomic
def _remind(batch: list[Subscriber], now: datetime) -> None:
    people = Subscriber.objects.filter(pk__in=[one.pk for one in batch], reminded_at=None)
    chosen = list(people.select_for_update().values_list("pk", flat=True))
    people.filter(pk__in=chosen).update(reminded_at=now)
    ConsentEvent.objects.bulk_create(
        ConsentEvent(subscriber_id=pk, action=ConsentEvent.Action.REMINDED, at=now, origin=_ORIGIN)
        for pk in chosen
    )
    Errand.objects.bulk_create(
        Errand(kind=Errand.Kind.RENEWAL, subscriber_id=pk, created_at=now) for pk in chosen
    )


def question_left(*, subscriber: Subscriber) -> None:
    """The thirty days run from the mail itself, however long the worker had stopped."""
    _waiting(subscriber).update(reminded_at=timezone.now())


def question_lost(*, subscriber: Subscriber) -> None:
    """The mail was given up: nobody is erased for not answering it; it is asked again."""
    _waiting(subscriber).update(reminded_at=None)


def _waiting(subscriber: Subscriber) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(pk=subscriber.pk).exclude(reminded_at=None)


def erase_silent(now: datetime) -> int:
    """Erase those who did not answer for 30 days, or could not be asked; how many.

    A question that has not left yet is not held against the person. Those who receive nothing
    (they left, or their address is blocked) are not written to for this: they go without.
    """
    unsent = Errand.objects.filter(kind=Errand.Kind.RENEWAL, subscriber=OuterRef("pk"))
    asked = Q(reminded_at__lte=now - ANSWER) & ~Exists(unsent)
    unreachable = ~_may_be_written() & Q(last_action_at__lt=now - SILENCE - ANSWER)
    gone = _silent(now).filter(asked | unreachable)
    total = 0
    while batch := list(gone[:_BATCH].values_list("pk", flat=True)):
        total += sum(_erase(gone, pk) for pk in batch)
    if total:
        logger.info("event=retention_erased count=%s", total)
    return total


@transaction.atomic
def _erase(gone: QuerySet[Subscriber], pk: int) -> bool:
    """Erase one, unless they answered while the others were being erased."""
    person = Subscriber.objects.select_for_update().filter(pk=pk).first()
    if person is None or not gone.filter(pk=pk).exists():
        return False
    erase(subscriber=person, origin=_ORIGIN)
    return True


def _silent(now: datetime) -> QuerySet[Subscriber]:
    people = Subscriber.objects.filter(is_member=False, last_action_at__lt=now - SILENCE)
    return people.order_by("last_action_at", "pk")


def _may_be_written() -> Q:
    """Whether some letter still reaches the person, so that the question would too."""
    active = Subscription.objects.filter(subscriber=OuterRef("pk"), state=_State.ACTIVE)
    return Q(Exists(active), blocked_at=None)


@transaction.atomic
def stay(*, subscriber: Subscriber) -> None:
    """« Oui, je souhaite continuer » : the clock starts again. Again changes nothing more.

    Brings back no letter the person has left.
    """
    if not _waiting(subscriber).update(last_action_at=timezone.now(), reminded_at=None):
        return
    ConsentEvent.objects.create(
        subscriber=subscriber,
        action=ConsentEvent.Action.RENEWED,
        origin="Lien de reconfirmation",
    )
    logger.info("event=renewed subscriber=%s", subscriber.pk)


def anonymise_old(now: datetime) -> int:
    """Strike the people out of the ledgers of old mailings; how many mailings.

    The counts, the outcomes and the hash of the content stay: the equation still balances. Older
    than NEWSLETTER_ANONYMISE_MONTHS since its end; a mailing left half-way is taken up again.
    """
    before = now - relativedelta(months=settings.NEWSLETTER_ANONYMISE_MONTHS)
    ended = Mailing.objects.filter(
        state__in=[Mailing.State.FINISHED, Mailing.State.CANCELLED],
        finished_at__lt=before,
    )
    named = Delivery.objects.filter(mailing=OuterRef("pk"), subscriber__isnull=False)
    old = list(ended.filter(Q(anonymised_at=None) | Exists(named)))
    for mailing in old:
        # First: from then on nobody may be added to this ledger.
        Mailing.objects.filter(pk=mailing.pk, anonymised_at=None).update(anonymised_at=now)
        _strike_out(mailing)
        logger.info("event=anonymised mailing=%s", mailing.pk)
    return len(old)


def _strike_out(mailing: Mailing) -> None:
    """In short transactions: nothing else waits behind 400,000 rows."""
    last = 0
    while rows := list(
        mailing.deliveries.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_ROWS]
    ):
        last = rows[-1]
        with transaction.atomic():
            batch = Delivery.objects.filter(mailing=mailing, pk__range=(rows[0], last))
            forget_address(batch)
            # What a relay answered often quotes the address.
            batch.update(subscriber=None, subscription=None, reply_text="")
            DeliveryEvent.objects.filter(delivery__in=batch).update(detail="")
