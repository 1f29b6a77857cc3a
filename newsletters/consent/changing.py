"""What a person changes of themselves: letters, interests, details, address."""

import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from newsletters.consent.joining import LINK_DAYS, PROFILE, LinkClosed, activate
from newsletters.consent.leaving import leave
from newsletters.consent.notice import Notice
from newsletters.consent.reports import drop_new_address
from newsletters.consent.suppression import lift, suppress, suppressed, suppressed_since
from newsletters.models import (
    ConsentEvent,
    Errand,
    Periodical,
    Subscriber,
    Subscription,
    normalise,
)
from newsletters.tokens import Dated, keyed_digest
from pages.models import Territory, Theme

logger = logging.getLogger(__name__)

_State = Subscription.State
_PREFERENCES: Final = "Page des préférences"
_MOVE_ASKED: Final = f"{_PREFERENCES} : nouvelle adresse demandée"
_DIGITS: Final = 14
_BATCH: Final = 500


class AddressTaken(ValueError):  # noqa: N818  (says what happened)
    """The new address, proved theirs, already has subscriptions of its own."""


@transaction.atomic
def choose(
    *,
    subscriber: Subscriber,
    letters: Collection[Periodical],
    themes: Collection[Theme],
    territories: Collection[Territory],
    notice: Notice,
    proved: bool,
) -> bool:
    """Keep exactly these letters and interests; whether a confirmation mail had to be asked for.

    `proved`: the person came by a link just sent to their mailbox, so a letter they add starts at
    once. By the link of a letter, which may have been forwarded, it waits for a confirmation; so it
    does when the address was refused or blocked since, as only a confirmation lifts that. A letter
    that waits already is not asked for again: the page is saved for many other reasons. `notice`:
    the words the page shows, which are the proof of a letter added.
    """
    proved = proved and not (subscriber.blocked_at or suppressed([subscriber.email_key]))
    wanted = {letter.pk for letter in letters}
    held = {one.periodical_id: one for one in subscriber.subscriptions.exclude(state=_State.LEFT)}
    for pk, subscription in held.items():
        if pk not in wanted:
            leave(subscription=subscription, origin=_PREFERENCES)
    interests = {
        "thématiques": _set(subscriber.themes, themes),
        "territoires": _set(subscriber.territories, territories),
    }
    _acted(subscriber, [name for name, changed in interests.items() if changed])
    if proved:
        for pk in wanted:
            subscription, _ = Subscription.objects.get_or_create(
                subscriber=subscriber, periodical_id=pk
            )
            activate(subscription=subscription, origin=_PREFERENCES, notice=notice)
        return False
    added = [pk for pk in wanted if pk not in held]
    if added:
        _ask_again(subscriber, added, notice)
    return bool(added)


def _set(field: Any, values: Collection[Any]) -> bool:
    """Whether that changed anything."""
    if {one.pk for one in values} == set(field.values_list("pk", flat=True)):
        return False
    field.set(values)
    return True


def _ask_again(subscriber: Subscriber, letters: list[int], notice: Notice) -> None:
    now = timezone.now()
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=subscriber,
            periodical_id=pk,
            action=ConsentEvent.Action.ASKED,
            at=now,
            origin=_PREFERENCES,
            basis=Subscription.Basis.CONSENT,
            notice_version=notice.version,
            notice_text=notice.text,
        )
        for pk in letters
    )
    for pk in letters:
        Subscription.objects.get_or_create(subscriber=subscriber, periodical_id=pk)
    Errand.objects.create(
        kind=Errand.Kind.CONFIRMATION,
        subscriber=subscriber,
        created_at=now,
        details={"letters": letters},
    )


@transaction.atomic
def describe(*, subscriber: Subscriber, values: Mapping[str, str]) -> None:
    """Correct one's own details (RGPD art. 16); the ledger says which, never what."""
    changed = [name for name in PROFILE if getattr(subscriber, name) != values[name]]
    for name in changed:
        setattr(subscriber, name, values[name])
    subscriber.save()
    labels = {field.name: str(field.verbose_name) for field in Subscriber._meta.fields}
    _acted(subscriber, [labels[name] for name in changed])


def _acted(subscriber: Subscriber, changed: list[str]) -> None:
    """An act of the person's own: the retention clock starts again, and a change is written."""
    now = timezone.now()
    Subscriber.objects.filter(pk=subscriber.pk).update(last_action_at=now, reminded_at=None)
    if changed:
        ConsentEvent.objects.create(
            subscriber=subscriber,
            action=ConsentEvent.Action.CHANGED,
            at=now,
            origin=f"{_PREFERENCES} : {', '.join(changed)}",
        )
        logger.info("event=preferences_changed subscriber=%s", subscriber.pk)


@transaction.atomic
def ask_move(*, subscriber: Subscriber, email: str) -> None:
    """Ask the new address itself whether it is theirs; nothing moves before it answers.

    It may be somebody else's: it is forgotten unless it answers (`forget_unanswered_moves`).
    """
    Subscriber.objects.filter(pk=subscriber.pk).update(wanted_email=email.strip())
    ConsentEvent.objects.create(
        subscriber=subscriber, action=ConsentEvent.Action.CHANGED, origin=_MOVE_ASKED
    )
    Errand.objects.create(kind=Errand.Kind.MOVE, subscriber=subscriber)


def forget_unanswered_moves() -> int:
    """Forget the new addresses whose link has died unanswered, each with its line; how many."""
    asked = ConsentEvent.objects.filter(subscriber=OuterRef("pk"), origin=_MOVE_ASKED)
    fresh = asked.filter(at__gte=timezone.now() - LINK_DAYS)
    waiting = Subscriber.objects.exclude(wanted_email="").exclude(Exists(fresh))
    total = 0
    while batch := list(waiting[:_BATCH]):
        for person in batch:
            drop_new_address(subscriber=person, origin="Jamais confirmée")
        total += len(batch)
    return total


def address_number(email: str) -> int:
    """What the link of a move says of the address: enough to tell it from another one."""
    return int(keyed_digest("newsletters.new-address", normalise(email))[:_DIGITS], 16)


@transaction.atomic
def move(*, asked: Dated) -> None:
    """Make the address that answered the person's address. Again changes nothing.

    Raises LinkClosed (too old, another address was asked for since) or AddressTaken.
    """
    person = Subscriber.objects.select_for_update().filter(pk=asked.key).first()
    if person is None or timezone.now() - asked.at > LINK_DAYS:
        raise LinkClosed
    if asked.numbers == (address_number(person.email),):
        return
    if not person.wanted_email or asked.numbers != (address_number(person.wanted_email),):
        raise LinkClosed
    key = normalise(person.wanted_email)
    if suppressed_since(key, asked.at):
        raise LinkClosed
    if Subscriber.objects.filter(email_key=key).exists():
        raise AddressTaken
    lifted = ["Nouvelle adresse : celle qui était bloquée n’est plus"] if person.blocked_at else []
    if lift(key):
        lifted.append("Liste repoussoir levée par la nouvelle adresse")
    _give_up_old_mailbox(person)
    person.email, person.wanted_email = person.wanted_email, ""
    person.blocked_at, person.blocked_reason = None, ""
    person.save()
    _acted(person, ["adresse de courriel"])
    for origin in lifted:
        ConsentEvent.objects.create(
            subscriber=person, action=ConsentEvent.Action.UNBLOCKED, origin=origin
        )


def _give_up_old_mailbox(person: Subscriber) -> None:
    """Nothing goes there any more, whatever a file says later; its owner may join by it again.

    Whoever still reads it learns that the letters go elsewhere, and whom to tell that it was not
    them. Not a mailbox known to be dead or that refused our mail.
    """
    tell = person.blocked_at is None and not suppressed([person.email_key])
    suppress(person.email_key, "Adresse quittée pour une autre")
    if tell:
        active = person.subscriptions.filter(state=_State.ACTIVE)
        Errand.objects.create(
            kind=Errand.Kind.MOVED,
            subscriber=person,
            # After the line above, so that only a refusal made since keeps the note back.
            created_at=timezone.now() + timedelta.resolution,
            details={
                "letters": list(active.values_list("periodical", flat=True)),
                "to": person.email,
                "email_key": person.email_key,
            },
        )
