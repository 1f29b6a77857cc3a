"""« Envoyer au reste »: those who came since, and those the relay only put off. Nobody else."""

import logging
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from newsletters.delivery.freeze import plan
from newsletters.delivery.place import here
from newsletters.models import Delivery, Mailing, Subscription

logger = logging.getLogger(__name__)

_State = Delivery.State


class Rest(NamedTuple):
    newcomers: int
    put_off: int


def rest_of(mailing: Mailing) -> Rest:
    """How many people « envoyer au reste » would write to now."""
    if mailing.anonymised_at:
        return Rest(0, 0)
    newcomers = mailing.readers().exclude(subscriber__deliveries__mailing=mailing).count()
    return Rest(newcomers, _put_off(mailing).count())


def reopening(mailing: Mailing) -> dict[str, Any]:
    """What changes of a finished mailing by which somebody writes to a few more, from here.

    A time limit already past was that of the first departure.
    """
    limit, now = mailing.stop_after, timezone.now()
    return {
        "state": Mailing.State.SENDING,
        "finished_at": None,
        "environment": here(),
        "breaker_off": False,
        "resume_at": now,  # somebody's decision: silence until now is not asked about again
        "stop_after": limit if limit and limit > now else None,
    }


@transaction.atomic
def take_rest(mailing: Mailing) -> int:
    """Add them to the ledger and to the audience, which stays the equation's left side.

    Uncertain rows are not among them: they may have arrived. The unique row per address decides,
    so two clicks add nobody twice.
    """
    locked = Mailing.objects.select_for_update().select_related("issue").get(pk=mailing.pk)
    if locked.anonymised_at:
        return 0  # the ledger no longer knows who received it: everybody would look new
    again = _put_off(locked).update(
        state=_State.PLANNED, attempts=0, worker="", settled_at=None, not_before=None,
        reply_code=None, reply_text="",
    )  # fmt: skip
    before = locked.deliveries.count()
    plan(locked)
    added = locked.deliveries.count() - before
    locked.audience = (locked.audience or 0) + added
    locked.save(update_fields=["audience"])
    logger.info("event=rest mailing=%s added=%s again=%s", locked.pk, added, again)
    return added + again


def _put_off(mailing: Mailing) -> QuerySet[Delivery]:
    """Refused after every attempt, though the relay never said a final no."""
    temporary = Q(reply_code__gte=400, reply_code__lt=500)
    still = Q(subscription__state=Subscription.State.ACTIVE, subscriber__blocked_at=None)
    return mailing.deliveries.filter(temporary & still, state=_State.REFUSED)
