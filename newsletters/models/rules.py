"""Who a segment selects: plain data that can be frozen, read back in French, and asked of the
database as one condition without a join, so that nobody is ever selected twice."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from newsletters.models.audience import Subscriber, Subscription
from newsletters.models.periodical import Periodical
from pages.models import ActorType, Territory, Theme

# {"match": "all" or "any", criterion: value…}: JSON, with the keys of `CRITERIA`. An absent
# criterion asks for nothing; no criterion at all is everybody.
Rules = Mapping[str, Any]

ALL: Final = "all"
ANY: Final = "any"


# People with one of these links (rows of a table with a `subscriber`).
Having = Callable[[QuerySet[Any]], Q]


def among(links: QuerySet[Any]) -> Q:
    """For whoever reads all that match. Who reads a few asks otherwise: `having`."""
    return Q(pk__in=links.order_by().values("subscriber"))


def condition(rules: Rules, having: Having = among) -> Q:
    """The rules as a condition on `Subscriber`. A place that is gone selects nobody, not all."""
    found = Q()
    for name, value in asked(rules):
        asked_for = CRITERIA[name](value)
        one = asked_for if isinstance(asked_for, Q) else having(asked_for)
        found = found | one if rules.get("match") == ANY else found & one
    return found


def asked(rules: Rules) -> list[tuple[str, Any]]:
    """The criteria that ask for something, in the order of the form."""
    return [(name, rules[name]) for name in CRITERIA if rules.get(name) not in (None, "", [])]


def words(rules: Rules) -> str:
    """The rules as one French sentence, frozen with a mailing: read years later."""
    parts = [f"{LABELS[name]} : {_value(name, value)}" for name, value in asked(rules)]
    link = " ; ou " if rules.get("match") == ANY else " ; et "
    return link.join(parts) or "Toutes les personnes abonnées"


def selected(rules: Rules) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(condition(rules))


def day_start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _themes(keys: list[int]) -> QuerySet[Any]:
    return Subscriber.themes.through.objects.filter(theme__in=keys)


def _places(keys: list[int]) -> QuerySet[Any]:
    roots = Territory.objects.filter(pk__in=keys)
    # Read now: a subquery over the graph would be walked again for each row.
    inside = list(Territory.objects.within(roots).values_list("pk", flat=True)) if roots else []
    return Subscriber.territories.through.objects.filter(territory__in=inside)


def _readers(keys: list[int]) -> QuerySet[Any]:
    return Subscription.objects.active().filter(periodical__in=keys)


def _until(day: str) -> Q:
    return Q(created_at__lt=day_start(date.fromisoformat(day) + timedelta(days=1)))


# A condition on the person, or the links that the person must have one of.
CRITERIA: Final[dict[str, Callable[[Any], Q | QuerySet[Any]]]] = {
    "periodicals": _readers,
    "actor_types": lambda kinds: Q(actor_type__in=kinds),
    "territories": _places,
    "themes": _themes,
    "member": lambda yes: Q(is_member=yes),
    "joined_from": lambda day: Q(created_at__gte=day_start(date.fromisoformat(day))),
    "joined_until": _until,
    "organisation": lambda text: Q(organisation__icontains=text),
}

LABELS: Final = {
    "periodicals": "Abonné·es à",
    "actor_types": "Type d'acteur",
    "territories": "Territoire",
    "themes": "Thématique",
    "member": "Adhésion",
    "joined_from": "Inscrit·es depuis le",
    "joined_until": "Inscrit·es jusqu'au",
    "organisation": "Organisme contenant",
}

_NAMED: Final[dict[str, type[Model]]] = {
    "periodicals": Periodical,
    "territories": Territory,
    "themes": Theme,
}


def _value(name: str, value: Any) -> str:
    if name in _NAMED:
        known = _NAMED[name]._default_manager.in_bulk(value)
        return _either(str(known.get(key, "supprimé")) for key in value)
    if name == "actor_types":
        return _either(str(ActorType(kind).label) for kind in value)
    if name == "member":
        return "adhérent·es" if value else "non adhérent·es"
    if name.startswith("joined_"):
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    return f"« {value} »"


def _either(names: Iterable[str]) -> str:
    return " ou ".join(names)
