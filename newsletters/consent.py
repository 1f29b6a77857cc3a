"""Who may be written to. The only writer of the audience tables: every change leaves its proof."""

import logging

from django.db import transaction
from django.utils import timezone

from newsletters.models import ConsentEvent, Subscriber, Subscription, Suppression, normalise
from newsletters.tokens import address_hashes

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


def suppressed(emails: list[str]) -> set[str]:
    """Which of these addresses are on the « liste repoussoir », in at most two queries."""
    if not emails or not Suppression.objects.exists():
        return set()
    by_hash = {digest: email for email in emails for digest in address_hashes(normalise(email))}
    found = Suppression.objects.filter(address_hash__in=by_hash)
    return {by_hash[digest] for digest in found.values_list("address_hash", flat=True)}
