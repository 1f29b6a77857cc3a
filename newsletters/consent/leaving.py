"""Leaving, by the person's own act: at once, for good, and with its line in the ledger."""

import logging

from django.db import transaction
from django.utils import timezone

from newsletters.models import ConsentEvent, Subscriber, Subscription

logger = logging.getLogger(__name__)


@transaction.atomic
def leave(*, subscription: Subscription, origin: str) -> None:
    """End a subscription, at once and for good (RGPD art. 7.3). Leaving twice changes nothing.

    `origin` says by which way, in French: it is read in the person's file.
    """
    state = Subscription.State
    now = timezone.now()
    left = (
        Subscription.objects.filter(pk=subscription.pk)
        .exclude(state=state.LEFT)
        .update(state=state.LEFT, left_at=now)
    )
    if left:
        ConsentEvent.objects.create(
            subscriber_id=subscription.subscriber_id,
            periodical_id=subscription.periodical_id,
            action=ConsentEvent.Action.LEFT,
            at=now,
            origin=origin,
        )
        Subscriber.objects.filter(pk=subscription.subscriber_id).update(last_action_at=now)
        logger.info("event=subscription_left subscription=%s", subscription.pk)
    subscription.refresh_from_db(fields=["state", "left_at"])
