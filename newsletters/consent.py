"""Who may be written to. The only writer of the audience tables: every change leaves its proof."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from newsletters.models import (
    ConsentEvent,
    Periodical,
    Subscriber,
    Subscription,
    Suppression,
    normalise,
)
from newsletters.tokens import address_hashes

logger = logging.getLogger(__name__)

# Rows written at once: bounds the memory of an enrolment of any size.
BATCH: Final = 1_000


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


@transaction.atomic
def enrol(
    *,
    periodical: Periodical,
    people: Iterable[Mapping[str, Any]],
    territories: Mapping[str, int],
    themes: Mapping[str, int],
    origin: str,
    notice: str,
) -> int:
    """Subscribe people known beforehand, all or none; how many were new.

    `people`: mappings with `email` and the subscriber's fields, `territory` (a name of
    `territories`, which maps it to its key) and `themes` (codes of `themes`). An address already
    known, or on the « liste repoussoir », is left exactly as it is.
    """
    rows = iter(people)
    total = 0
    while batch := list(islice(rows, BATCH)):
        by_key = {normalise(row["email"]): row for row in batch}
        known = set(
            Subscriber.objects.filter(email_key__in=by_key).values_list("email_key", flat=True)
        )
        new = {key: by_key[key] for key in by_key if key not in known}
        for key in suppressed(list(new)):
            del new[key]
        made = Subscriber.objects.bulk_create(_subscribers(new, origin))
        _attach(made, list(new.values()), territories, themes)
        _record(made, periodical, origin, notice)
        total += len(made)
    logger.info("event=enrolled periodical=%s count=%s", periodical.pk, total)
    return total


PLAIN_FIELDS: Final = ("first_name", "last_name", "organisation", "job_title", "actor_type")


def _subscribers(rows: Mapping[str, Mapping[str, Any]], origin: str) -> Iterator[Subscriber]:
    for key, row in rows.items():
        fields = {name: row.get(name, "") for name in PLAIN_FIELDS}
        yield Subscriber(email=row["email"].strip(), email_key=key, source=origin, **fields)


def _attach(
    made: Sequence[Subscriber],
    rows: Sequence[Mapping[str, Any]],
    territories: Mapping[str, int],
    themes: Mapping[str, int],
) -> None:
    places, subjects = Subscriber.territories.through, Subscriber.themes.through
    pairs = list(zip(made, rows, strict=True))
    places.objects.bulk_create(
        places(subscriber_id=person.pk, territory_id=territories[row["territory"]])
        for person, row in pairs
        if row.get("territory") in territories
    )
    subjects.objects.bulk_create(
        subjects(subscriber_id=person.pk, theme_id=themes[code])
        for person, row in pairs
        for code in row.get("themes", ())
        if code in themes
    )


def _record(made: Sequence[Subscriber], periodical: Periodical, origin: str, notice: str) -> None:
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=person,
            periodical=periodical,
            state=Subscription.State.ACTIVE,
            confirmed_at=now,
        )
        for person in made
    )
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person,
            periodical=periodical,
            action=ConsentEvent.Action.IMPORTED,
            at=now,
            origin=origin,
            notice_text=notice,
        )
        for person in made
    )


# --- What providers and mailboxes report -------------------------------------------------------


def block(*, subscriber: Subscriber, reason: str) -> bool:
    """Stop writing to an address that does not exist any more, whatever the series.

    `reason` is French, read in the person's file, at most 120 characters. False when it already
    was. Not an unsubscription: the person decided nothing, and a corrected address receives again.
    """
    people = Subscriber.objects.filter(pk=subscriber.pk, blocked_at=None)
    done = people.update(blocked_at=timezone.now(), blocked_reason=reason[:120])
    if done:
        logger.info("event=blocked subscriber=%s", subscriber.pk)
    return bool(done)


@transaction.atomic
def complain(*, subscriber: Subscriber, origin: str) -> None:
    """A reader said « indésirable »: out of every series, and never imported again."""
    open_ones = subscriber.subscriptions.exclude(state=Subscription.State.LEFT)
    for subscription in open_ones:
        leave(subscription=subscription, origin=origin)
    for digest in address_hashes(subscriber.email_key)[:1]:
        Suppression.objects.get_or_create(address_hash=digest, defaults={"reason": origin[:40]})
