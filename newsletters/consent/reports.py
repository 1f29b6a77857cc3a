"""What providers and mailboxes report: addresses that are gone, readers who complained."""

import logging

from django.db import transaction
from django.utils import timezone

from newsletters.consent.leaving import leave
from newsletters.consent.suppression import suppress
from newsletters.models import ConsentEvent, Subscriber, Subscription

logger = logging.getLogger(__name__)


@transaction.atomic
def block(*, subscriber: Subscriber, reason: str) -> bool:
    """Stop writing to an address that does not exist any more, whatever the series.

    `reason` is French, read in the person's file, at most 120 characters. False when it already
    was. Not an unsubscription: the person decided nothing, and a corrected address receives again.
    """
    now = timezone.now()
    people = Subscriber.objects.filter(pk=subscriber.pk, blocked_at=None)
    done = people.update(blocked_at=now, blocked_reason=reason[:120])
    if done:
        ConsentEvent.objects.create(
            subscriber_id=subscriber.pk,
            action=ConsentEvent.Action.BLOCKED,
            at=now,
            origin=reason[:120],
        )
        logger.info("event=blocked subscriber=%s", subscriber.pk)
    return bool(done)


@transaction.atomic
def complain(*, subscriber: Subscriber, origin: str) -> None:
    """A reader said « indésirable »: out of every series, and never imported again."""
    open_ones = subscriber.subscriptions.exclude(state=Subscription.State.LEFT)
    for subscription in open_ones:
        leave(subscription=subscription, origin=origin)
    suppress(subscriber.email_key, origin)
    ConsentEvent.objects.create(
        subscriber_id=subscriber.pk, action=ConsentEvent.Action.COMPLAINED, origin=origin[:200]
    )
