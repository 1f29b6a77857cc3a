"""How many people a choice reaches, fast enough to be asked while it is made."""

from django.db.models import Count, Exists, OuterRef, QuerySet

from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import ANY, Rules, condition


def reachable_people(rules: Rules) -> QuerySet[Subscriber]:
    """Those the rules select who receive at least one letter today."""
    active = Subscription.objects.active().filter(subscriber=OuterRef("pk"))
    people = Subscriber.objects.filter(condition(rules), blocked_at=None)
    return people.filter(Exists(active))


def reachable(rules: Rules) -> int:
    if not rules:
        return _everybody()
    if rules.get("periodicals") and rules.get("match") != ANY:
        # Being chosen is then being active already.
        return Subscriber.objects.filter(condition(rules), blocked_at=None).order_by().count()
    return reachable_people(rules).order_by().count()


def _everybody() -> int:
    """By the index of the states alone, less the few who are blocked: the file is not read."""
    active = Subscription.objects.active().order_by()
    people: int = active.aggregate(n=Count("subscriber", distinct=True))["n"]
    blocked = Subscriber.objects.filter(blocked_at__isnull=False)
    return people - blocked.filter(Exists(active.filter(subscriber=OuterRef("pk")))).count()


def letters_for(rules: Rules) -> list[tuple[Periodical, int]]:
    """Each series with the number of its readers that the rules select, by one look at the file."""
    chosen = Subscriber.objects.filter(condition(rules), blocked_at=None)
    held = Subscription.objects.active().filter(subscriber__in=chosen).order_by()
    counts = dict(held.values_list("periodical").annotate(Count("pk")))
    return [(series, counts.get(series.pk, 0)) for series in Periodical.objects.all()]
