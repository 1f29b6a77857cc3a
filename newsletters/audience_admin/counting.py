"""How many people a choice reaches, fast enough to be asked while it is made."""

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from newsletters.audience_admin.listing import suited
from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import Rules, condition

# Beyond, a count says « plus de »: in a file of 400,000, counting them all takes seconds. What a
# sending reaches is counted to the last one when it is frozen.
MOST: Final = 10_000


def reachable_people(rules: Rules) -> QuerySet[Subscriber]:
    """Those the rules select who receive at least one letter today."""
    active = Subscription.objects.active().filter(subscriber=OuterRef("pk"))
    return _chosen(rules).filter(Exists(active))


def _chosen(rules: Rules) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(condition(rules, suited), blocked_at=None)


def reachable(rules: Rules) -> int:
    """How many, or MOST + 1 for more than MOST."""
    return reachable_people(rules).order_by()[: MOST + 1].count()


def letters_for(rules: Rules) -> list[tuple[Periodical, int]]:
    """Each series with the number of its readers that the rules select, or MOST + 1."""
    active, chosen = Subscription.objects.active(), _chosen(rules).order_by()
    return [
        (series, chosen.filter(suited(active.filter(periodical=series)))[: MOST + 1].count())
        for series in Periodical.objects.all()
    ]


def reached(count: int) -> str:
    return f"{said(count)} joignable{'s' if count > 1 else ''}"


def said(count: int) -> str:
    """« 12 personnes », or « plus de 10 000 personnes » for what is counted no further."""
    if count > MOST:
        return f"plus de {MOST // 1000}\N{NO-BREAK SPACE}000 personnes"
    return f"{count} personne{'s' if count > 1 else ''}"
