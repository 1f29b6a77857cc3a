"""Addresses collected elsewhere: who is new, who is not touched, and the proof for each.

An import never changes the state of anybody known. Whoever left any letter is not added to another
one: a file proves nothing against a decision.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, Value
from django.utils import timezone

from newsletters.audience_files.people import Person
from newsletters.consent.suppression import suppressed
from newsletters.models import ConsentEvent, Subscriber, SubscriberImport, Subscription

logger = logging.getLogger(__name__)

# Rows judged and written at once: bounds the memory of an import of any size, and how long it keeps
# the one writer of SQLite from a sending.
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the file says of an address. `states`: series → state; `by_import`: of this very import,
    which goes on after having been stopped."""

    pk: int
    blocked: bool
    made: bool
    states: dict[int, str]
    by_import: set[int]


def judge(
    *, people: Sequence[Person], series: Sequence[int], batch_of: SubscriberImport | None = None
) -> list[Ruling]:
    """What an import would do with at most BATCH people of distinct addresses; writes nothing.

    Whoever `batch_of` has already taken in is judged as the first time, with nothing to write.
    """
    keys = [person.key for person in people]
    known = _look_up(keys, batch_of.pk if batch_of else None)
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
            rulings.append(_known(person, known[person.key], series))
    return rulings


def _look_up(keys: Sequence[str], import_id: int | None) -> dict[str, _Known]:
    rows = Subscriber.objects.filter(email_key__in=keys).values_list(
        "email_key", "pk", "blocked_at", "created_by_import_id"
    )
    known = {
        key: _Known(pk, blocked is not None, bool(import_id) and by == import_id, {}, set())
        for key, pk, blocked, by in rows
    }
    by_pk = {one.pk: one for one in known.values()}
    for pk, periodical, state, by in Subscription.objects.filter(
        subscriber__in=list(by_pk)
    ).values_list("subscriber_id", "periodical_id", "state", "created_by_import_id"):
        by_pk[pk].states[periodical] = state
        if import_id and by == import_id:
            by_pk[pk].by_import.add(periodical)
    return known


_ADDED: Final = "déjà au fichier, lettre ajoutée"


def _known(person: Person, found: _Known, series: Sequence[int]) -> Ruling:
    state = Subscription.State
    missing = tuple(key for key in series if key not in found.states)
    if found.by_import:
        return (
            Ruling(person, Verdict.NEW)
            if found.made
            else Ruling(person, Verdict.ADDED, reason=_ADDED)
        )
    if found.blocked:
        reason = "déjà au fichier, adresse bloquée : inchangée"
    elif state.LEFT in found.states.values():
        reason = "déjà au fichier, désinscrite : inchangée"
    elif state.PENDING in found.states.values():
        reason = "déjà au fichier, en attente de confirmation : inchangée"
    elif missing:
        return Ruling(person, Verdict.ADDED, missing, found.pk, _ADDED)
    else:
        reason = "déjà abonnée : inchangée"
    return Ruling(person, Verdict.KNOWN, reason=reason)


def take(*, rulings: Sequence[Ruling], batch_of: SubscriberImport, at: datetime) -> Counter[str]:
    """Write what was judged NEW or ADDED, each with its line in the ledger; counts of verdicts.

    Within the caller's transaction. `at` is also the date of the subscriptions: whatever the
    ledger says later of their people happened since.
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


def take_back(*, batch_of: SubscriberImport, on_batch: Callable[[], None] | None = None) -> None:
    """Remove what an import made and nobody touched since, a part at a time; stopped, it is simply
    called again. `batch_of.counts` says the subscriptions `removed` and `kept`.

    Touched: anything in the ledger after the import, or a blocked address. The lines of the ledger
    stay, followed by « Import annulé ».
    """
    last = 0
    while rows := list(
        batch_of.made_subscriptions.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", "subscriber_id", "periodical_id")[:BATCH]
    ):
        last = rows[-1][0]
        with transaction.atomic():
            touched = _touched(rows)
            going = [row for row in rows if row[1] not in touched]
            _remove(going, batch_of)
            removed = batch_of.counts.get("removed", 0) + len(going)
            batch_of.counts |= {"removed": removed, "kept": batch_of.made_subscriptions.count()}
            batch_of.save(update_fields=["counts"])
        if on_batch:
            on_batch()
    logger.info("event=import_undone import=%s", batch_of.pk)


def _touched(rows: Sequence[tuple[int, int, int]]) -> set[int]:
    """Those of these people something happened to since their subscription was made."""
    people = [row[1] for row in rows]
    since = ConsentEvent.objects.filter(
        subscriber__subscriptions__in=[row[0] for row in rows],
        at__gt=F("subscriber__subscriptions__created_at"),
    ).exclude(action=ConsentEvent.Action.UNDONE)
    blocked = Subscriber.objects.filter(pk__in=people, blocked_at__isnull=False)
    return set(since.values_list("subscriber_id", flat=True)) | set(
        blocked.values_list("pk", flat=True)
    )


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
