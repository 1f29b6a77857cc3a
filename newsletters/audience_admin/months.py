"""What happened to a letter's readers month by month: kept counts, else the ledger's own."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from newsletters.models import AudienceMonth, ConsentEvent, DeliveryEvent, Periodical
from newsletters.models.rules import day_start

MONTHS: Final = 24
_Action = ConsentEvent.Action


@dataclass(slots=True)
class Month:
    """Counts of one month of one letter; `left` holds erasures and undone imports too."""

    month: date
    joined: int = 0
    left: int = 0
    bounced: int = 0
    complained: int = 0
    active: int | None = None

    @property
    def net(self) -> int:
        return self.joined - self.left


def last_months(count: int = MONTHS) -> list[date]:
    """First days of the last months, this one last."""
    today = timezone.localdate()
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]


def months_of(periodical: Periodical) -> list[Month]:
    """The last MONTHS months; the current one, and those nobody has counted, are counted now."""
    days = last_months()
    kept = {
        row.month: Month(
            row.month, row.joined, row.left + row.erased, row.bounced, row.complained, row.active
        )
        for row in AudienceMonth.objects.filter(periodical=periodical).between(days[0], days[-2])
    }
    missing = [day for day in days if day not in kept]
    live = _counted(periodical, missing)
    return [kept.get(day) or live[day] for day in days]


def _counted(periodical: Periodical, days: list[date]) -> dict[date, Month]:
    since = day_start(min(days))
    events = ConsentEvent.objects.filter(periodical=periodical, at__gte=since)
    found = {day: Month(day) for day in days}
    asked = {
        "joined": events.filter(action__in=[_Action.CONFIRMED, _Action.IMPORTED]),
        "left": events.filter(action__in=[_Action.LEFT, _Action.ERASED, _Action.UNDONE]),
    }
    returned = DeliveryEvent.objects.filter(
        delivery__mailing__issue__periodical=periodical, at__gte=since
    )
    kinds = DeliveryEvent.Kind
    asked |= {
        "bounced": returned.filter(kind=kinds.BOUNCED),
        "complained": returned.filter(kind=kinds.COMPLAINED),
    }
    for name, rows in asked.items():
        for day, count in _by_month(rows).items():
            if day in found:
                setattr(found[day], name, count)
    if days[-1] in found:
        found[days[-1]].active = periodical.subscriptions.filter(state="active").count()
    return found


def keep_last_month(now: datetime) -> int:
    """Write down the month that has ended, letter by letter; how many. Counts only.

    The ledger could be counted again; how many were subscribed then could not.
    """
    month = last_months(2)[0]
    letters = list(Periodical.objects.exclude(audience_months__month=month))
    for letter in letters:
        found = _counted(letter, [month])[month]
        within = Q(at__gte=day_start(month), at__lt=day_start(last_months(1)[0]))
        erased = ConsentEvent.objects.filter(within, periodical=letter, action=_Action.ERASED)
        gone = letter.subscriptions.filter(
            left_at__gte=day_start(month), left_at__lt=day_start(last_months(1)[0])
        )
        reasons = gone.order_by().values_list("left_reason").annotate(n=Count("pk"))
        AudienceMonth.objects.get_or_create(
            month=month,
            periodical=letter,
            defaults={
                "joined": found.joined,
                "left": found.left - erased.count(),
                "erased": erased.count(),
                "bounced": found.bounced,
                "complained": found.complained,
                "reasons": dict(reasons),
                "active": found.active,
            },
        )
    return len(letters)


def reasons_of(letters: Iterable[Periodical]) -> dict[str, int]:
    """Why people left over these months, as they cared to say: French label → count."""
    days = last_months()
    total: Counter[str] = Counter()
    for letter in letters:
        since = days[0]
        for row in AudienceMonth.objects.filter(periodical=letter).between(days[0], days[-2]):
            total.update(row.reasons)
            since = max(since, days[days.index(row.month) + 1])
        gone = letter.subscriptions.filter(state="left", left_at__gte=day_start(since))
        total.update(dict(gone.order_by().values_list("left_reason").annotate(n=Count("pk"))))
    return AudienceMonth(reasons=total).reason_counts()


def _by_month(rows: QuerySet) -> dict[date, int]:  # type: ignore[type-arg]
    counts: dict[date, int] = defaultdict(int)
    grouped = rows.order_by().annotate(month=TruncMonth("at")).values("month")
    for month, count in grouped.annotate(n=Count("pk")).values_list("month", "n"):
        counts[timezone.localtime(month).date()] += count
    return counts


def together(letters: Iterable[list[Month]]) -> list[Month]:
    """The months of several letters added up: subscriptions, not people."""
    rows = [list(same) for same in zip(*letters, strict=True)]
    return [
        Month(
            same[0].month,
            sum(one.joined for one in same),
            sum(one.left for one in same),
            sum(one.bounced for one in same),
            sum(one.complained for one in same),
            sum(one.active for one in same if one.active is not None)
            if any(one.active is not None for one in same)
            else None,
        )
        for same in rows
    ]
