"""What a person decides of messages whose answer was lost. No program does: see `delivery.send`.

Nearly all of them had arrived (measured: about nine in ten), so to hold them as received is the
rule, and to send them again the choice of whoever would rather write twice than not at all.
"""

import logging
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from newsletters.delivery.rest import reopening
from newsletters.models import Delivery, Mailing
from newsletters.rendering import LifecycleError

logger = logging.getLogger(__name__)

_State = Delivery.State
# A worker may still know better of a sending under way.
SETTLED: Final = (Mailing.State.FINISHED, Mailing.State.CANCELLED)
BY_HAND: Final = "tenu pour remis par décision d’une personne"


@transaction.atomic
def hold_as_received(*, mailing: Mailing) -> int:
    """Count the doubtful messages as accepted; how many. Raises LifecycleError."""
    return _decided(mailing, SETTLED, state=_State.ACCEPTED, reply_text=BY_HAND)


@transaction.atomic
def send_again(*, mailing: Mailing) -> int:
    """Plan the doubtful messages anew, under the same Message-ID; how many. Raises LifecycleError.

    Consent is asked again by the claim, as of any row.
    """
    anew: dict[str, Any] = {"settled_at": None, "attempts": 0, "reply_text": ""}
    count = _decided(mailing, SETTLED[:1], state=_State.PLANNED, **anew)
    Mailing.objects.filter(pk=mailing.pk).update(**reopening(mailing))
    mailing.refresh_from_db()
    return count


def _decided(mailing: Mailing, among: tuple[Mailing.State, ...], **values: Any) -> int:
    known = Mailing.objects.filter(pk=mailing.pk, state__in=among, anonymised_at=None)
    if known.select_for_update().defer("html", "text").first() is None:
        raise LifecycleError("L'envoi n'est pas terminé, ou il est anonymisé.")
    # Without the worker's name: should it wake from the dead, it has no more to say of these rows.
    usual: dict[str, Any] = {"worker": "", "settled_at": timezone.now(), "reply_code": None}
    count = _doubtful(mailing).update(**usual | values)
    if not count:
        raise LifecycleError("Il n'y a plus de message incertain.")
    logger.info("event=doubts mailing=%s count=%s state=%s", mailing.pk, count, values["state"])
    return count


def _doubtful(mailing: Mailing) -> QuerySet[Delivery]:
    return mailing.deliveries.filter(state=_State.UNCERTAIN)
