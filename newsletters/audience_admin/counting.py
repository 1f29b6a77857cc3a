"""How many people a choice reaches, fast enough to be asked while it is made."""

from django.db.models import Exists, OuterRef, QuerySet

from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import Rules, condition


def reachable_people(rules: Rules) -> QuerySet[Subscriber]:
    """Those the rules select who receive at least one letter today."""
    active = Subscription.objects.active().filter(subscriber=OuterRef("pk"))
    people = Subscriber.objects.filter(condition(rules), blocked_at=None)
    return people.filter(Exists(active))


def reachable(rules: Rules) -> int:
    return reachable_people(rules).order_by().count()


def letters_for(rules: Rules) -> list[tuple[Periodical, int]]:
    """Each series with the number of its readers that the rules select."""
    chosen = Subscriber.objects.filter(condition(rules))
    return [
        (series, Subscription.objects.mailable(series).filter(subscriber__in=chosen).count())
        for series in Periodical.objects.all()
    ]
