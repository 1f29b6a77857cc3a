"""How many people a choice reaches, fast enough to be asked while it is made."""

from typing import Final

from django.db.models import Count, QuerySet
from django.utils.functional import cached_property

from newsletters.audience_admin.listing import looked_up, narrow, suited
from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import Having, Rules, among, condition

# Beyond, a count says « plus de »: in a file of 400,000, counting them all takes seconds. What a
# sending reaches is counted to the last one when it is frozen.
MOST: Final = 10_000


class Reach:
    """Those the rules select who receive at least one letter today. Up to MOST of them are known
    one by one; more are looked for person by person, soon found as there are many."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @cached_property
    def count(self) -> int:
        """How many, or MOST + 1 for more than MOST."""
        return MOST + 1 if self._keys is None else len(self._keys)

    def letters(self) -> list[tuple[Periodical, int]]:
        """Each series with how many of them read it, or MOST + 1."""
        active, series = Subscription.objects.active(), Periodical.objects.all()
        if self._keys is None:
            return [(one, self._among(active.filter(periodical=one))) for one in series]
        theirs = active.filter(subscriber__in=self._keys).order_by().values_list("periodical")
        counts = dict(theirs.annotate(Count("pk")))
        return [(one, counts.get(one.pk, 0)) for one in series]

    def first(self, most: int) -> list[Subscriber]:
        """The first of them by key."""
        if self._keys is None:
            return list(_reading(_chosen(self._rules, looked_up)).order_by("pk")[:most])
        return list(Subscriber.objects.filter(pk__in=self._keys[:most]).order_by("pk"))

    def _among(self, links: QuerySet[Subscription]) -> int:
        """How many of these, or MOST + 1. Few are looked at one by one."""
        few = narrow(links)
        people = _chosen(self._rules, looked_up if few else suited)
        found = people.filter(among(links) if few else looked_up(links))
        return found.order_by()[: MOST + 1].count()

    @cached_property
    def _keys(self) -> list[int] | None:
        people = _reading(_chosen(self._rules, suited)).order_by()
        keys = sorted(people.values_list("pk", flat=True)[: MOST + 1])
        return keys if len(keys) <= MOST else None


def _chosen(rules: Rules, having: Having) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(condition(rules, having), blocked_at=None)


def _reading(people: QuerySet[Subscriber]) -> QuerySet[Subscriber]:
    return people.filter(looked_up(Subscription.objects.active()))


def reachable(rules: Rules) -> int:
    """The count of Reach alone, as it is asked while the rules are typed."""
    return _reading(_chosen(rules, suited)).order_by()[: MOST + 1].count()


def reached(count: int) -> str:
    return f"{said(count)} joignable{'s' if count > 1 else ''}"


def said(count: int) -> str:
    """« 12 personnes », or « plus de 10 000 personnes » for what is counted no further."""
    if count > MOST:
        return f"plus de {MOST // 1000}\N{NO-BREAK SPACE}000 personnes"
    return f"{count} personne{'s' if count > 1 else ''}"
