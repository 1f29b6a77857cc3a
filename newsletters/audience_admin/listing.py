"""Who is asked for in a file of any size: by what their names begin with, and by filters.

Nothing is counted beyond BOUND. Links (a letter, a place, a theme) are asked in two ways: as the
list of the people who have them, quick when they are few, or person by person, quick when most of
the file has them. `newsletters.audience_admin.paging` shows what is found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import Having, among, day_start
from pages.models import Territory, Theme

# Beyond so many people a list says « plus de » and asks to be narrowed.
BOUND: Final = 5_000
# As many as a list in memory is quicker for than a look at each person, in a file of 400,000.
_NARROW: Final = 50_000
# A text that so many begin with leaves little out: it is looked at last.
_COMMON: Final = 100_000
_FEW: Final = 1_000
BLOCKED: Final = "blocked"
NONE: Final = "none"
MEMBER: Final = "oui"
_SEARCHED: Final = ("last_name", "first_name", "organisation")
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a listing was asked for; empty asks for nothing. `state`: of a subscription, or
    BLOCKED, or NONE (no subscription). `member`: MEMBER, or anything else for the others."""

    state: str = ""
    letter: Periodical | None = None
    basis: str = ""
    actor_type: str = ""
    place: Territory | None = None
    theme: Theme | None = None
    since: date | None = None
    until: date | None = None
    member: str = ""
    text: str = ""

    def people(self, *, walked: bool = False) -> QuerySet[Subscriber]:
        """All of them, in no order. `walked`: for whoever reads the file in its order and stops at
        the end of a page, so that no other index is tempting."""
        people = Subscriber.objects.filter(self._own())
        for found in self._links(looked_up if walked else suited):
            people = people.filter(found)
        if self.text:
            people = people.filter(_compared(self.text) if walked else begins(self.text))
        return people

    def first(self, value: str) -> list[tuple[Any, int]] | None:
        """(this field's value, key) of all of them, in no order; None for more than BOUND."""
        people = None
        if self.text:
            found, rest = beginning(self.text, value, BOUND), replace(self, text="")
            if rest == Choice():
                return found
            if found is not None:
                people = rest.people().filter(pk__in=[pk for _, pk in found])
        people = self.people() if people is None else people
        first = list(people.order_by().values_list(value, "pk")[: BOUND + 1])
        return first if len(first) <= BOUND else None

    def _own(self) -> Q:
        found = Q()
        if self.actor_type:
            found &= Q(actor_type=self.actor_type)
        if self.since:
            found &= Q(created_at__gte=day_start(self.since))
        if self.until:
            found &= Q(created_at__lt=day_start(self.until + timedelta(days=1)))
        if self.member:
            found &= Q(is_member=self.member == MEMBER)
        if self.state == BLOCKED:
            found &= Q(blocked_at__isnull=False)
        return found

    def _links(self, having: Having) -> Iterator[Q]:
        if self.state == NONE:
            yield _without(Subscription.objects.all())
        asked: dict[str, Any] = {"periodical": self.letter, "basis": self.basis}
        if self.state in Subscription.State.values:
            asked["state"] = self.state
        asked = {name: value for name, value in asked.items() if value}
        if asked:
            yield having(Subscription.objects.filter(**asked))
        if self.place:
            inside = Territory.objects.within([self.place]).values_list("pk", flat=True)
            places = Subscriber.territories.through.objects
            yield having(places.filter(territory__in=list(inside)))
        if self.theme:
            yield having(Subscriber.themes.through.objects.filter(theme=self.theme))


def suited(links: QuerySet[Any]) -> Q:
    """People with one of these links, when not all of them will be read: started from the links
    when they are few, else looked up person by person."""
    if links.order_by()[: _NARROW + 1].count() <= _NARROW:
        return among(links)
    return looked_up(links)


def looked_up(links: QuerySet[Any]) -> Q:
    """The same, person by person."""
    return Q(Exists(links.filter(subscriber=OuterRef("pk"))))


def _without(links: QuerySet[Any]) -> Q:
    """People with none of them. SQLite asks an index about each person twice as fast as it runs a
    subquery; PostgreSQL would make a list of all links in memory, or worse."""
    return ~among(links) if connection.vendor == "sqlite" else ~looked_up(links)


def begins(text: str) -> Q:
    """People whose address, name or body begins with the text, as written or in capitals."""
    people = [Subscriber.objects.filter(one).order_by() for one in _looks(text)]
    if sum(one[:_COMMON].count() for one in people) >= _COMMON:
        return _compared(text)
    first, *others = (one.values("pk") for one in people)
    return Q(pk__in=first.union(*others))


def _compared(text: str) -> Q:
    """The same, person by person, where no index is to be used."""
    found = Q(Exact(Left("email_key", len(text)), text.lower()))
    for field, form in product(_SEARCHED, _written(text)):
        found |= Q(Exact(Left(field, len(text)), form))
    return found


def starting_with(text: str) -> QuerySet[Subscriber]:
    """Those of `begins`, for whoever shows a few of them."""
    found = beginning(text, "pk", _FEW)
    keys = begins(text) if found is None else Q(pk__in=[pk for pk, _ in found])
    return Subscriber.objects.filter(keys)


def beginning(text: str, value: str, most: int) -> list[tuple[Any, int]] | None:
    """(this field's value, key) of those of `begins`, or None for more than `most`."""
    found: set[tuple[Any, int]] = set()
    for one in _looks(text):
        people = Subscriber.objects.filter(one).order_by()
        found.update(people.values_list(value, "pk")[: most + 1])
        if len(found) > most:
            return None
    return list(found)


def _looks(text: str) -> list[Q]:
    """One indexed look per field, where an OR of them would be a scan."""
    fields = [_prefix(field, form) for field, form in product(_SEARCHED, _written(text))]
    return [_prefix("email_key", text.lower()), *fields]


def _written(text: str) -> set[str]:
    return {text, text.lower(), text.upper(), text.title(), text.capitalize()}


def _prefix(field: str, text: str) -> Q:
    """« Begins with », in the form whose index each database uses.

    SQLite's LIKE … ESCAPE never uses one, but compares bytes, so a range will do; PostgreSQL's
    order is a language's, but Django gives its text fields an index for LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
    return Q(**{f"{field}__startswith": text})


def bounded_count(people: QuerySet[Subscriber]) -> int:
    """How many, or BOUND + 1 for « more than BOUND »."""
    return people.order_by()[: BOUND + 1].count()
