"""Joining by double opt-in: a form asks, the mailbox's owner confirms by a button.

What a form says of an address proves nothing about who filled it in: it opens waiting
subscriptions and never touches what a person confirmed, left or wrote. Only the confirmation,
which takes the mailbox, changes that; it alone also lifts a block or the « liste repoussoir ».
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from newsletters.consent.notice import Notice
from newsletters.consent.suppression import lift, suppressed, suppressed_since
from newsletters.models import (
    ConsentEvent,
    Errand,
    Periodical,
    Subscriber,
    Subscription,
    normalise,
)
from newsletters.tokens import Dated

logger = logging.getLogger(__name__)

# The link of a confirmation mail serves seven days; a demand never confirmed goes after thirty.
LINK_DAYS: Final = timedelta(days=7)
UNCONFIRMED_DAYS: Final = timedelta(days=30)
_BATCH: Final = 500

_State, _Action = Subscription.State, ConsentEvent.Action


class LinkClosed(ValueError):  # noqa: N818  (says what happened)
    """The link is too old, or the person has left, complained or erased since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What somebody typed in a form, and under which notice; ids for letters and vocabularies."""

    email: str
    letters: tuple[int, ...]
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    job_title: str = ""
    actor_type: str = ""
    territories: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()
    form_url: str = ""
    notice_text: str = ""
    notice_version: str = ""

    def as_details(self) -> dict[str, Any]:
        return asdict(self) | {"email_key": normalise(self.email)}

    @classmethod
    def from_details(cls, details: dict[str, Any]) -> "Demand":
        values = {name: details[name] for name in cls.__dataclass_fields__}
        for name in ("letters", "territories", "themes"):
            values[name] = tuple(values[name])
        return cls(**values)


PROFILE: Final = ("first_name", "last_name", "organisation", "job_title", "actor_type")


@transaction.atomic
def ask(*, demand: Demand, at: datetime) -> None:
    """Open waiting subscriptions to what a form chose, and have one mail written about them.

    `at` is the moment of the form. Somebody who already receives everything chosen is told so by
    mail; nobody's confirmed data or choices change.
    """
    letters = list(Periodical.objects.open().filter(pk__in=demand.letters))
    person = Subscriber.objects.filter(email_key=normalise(demand.email)).first()
    if not letters:
        return
    if person is None:
        person = Subscriber(email=demand.email.strip(), source="Formulaire d'abonnement")
        _describe(person, demand)
    states = dict(person.subscriptions.values_list("periodical", "state"))
    if states and set(states.values()) == {_State.PENDING}:
        _describe(person, demand)
    barred = person.blocked_at is not None or bool(suppressed([person.email_key]))
    wanted = [one for one in letters if barred or states.get(one.pk) != _State.ACTIVE]
    _open(person, wanted, demand, at)
    kind = Errand.Kind.CONFIRMATION if wanted else Errand.Kind.ALREADY
    Errand.objects.create(
        kind=kind,
        subscriber=person,
        created_at=at,
        details={"letters": [one.pk for one in wanted or letters]},
    )
    logger.info("event=asked subscriber=%s letters=%s", person.pk, len(letters))


def _describe(person: Subscriber, demand: Demand) -> None:
    """What an address says of itself while nobody has confirmed anything by it."""
    for name in PROFILE:
        setattr(person, name, getattr(demand, name))
    person.save()
    person.territories.set(demand.territories)
    person.themes.set(demand.themes)


def _open(person: Subscriber, letters: Sequence[Periodical], demand: Demand, at: datetime) -> None:
    for letter in letters:
        subscription, new = Subscription.objects.get_or_create(
            subscriber=person,
            periodical=letter,
            defaults={"created_at": at, "asked_at": at},
        )
        if not new and subscription.state == _State.PENDING:
            Subscription.objects.filter(pk=subscription.pk).update(asked_at=at)
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person,
            periodical=letter,
            action=_Action.ASKED,
            at=at,
            origin="Formulaire d'abonnement",
            form_url=demand.form_url[:300],
            basis=Subscription.Basis.CONSENT,
            notice_version=demand.notice_version,
            notice_text=demand.notice_text,
        )
        for letter in letters
    )


@transaction.atomic
def confirm(*, asked: Dated) -> list[Subscription]:
    """Make active what a confirmation link names; the subscriptions, active now or already.

    The person's own act, made with the button of the page their mail opens: it also unblocks the
    address, which evidently receives, and takes it off the « liste repoussoir ». Again changes
    nothing. Raises LinkClosed.
    """
    person = _still_open(asked)
    now = timezone.now()
    found = list(person.subscriptions.filter(periodical__in=asked.numbers))
    # A link older than a departure must not undo it: people press old buttons by mistake.
    found = [one for one in found if not (one.left_at and one.left_at >= asked.at)]
    if not found:
        raise LinkClosed
    made = [one for one in found if one.state != _State.ACTIVE]
    for subscription in made:
        _activate(subscription, now)
    if made or person.blocked_at or suppressed([person.email_key]):
        _welcome_back(person, now)
    if made:
        Errand.objects.create(
            kind=Errand.Kind.WELCOME,
            subscriber=person,
            details={"letters": [one.periodical_id for one in made]},
        )
        logger.info("event=confirmed subscriber=%s letters=%s", person.pk, len(made))
    return found


def activate(*, subscription: Subscription, origin: str, notice: Notice | None = None) -> None:
    """Resume or start a subscription at once, for someone who has just proved who they are.

    `notice`: the words under which it starts, when the person has just read them.
    """
    with transaction.atomic():
        if subscription.state != _State.ACTIVE:
            _activate(subscription, timezone.now(), origin, notice)


def _activate(
    subscription: Subscription,
    now: datetime,
    origin: str = "Lien de confirmation",
    notice: Notice | None = None,
) -> None:
    subscription.state = _State.ACTIVE
    subscription.basis = Subscription.Basis.CONSENT
    subscription.confirmed_at, subscription.left_at, subscription.left_reason = now, None, ""
    subscription.save(update_fields=["state", "basis", "confirmed_at", "left_at", "left_reason"])
    ConsentEvent.objects.create(
        subscriber_id=subscription.subscriber_id,
        periodical_id=subscription.periodical_id,
        action=_Action.CONFIRMED,
        at=now,
        origin=origin,
        basis=Subscription.Basis.CONSENT,
        notice_version=notice.version if notice else "",
        notice_text=notice.text if notice else "",
    )


def _welcome_back(person: Subscriber, now: datetime) -> None:
    """Write down the act, and what it lifts: a dead address that answers, an old refusal."""
    lifted = ["Confirmation depuis l'adresse bloquée"] if person.blocked_at else []
    if lift(person.email_key):
        lifted.append("Liste repoussoir levée par la confirmation")
    person.last_action_at, person.reminded_at = now, None
    person.blocked_at, person.blocked_reason = None, ""
    person.save()
    for origin in lifted:
        ConsentEvent.objects.create(
            subscriber=person, action=_Action.UNBLOCKED, at=now, origin=origin
        )


def _still_open(asked: Dated) -> Subscriber:
    person = Subscriber.objects.select_for_update().filter(pk=asked.key).first()
    if person is None or timezone.now() - asked.at > LINK_DAYS:
        raise LinkClosed
    if suppressed_since(person.email_key, asked.at):
        raise LinkClosed
    return person


@transaction.atomic
def renew(*, asked: Dated) -> None:
    """Write the confirmation mail again, to the same address.

    Raises LinkClosed when the address, or every demand that the link names, is forgotten since: the
    new mail could confirm nothing.
    """
    person = Subscriber.objects.filter(pk=asked.key).first()
    waiting = Subscription.objects.filter(subscriber=person, periodical__in=asked.numbers)
    letters = list(waiting.order_by("periodical").values_list("periodical", flat=True))
    if person is None or not letters:
        raise LinkClosed
    now = timezone.now()
    waiting.filter(state=_State.PENDING).update(asked_at=now)
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person,
            periodical_id=subscription.periodical_id,
            action=_Action.ASKED,
            at=now,
            origin="Nouveau lien de confirmation",
        )
        for subscription in waiting.exclude(state=_State.ACTIVE)
    )
    Errand.objects.create(
        kind=Errand.Kind.CONFIRMATION,
        subscriber=person,
        created_at=now,
        details={"letters": letters},
    )


def purge_unconfirmed() -> int:
    """Forget the demands never confirmed for 30 days, each with its line; how many.

    An address that asked for nothing else goes with them: nobody ever proved it theirs.
    """
    total = 0
    before = timezone.now() - UNCONFIRMED_DAYS
    while batch := _expire(before):
        total += batch
    if total:
        logger.info("event=unconfirmed_purged count=%s", total)
    return total


@transaction.atomic
def _expire(before: datetime) -> int:
    """A part of them; how many. Locked: a demand made again meanwhile is not lost with the old."""
    old = Subscription.objects.filter(state=_State.PENDING, asked_at__lt=before)
    batch = list(old.select_for_update()[:_BATCH])
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber_id=one.subscriber_id,
            periodical_id=one.periodical_id,
            action=_Action.EXPIRED,
            origin="Jamais confirmé",
        )
        for one in batch
    )
    people = {one.subscriber_id for one in batch}
    Subscription.objects.filter(pk__in=[one.pk for one in batch]).delete()
    Subscriber.objects.filter(pk__in=people, subscriptions=None).delete()
    return len(batch)
