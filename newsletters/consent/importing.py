"""Addresses collected elsewhere: who is new, who is not touched, and the proof for each.

An import never changes the state of anybody known. Whoever left any letter is not added to another
one: a file proves nothing against a decision.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import Value
from django.utils import timezone

from newsletters.audience_files.people import Person
from newsletters.consent.suppression import suppressed
from newsletters.models import ConsentEvent, Subscriber, SubscriberImport, Subscription

logger = logging.getLogger(__name__)

# Rows judged and written at once: bounds the memory of an import of any size.
BATCH: Final = 1_000


class Verdict(StrEnum):
    NEW = "new"
    ADDED = "added"
    KNOWN = "known"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Ruling:
    """`missing`: the series to add. `reason`: French, why nothing is done, or empty."""

    person: Person
    verdict: Verdict
    missing: tuple[int, ...] = ()
    subscriber_id: int | None = None
    reason: str = ""


def batches(people: Iterable[Person]) -> Iterator[list[Person]]:
    rows = iter(people)
    while batch := list(islice(rows, BATCH)):
        yield batch


def judge(*, people: Sequence[Person], series: Sequence[int]) -> list[Ruling]:
    """What an import would do with at most BATCH people of distinct addresses; writes nothing."""
    keys = [person.key for person in people]
    known = {
        key: (pk, blocked)
        for key, pk, blocked in Subscriber.objects.filter(email_key__in=keys).values_list(
            "email_key", "pk", "blocked_at"
        )
    }
    states: dict[int, dict[int, str]] = {pk: {} for pk, _blocked in known.values()}
    for pk, periodical, state in Subscription.objects.filter(
        subscriber__in=list(states)
    ).values_list("subscriber_id", "periodical_id", "state"):
        states[pk][periodical] = state
    refused = suppressed(keys)
    rulings = []
    for person in people:
        if person.key in refused:
            rulings.append(
                Ruling(person, Verdict.SUPPRESSED, reason="adresse de la liste repoussoir")
            )
        elif person.key not in known:
            rulings.append(Ruling(person, Verdict.NEW, tuple(series)))
        else:
            pk, blocked = known[person.key]
            rulings.append(_known(person, pk, blocked, states[pk], series))
    return rulings


def _known(
    person: Person,
    pk: int,
    blocked: datetime | None,
    states: Mapping[int, str],
    series: Sequence[int],
) -> Ruling:
    state = Subscription.State
    missing = tuple(key for key in series if key not in states)
    if blocked:
        reason = "déjà au fichier, adresse bloquée : inchangée"
    elif state.LEFT in states.values():
        reason = "déjà au fichier, désinscrite : inchangée"
    elif state.PENDING in states.values():
        reason = "déjà au fichier, en attente de confirmation : inchangée"
    elif missing:
        return Ruling(person, Verdict.ADDED, missing, pk, "déjà au fichier, lettre ajoutée")
    else:
        reason = "déjà abonnée : inchangée"
    return Ruling(person, Verdict.KNOWN, reason=reason)


def take(*, rulings: Sequence[Ruling], batch_of: SubscriberImport, at: datetime) -> Counter[str]:
    """Write what was judged NEW or ADDED, each with its line in the ledger; counts of verdicts.

    Within the caller's transaction. `at` is the same for the whole import: whatever the ledger
    says later than it happened since.
    """
    wanted = [ruling for ruling in rulings if ruling.missing]
    fresh = [ruling.person for ruling in wanted if ruling.verdict == Verdict.NEW]
    made = Subscriber.objects.bulk_create(_subscribers(fresh, batch_of, at))
    _attach(made, fresh)
    keys = iter(made)
    people = [ruling.subscriber_id or next(keys).pk for ruling in wanted]
    _subscribe(people, wanted, batch_of, at)
    return Counter(ruling.verdict.value for ruling in rulings)


def _subscribers(
    people: Iterable[Person], batch_of: SubscriberImport, at: datetime
) -> Iterator[Subscriber]:
    member = batch_of.basis == Subscription.Basis.MEMBERSHIP
    for person in people:
        since = person.joined_at or at
        yield Subscriber(
            email=person.email,
            email_key=person.key,
            actor_type=person.actor_type,
            is_member=person.is_member or member,
            source=batch_of.source,
            created_at=since,
            last_action_at=since,
            created_by_import=batch_of,
            **person.plain,
        )


def _attach(made: Sequence[Subscriber], people: Sequence[Person]) -> None:
    places, subjects = Subscriber.territories.through, Subscriber.themes.through
    pairs = list(zip(made, people, strict=True))
    places.objects.bulk_create(
        places(subscriber_id=row.pk, territory_id=key)
        for row, person in pairs
        for key in person.territories
    )
    subjects.objects.bulk_create(
        subjects(subscriber_id=row.pk, theme_id=key)
        for row, person in pairs
        for key in person.themes
    )


def _subscribe(
    people: Sequence[int], rulings: Sequence[Ruling], batch_of: SubscriberImport, at: datetime
) -> None:
    told = batch_of.notified_on
    subscription = {
        "state": Subscription.State.ACTIVE,
        "basis": batch_of.basis,
        "basis_source": batch_of.source,
        "notified_at": datetime.combine(told, time(12), tzinfo=UTC) if told else None,
        "created_at": at,
        "asked_at": at,
        "confirmed_at": at,
        "left_reason": "",
        "created_by_import": batch_of.pk,
    }
    proof = {
        "action": ConsentEvent.Action.IMPORTED,
        "at": at,
        "origin": f"Import n° {batch_of.pk} – {batch_of.source}"[:200],
        "form_url": "",
        "basis": batch_of.basis,
        "notice_version": f"{told:%Y-%m-%d}" if told else "",
        "notice_text": batch_of.notice_text,
    }
    by_series: dict[int, list[int]] = {}
    for subscriber, ruling in zip(people, rulings, strict=True):
        for periodical in ruling.missing:
            by_series.setdefault(periodical, []).append(subscriber)
    for periodical, keys in by_series.items():
        _write(Subscription, keys, subscription | {"periodical": periodical})
        _write(ConsentEvent, keys, proof | {"periodical": periodical})


def _write(
    model: type[Subscription | ConsentEvent], people: list[int], values: Mapping[str, Any]
) -> None:
    """A row for each person, alike but for the person, by one INSERT … SELECT.

    `bulk_create` prepares every value of every row: most of the time of an import.
    """
    fields = {one.name: one for one in model._meta.concrete_fields if one.name in values}
    rows = (
        Subscriber.objects.filter(pk__in=people)
        .order_by("pk")
        .values_list("pk", *(Value(values[name], output_field=fields[name]) for name in fields))
    )
    select, params = rows.query.sql_with_params()
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(one.column)) for one in fields.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} (subscriber_id, {columns}) {select}", params
        )


def take_back(*, batch_of: SubscriberImport) -> Counter[str]:
    """Remove what an import made and nobody touched since; `removed` and `kept` subscriptions.

    Within the caller's transaction. Touched: anything in the ledger after the import, or a
    blocked address. The lines of the ledger stay, followed by « Import annulé ».
    """
    counts: Counter[str] = Counter(removed=0, kept=0)
    last = 0
    while rows := list(
        batch_of.made_subscriptions.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "subscriber_id", "periodical_id")[:BATCH]
    ):
        last = rows[-1][0]
        touched = set(
            ConsentEvent.objects.filter(
                subscriber__in=[row[1] for row in rows], at__gt=batch_of.committed_at
            )
            .exclude(action=ConsentEvent.Action.UNDONE)
            .values_list("subscriber_id", flat=True)
        ) | set(
            Subscriber.objects.filter(
                pk__in=[row[1] for row in rows], blocked_at__isnull=False
            ).values_list("pk", flat=True)
        )
        going = [row for row in rows if row[1] not in touched]
        _remove(going, batch_of)
        counts.update(removed=len(going), kept=len(rows) - len(going))
    logger.info("event=import_undone import=%s removed=%s", batch_of.pk, counts["removed"])
    return counts


def _remove(rows: Sequence[tuple[int, int, int]], batch_of: SubscriberImport) -> None:
    now = timezone.now()
    Subscription.objects.filter(pk__in=[row[0] for row in rows]).delete()
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber_id=subscriber,
            periodical_id=periodical,
            action=ConsentEvent.Action.UNDONE,
            at=now,
            origin=f"Annulation de l'import n° {batch_of.pk}",
        )
        for _pk, subscriber, periodical in rows
    )
    # Their files go with their last subscription; the ledger keeps its lines without them.
    batch_of.made_subscribers.filter(
        pk__in=[row[1] for row in rows], subscriptions=None, deliveries=None
    ).delete()
