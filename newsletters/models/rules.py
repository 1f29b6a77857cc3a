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


def condition(rules: Rules) -> Q:
    """The rules as a condition on `Subscriber`. A place that is gone selects nobody, not all."""
    found = Q()
    for name, value in asked(rules):
        one = CRITERIA[name](value)
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


def _linked(field: str, among: QuerySet[Any] | list[int]) -> Q:
    """Subscribers linked to any of these, by a subquery: a join would repeat people."""
    through = getattr(Subscriber, field).through
    column = "territory" if field == "territories" else "theme"
    links = through.objects.filter(**{f"{column}__in": among})
    return Q(pk__in=links.values("subscriber"))


def _places(keys: list[int]) -> Q:
    roots = Territory.objects.filter(pk__in=keys)
    # Read now: a subquery over the graph would be walked again for each row.
    inside = list(Territory.objects.within(roots).values_list("pk", flat=True)) if roots else []
    return _linked("territories", inside)


def _readers(keys: list[int]) -> Q:
    active = Subscription.objects.active().filter(periodical__in=keys)
    return Q(pk__in=active.values("subscriber"))


def _until(day: str) -> Q:
    return Q(created_at__lt=day_start(date.fromisoformat(day) + timedelta(days=1)))


CRITERIA: Final[dict[str, Callable[[Any], Q]]] = {
    "periodicals": _readers,
    "actor_types": lambda kinds: Q(actor_type__in=kinds),
    "territories": _places,
    "themes": lambda keys: _linked("themes", keys),
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
