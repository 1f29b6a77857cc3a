"""What providers and mailboxes report: addresses that are gone, readers who complained."""

import logging

from django.db import transaction
from django.utils import timezone

from newsletters.consent.leaving import leave
from newsletters.consent.suppression import suppress
from newsletters.models import ConsentEvent, Subscriber, Subscription, normalise

logger = logging.getLogger(__name__)


@transaction.atomic
def block(*, subscriber: Subscriber, reason: str) -> bool:
    """Stop writing to an address that does not exist any more, whatever the series.

    `reason` is French, read in the person's file, at most 120 characters. False when it already
    was. Not an unsubscription: the person decided nothing, and a corrected address receives again.
    """
    people = Subscriber.objects.filter(pk=subscriber.pk, blocked_at=None)
    done = people.update(blocked_at=timezone.now(), blocked_reason=reason[:120])
    if done:
        _write(subscriber, ConsentEvent.Action.BLOCKED, reason)
        logger.info("event=blocked subscriber=%s", subscriber.pk)
    return bool(done)


@transaction.atomic
def unblock(*, subscriber: Subscriber, origin: str) -> bool:
    """Write again to an address that works after all; False when it was not blocked.

    Brings back nobody who left: their subscriptions stay as they are.
    """
    people = Subscriber.objects.filter(pk=subscriber.pk).exclude(blocked_at=None)
    done = people.update(blocked_at=None, blocked_reason="")
    if done:
        _write(subscriber, ConsentEvent.Action.UNBLOCKED, origin)
        logger.info("event=unblocked subscriber=%s", subscriber.pk)
    return bool(done)


@transaction.atomic
def drop_new_address(*, subscriber: Subscriber, origin: str, unwanted: bool = False) -> None:
    """Forget the address a person asked to move to: it returned our mail, or its owner complained.

    `unwanted`: its owner wants none of it; no form and no import writes there any more. The
    person's own address and letters stay as they are.
    """
    if unwanted:
        suppress(normalise(subscriber.wanted_email), origin)
    people = Subscriber.objects.filter(pk=subscriber.pk, wanted_email=subscriber.wanted_email)
    if people.exclude(wanted_email="").update(wanted_email=""):
        _write(subscriber, ConsentEvent.Action.CHANGED, f"Nouvelle adresse abandonnée – {origin}")


@transaction.atomic
def complain(*, subscriber: Subscriber, origin: str) -> None:
    """A reader said « indésirable »: out of every series, and never imported again."""
    open_ones = subscriber.subscriptions.exclude(state=Subscription.State.LEFT)
    for subscription in open_ones:
        leave(subscription=subscription, origin=origin)
    _write(subscriber, ConsentEvent.Action.COMPLAINED, origin)
    suppress(subscriber.email_key, origin)


def _write(subscriber: Subscriber, action: ConsentEvent.Action, origin: str) -> None:
    ConsentEvent.objects.create(subscriber=subscriber, action=action, origin=origin[:200])
