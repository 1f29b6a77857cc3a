"""What stops a sending by itself: too many refusals or complaints, and the first group's verdict.

The figures come from the ledger, not from a worker's memory: several workers, and the notices
that providers send minutes later, add up to one rate.
"""

import time
from datetime import timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Q

from newsletters.delivery.claim import Batch, claim
from newsletters.delivery.line import HaltError
from newsletters.models import Delivery, DeliveryEvent, Mailing, SendingRules

_CHECK_SECONDS: Final = 5.0
_CHECK_REFUSED_SECONDS: Final = 0.5

# What the first group's claim answers once the group is settled and its figures are good.
_JUDGED: Final = Batch()

_Kind = DeliveryEvent.Kind
_State = Delivery.State


class Rates(NamedTuple):
    """Messages answered for good, hard bounces among them, complaints."""

    answered: int
    hard: int
    complaints: int


def rates(mailing: Mailing) -> Rates:
    rows, events = mailing.deliveries, DeliveryEvent.objects.filter(delivery__mailing=mailing)
    accepted = rows.filter(state=_State.ACCEPTED).count()
    refused = rows.filter(state=_State.REFUSED)
    # A 4xx repeated until we gave up says nothing of the list's quality.
    at_once = refused.filter(Q(reply_code__gte=500) | Q(reply_code=None)).count()
    bounced = events.filter(kind=_Kind.BOUNCED).exclude(delivery__state=_State.REFUSED)
    complaints = events.filter(kind=_Kind.COMPLAINED).values("delivery").distinct().count()
    later = bounced.values("delivery").distinct().count()
    return Rates(accepted + refused.count(), at_once + later, complaints)


def excess(mailing: Mailing, rules: SendingRules, *, sample: int) -> str:
    """Which threshold is exceeded, in French, or "". Under `sample` answers nothing is judged."""
    if mailing.breaker_off:
        return ""
    found = rates(mailing)
    if not found.answered or found.answered < sample:
        return ""
    for count, limit, words in (
        (found.hard, rules.hard_percent, "d’adresses refusées définitivement"),
        (found.complaints, rules.complaint_percent, "de plaintes pour indésirable"),
    ):
        share = 100 * count / found.answered
        if share > limit:
            return (
                f"Trop {words} : {count} sur {found.answered} messages"
                f" ({percent(share)}, seuil {percent(limit)}). Continuer nuirait à la"
                " réputation de l'expéditeur. Vérifiez la liste ; « Reprendre » continue malgré"
                " le seuil."
            )
    return ""


class Thresholds:
    """The first group and the breaker of one run, which may change `mailing.canary_passed`."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self.rules = SendingRules.load()
        self._checked_at = time.monotonic()
        self._refused = False

    def note(self, refused: int) -> None:
        self._refused = self._refused or refused > 0

    def check(self) -> None:
        """Raises HaltError when a threshold is exceeded."""
        waited = time.monotonic() - self._checked_at
        if waited < (_CHECK_REFUSED_SECONDS if self._refused else _CHECK_SECONDS):
            return
        self._checked_at, self._refused = time.monotonic(), False
        self.rules = SendingRules.load()  # set anew in the admin, they hold for this sending too
        if reason := excess(self.mailing, self.rules, sample=self.rules.sample):
            raise HaltError(reason, Mailing.PauseKind.BREAKER)

    def claim(self, worker: str, *, limit: int) -> Batch:
        """A claim that stays within the first group until that group is judged.

        Raises HaltError to observe a pause, or when the group's figures are bad.
        """
        size = self.rules.canary_size
        if self.mailing.canary_passed or not size or (self.mailing.audience or 0) <= size:
            return claim(self.mailing.pk, worker, limit=limit)
        batch = self._claim_first(worker, size, limit)
        if batch is not _JUDGED:
            return batch
        if minutes := self.rules.canary_minutes:
            wait = f"{minutes} minute{'s' if minutes > 1 else ''}"
            raise HaltError(
                f"Les {size} premiers messages sont partis. Le reste suivra dans {wait} si les"
                " rebonds et les plaintes restent sous les seuils.",
                Mailing.PauseKind.CANARY,
            )
        Mailing.objects.filter(pk=self.mailing.pk).update(canary_passed=True)
        self.mailing.canary_passed = True
        return claim(self.mailing.pk, worker, limit=limit)

    @transaction.atomic
    def _claim_first(self, worker: str, size: int, limit: int) -> Batch:
        """The mailing's row is locked: several workers together take one first group."""
        locked = Mailing.objects.select_for_update().defer("html", "text").get(pk=self.mailing.pk)
        if locked.canary_passed:
            self.mailing.canary_passed = True
            return claim(locked.pk, worker, limit=limit)
        left = size - locked.deliveries.exclude(state=_State.PLANNED).count()
        if left > 0:
            return claim(locked.pk, worker, limit=min(limit, left))
        if locked.deliveries.filter(state=_State.CLAIMED).exists():
            return Batch()  # another worker still has some of the group, and will decide
        if reason := first_group_excess(locked):
            raise HaltError(reason, Mailing.PauseKind.BREAKER)
        return _JUDGED


def trip(mailing: Mailing) -> bool:
    """Pause a mailing being sent whose thresholds are exceeded: for notices that arrive later."""
    rules = SendingRules.load()
    reason = excess(mailing, rules, sample=rules.sample)
    if not reason:
        return False
    running = Mailing.objects.filter(pk=mailing.pk, state=Mailing.State.SENDING)
    paused = {"state": Mailing.State.PAUSED, "pause_kind": Mailing.PauseKind.BREAKER}
    return bool(running.update(pause_reason=reason, resume_at=None, **paused))


def first_group_excess(mailing: Mailing) -> str:
    """`excess`, judged on the first group: half of it answered is enough to tell."""
    rules = SendingRules.load()
    return excess(mailing, rules, sample=min(rules.canary_size, rules.sample) // 2)


def observation() -> timedelta:
    return timedelta(minutes=SendingRules.load().canary_minutes)


def percent(number: float) -> str:
    """« 0,25 % », « 100 % »: three digits at most, and never an exponent for a percentage."""
    return f"{number:.3g}\u00a0%".replace(".", ",")
