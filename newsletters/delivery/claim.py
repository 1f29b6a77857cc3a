"""Who sends which rows: claims under a lease, marks, releases. Every statement is conditional.

A row belongs to one worker at a time because one UPDATE both chooses and takes it; what a worker
writes afterwards applies only to rows that still carry its name. So any number of workers, on any
number of machines, may run on one ledger, and a worker that wakes from the dead harms nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from newsletters.consent import suppressed
from newsletters.delivery.answers import Answer, Outcome
from newsletters.models import Delivery, Mailing, Subscriber, Subscription

BATCH: Final = 200
# Longer than the slowest message: connecting, and three replies of EMAIL_TIMEOUT seconds each.
LEASE: Final = timedelta(minutes=5)
BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MAX_ATTEMPTS: Final = len(BACK_OFF) + 1
_TEXT_MAX: Final = 300
# RFC 5321 §4.2.3, « service not available, closing transmission channel ».
_NO_SERVICE: Final = 421
GIVEN_BACK: Final = (
    "Des destinataires que l'on croyait incertains n'avaient rien reçu : la machine qui les tenait "
    "l'a dit à son retour. « Reprendre » leur envoie la lettre."
)

_State = Delivery.State
_Reason = Delivery.SkipReason
_UNHELD: Final[dict[str, Any]] = {"state": _State.PLANNED, "worker": "", "lease_until": None}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in hand. `attempts` counts the offers made before this claim."""

    pk: int
    email: str
    attempts: int
    subscription_id: int


@dataclass(slots=True)
class Batch:
    """What one claim took: rows to send, and how many were set aside (`skipped`)."""

    rows: list[Claimed] = field(default_factory=list)
    skipped: int = 0

    def __bool__(self) -> bool:
        """False only when no row was due: a batch of people who all left is still a batch."""
        return bool(self.rows or self.skipped)


@dataclass(frozen=True, slots=True)
class Settled:
    """The relay's answer for a row in hand."""

    row: Claimed
    answer: Answer


@cache
def _claim_sql(vendor: str) -> str:
    """The claim, with consent checked again in the same statement (DESIGN §6).

    The states are literals because SQLite matches its partial index only against constants. The
    CTE is materialised because PostgreSQL may otherwise run a LIMIT with SKIP LOCKED once per row
    of the join, and take more than it was asked for.
    """
    lock = "FOR UPDATE OF d SKIP LOCKED" if vendor == "postgresql" else ""
    delivery, mailing, subscriber, subscription = (
        model._meta.db_table for model in (Delivery, Mailing, Subscriber, Subscription)
    )
    return f"""
        WITH due AS MATERIALIZED (
            SELECT d.id AS row_id, CASE
                WHEN r.id IS NULL OR s.id IS NULL THEN 'erased'
                WHEN r.blocked_at IS NOT NULL THEN 'blocked'
                WHEN s.state <> 'active' THEN 'left'
                ELSE '' END AS reason
            FROM {delivery} d
            LEFT JOIN {subscription} s ON s.id = d.subscription_id
            LEFT JOIN {subscriber} r ON r.id = d.subscriber_id
            WHERE d.mailing_id = %s AND d.state IN ('planned', 'retry')
              AND (d.not_before IS NULL OR d.not_before <= %s)
              AND EXISTS (SELECT 1 FROM {mailing} m WHERE m.id = %s AND m.state = 'sending')
            ORDER BY d.id LIMIT %s {lock}
        )
        UPDATE {delivery} SET
            state = CASE WHEN due.reason = '' THEN 'claimed' ELSE 'skipped' END,
            skip_reason = due.reason,
            settled_at = CASE WHEN due.reason = '' THEN NULL ELSE %s END,
            worker = %s, lease_until = %s
        FROM due
        WHERE {delivery}.id = due.row_id AND {delivery}.state IN ('planned', 'retry')
        RETURNING {delivery}.id, {delivery}.email, {delivery}.attempts,
            {delivery}.subscription_id, {delivery}.skip_reason
    """  # noqa: S608


def _moment(value: datetime) -> Any:
    """As the ORM stores it: SQLite compares moments as text, so the form matters."""
    return connection.ops.adapt_datetimefield_value(value)


@transaction.atomic
def claim(mailing_id: int, worker: str, *, limit: int = BATCH) -> Batch:
    """Take up to `limit` due rows of a mailing being sent, in the order of the ledger.

    Empty when nothing is due or the mailing is no longer `sending` (pausing is this). People who
    left, were blocked or erased since the freeze become `skipped` with that reason.
    """
    now = timezone.now()
    params = [mailing_id, _moment(now), mailing_id, limit, _moment(now), worker]
    with connection.cursor() as cursor:
        cursor.execute(_claim_sql(connection.vendor), [*params, _moment(now + LEASE)])
        found = cursor.fetchall()
    taken = [Claimed(*row[:4]) for row in found if not row[4]]
    barred = suppressed([row.email for row in taken])
    if barred:
        _skip([row.pk for row in taken if row.email in barred], worker, now)
    rows = [row for row in taken if row.email not in barred]
    rows.sort(key=lambda row: row.pk)
    return Batch(rows, skipped=len(found) - len(rows))


def _skip(pks: list[int], worker: str, now: datetime) -> None:
    Delivery.objects.filter(pk__in=pks, worker=worker, state=_State.CLAIMED).update(
        state=_State.SKIPPED, skip_reason=_Reason.ERASED, settled_at=now, lease_until=None
    )


@transaction.atomic
def mark(worker: str, settled: Iterable[Settled]) -> None:
    """Write the answers down, one UPDATE for each different answer.

    An answer also settles a row that another worker called `uncertain` meanwhile, as long as the
    row still carries this worker's name: the one who spoke to the relay knows best.
    """
    now = timezone.now()
    in_order = sorted(settled, key=_answer_key)
    for _key, group in groupby(in_order, key=_answer_key):
        same = list(group)
        rows = Delivery.objects.filter(
            pk__in=[one.row.pk for one in same],
            worker=worker,
            state__in=[_State.CLAIMED, _State.UNCERTAIN],
        )
        rows.update(**_fields(same[0], now))


def _answer_key(settled: Settled) -> tuple[str, int, str, int]:
    answer = settled.answer
    if answer.outcome is Outcome.ACCEPTED:
        # « queued as 4F2A… » differs for each message: keeping it would cost one UPDATE a row.
        return (answer.outcome, 0, "", 0)
    return (answer.outcome, answer.code, answer.text, settled.row.attempts)


def _fields(settled: Settled, now: datetime) -> dict[str, Any]:
    answer, offers = settled.answer, settled.row.attempts + 1
    values: dict[str, Any] = {
        "state": _State(answer.outcome.value),
        "settled_at": now,
        "lease_until": None,
        "attempts": F("attempts") + 1,
        "not_before": None,
        "reply_code": answer.code or None,
    }
    if answer.outcome is Outcome.ACCEPTED:
        return values | {"reply_text": ""}
    values["reply_text"] = f"{answer.enhanced} {answer.text}".strip()[:_TEXT_MAX]
    if answer.outcome is Outcome.RETRY:
        if offers >= MAX_ATTEMPTS:
            # Without a code it would pass for a refusal of the address itself.
            return values | {"state": _State.REFUSED, "reply_code": answer.code or _NO_SERVICE}
        return values | {"settled_at": None, "not_before": now + BACK_OFF[offers - 1]}
    return values


@transaction.atomic
def release(worker: str, pks: list[int]) -> None:
    """Give back rows that were never offered, to whoever claims next.

    Also those that another machine called uncertain meanwhile, taking this worker for dead.
    """
    if pks:
        mine = Delivery.objects.filter(pk__in=pks, worker=worker)
        mine.filter(state=_State.CLAIMED).update(**_UNHELD)
        doubted = mine.filter(state=_State.UNCERTAIN)
        reopen(doubted)
        never = {"attempts": F("attempts") - 1, "settled_at": None, "reply_text": ""}
        doubted.update(**_UNHELD, **never)
        skip_cancelled()


def reopen(doubted: QuerySet[Delivery]) -> None:
    """Have the mailings ask that ended while these rows, about to be given back, were in doubt.

    The mailings are locked first: whoever concludes one meanwhile counts what is given back.
    """
    ids = list(doubted.order_by("mailing").values_list("mailing", flat=True).distinct())
    locked = Mailing.objects.select_for_update().filter(pk__in=ids).values_list("pk", "state")
    ended = [pk for pk, state in locked if state == Mailing.State.FINISHED]
    Mailing.objects.filter(pk__in=ended).update(
        state=Mailing.State.PAUSED,
        pause_kind=Mailing.PauseKind.QUESTION,
        pause_reason=GIVEN_BACK,
        resume_at=None,
        finished_at=None,
    )


def postpone(worker: str, pks: list[int], *, until: datetime) -> None:
    """Give back rows that may not leave yet, to whoever claims after `until`."""
    mine = Delivery.objects.filter(pk__in=pks, worker=worker, state=_State.CLAIMED)
    mine.update(**_UNHELD, not_before=until)


def extend(worker: str) -> None:
    """Heartbeat: the worker is alive and keeps its rows."""
    mine = Delivery.objects.filter(worker=worker, state=_State.CLAIMED)
    mine.update(lease_until=timezone.now() + LEASE)


def skip_cancelled() -> None:
    """Strike out what nobody holds of cancelled mailings, so that their equations close."""
    cancelled = Mailing.objects.filter(state=Mailing.State.CANCELLED, audience__isnull=False)
    open_rows = Delivery.objects.filter(
        mailing__in=list(cancelled.values_list("pk", flat=True)),
        state__in=[_State.PLANNED, _State.RETRY],
    )
    if open_rows.exists():  # asked at every turn of every worker: mostly there is nothing to write
        open_rows.update(
            state=_State.SKIPPED,
            skip_reason=_Reason.CANCELLED,
            settled_at=timezone.now(),
            not_before=None,
        )
