"""How fast all workers together may go: token buckets in the database, taken before a claim.

A bucket in memory would let two processes send twice the rate. The hourly bucket holds one minute's
worth, so an hour never sees more than 1/60 above its limit, whatever came before it.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from newsletters.delivery.claim import Batch, Claimed, postpone
from newsletters.models import RateLimit

_EVERYBODY: Final = ""
_HOUR: Final = 3600.0
# Waking up for a single message at a time would be a claim per message.
_SHARE: Final = 0.2
_STEP_SECONDS: Final = 5.0
# A limit that is lifted shall not be felt much longer.
_LONGEST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Grant:
    """`count` messages may leave now; with none, come back in `wait` seconds.

    `rate`: messages per second in the long run, infinite without a limit.
    """

    count: int
    wait: float = 0.0
    rate: float = math.inf


@transaction.atomic
def take(wanted: int, domain: str = _EVERYBODY) -> Grant:
    """Up to `wanted` tokens of a bucket; without such a bucket, all of them."""
    bucket = RateLimit.objects.select_for_update().filter(domain=domain).first()
    if bucket is None:
        return Grant(wanted)
    levels = _filled(bucket, timezone.now())
    slowest = min((rate for _, rate, _ in levels), default=math.inf)
    count = min([wanted, *(int(level) for level, _, _ in levels)])
    if count <= 0:
        waits = [_until(level, rate, size, wanted) for level, rate, size in levels]
        return Grant(0, max(waits), slowest)
    bucket.second_level -= count
    bucket.hour_level -= count
    bucket.save(update_fields=["second_level", "hour_level", "filled_at"])
    return Grant(count, rate=slowest)


@transaction.atomic
def give_back(count: int, domain: str = _EVERYBODY) -> None:
    """Tokens taken for rows that nobody had: the next worker finds them."""
    bucket = RateLimit.objects.select_for_update().filter(domain=domain).first()
    if bucket is not None and count > 0:
        bucket.second_level += count
        bucket.hour_level += count
        bucket.save(update_fields=["second_level", "hour_level"])


def limited() -> set[str]:
    """The domains with a bucket of their own, and "" when all mail together has one."""
    return set(RateLimit.objects.values_list("domain", flat=True))


def within_domains(batch: Batch, worker: str, domains: set[str]) -> Batch:
    """The part of a claim that these domains' limits let through; the rest waits in the ledger."""
    by_domain = defaultdict[str, list[Claimed]](list)
    for row in batch.rows:
        by_domain[row.email.rpartition("@")[2].lower()].append(row)
    late = set[int]()
    for domain in (domains - {_EVERYBODY}) & by_domain.keys():
        rows = by_domain[domain]
        grant = take(len(rows), domain)
        late |= _put_off(rows[grant.count :], worker, grant)
    kept = [row for row in batch.rows if row.pk not in late]
    give_back(len(late))
    return Batch(kept, skipped=batch.skipped + len(late))


def _put_off(rows: Sequence[Claimed], worker: str, grant: Grant) -> set[int]:
    """Give rows back for later, a few seconds' worth at a time: all at once, they would all be
    claimed and put off again at each turn."""
    now, step = timezone.now(), max(1, int(grant.rate * _STEP_SECONDS))
    for start in range(0, len(rows), step):
        wait = max(grant.wait, 1.0) + min(start / grant.rate, _LONGEST_SECONDS)
        pks = [row.pk for row in rows[start : start + step]]
        postpone(worker, pks, until=now + timedelta(seconds=wait))
    return {row.pk for row in rows}


def _filled(bucket: RateLimit, now: datetime) -> list[tuple[float, float, float]]:
    """Bring the levels up to date; (level, rate per second, size) of each limit that is set."""
    since = (now - bucket.filled_at).total_seconds() if bucket.filled_at else _HOUR
    if since < -_HOUR:
        since = _HOUR  # written by a clock that was wrong: nothing would leave before its hour
    if since >= 0:
        bucket.filled_at = now
    # Otherwise another machine's clock is ahead. Its moment stays: put back, it would let that
    # machine fill the bucket with the difference between the two clocks at each of its turns.
    since = max(since, 0.0)
    found = []
    if bucket.per_second:
        size = max(bucket.per_second, 1.0)
        bucket.second_level = min(size, bucket.second_level + since * bucket.per_second)
        found.append((bucket.second_level, bucket.per_second, size))
    if bucket.per_hour:
        rate, size = bucket.per_hour / _HOUR, max(bucket.per_hour / 60, 1.0)
        bucket.hour_level = min(size, bucket.hour_level + since * rate)
        found.append((bucket.hour_level, rate, size))
    return found


def _until(level: float, rate: float, size: float, wanted: int) -> float:
    goal = max(1.0, min(wanted, size * _SHARE))
    return max(0.0, (goal - level) / rate)
