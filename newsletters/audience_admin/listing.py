"""Who is asked for in a file of any size: by what their names begin with, and by filters.

Nothing is counted beyond BOUND. Links (a letter, a place, a theme) are asked in two ways: as the
list of the people who have them, quick when they are few, or person by person, quick when most of
the file has them. `newsletters.audience_admin.paging` shows what is found here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletters.audience_admin.beginnings import Beginning
from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import Having, among, day_start
from pages.models import Territory, Theme

# Beyond so many people a list says « plus de » and asks to be narrowed.
BOUND: Final = 5_000
# As many as a list in memory is quicker for than a look at each person, in a file of 400,000.
_NARROW: Final = 50_000
BLOCKED: Final = "blocked"
NONE: Final = "none"
MEMBER: Final = "oui"


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
            begins = Beginning(self.text)
            people = people.filter(begins.compared() if walked else begins.indexed())
        return people

    def first(self, value: str) -> list[tuple[Any, int]] | None:
        """(this field's value, key) of all of them, in no order; None for more than BOUND."""
        rest = replace(self, text="")
        if self.text:
            begins = Beginning(self.text)
            found = begins.first(value, BOUND)
            if rest == Choice():
                return found
            keys = begins.indexed() if found is None else Q(pk__in=[pk for _, pk in found])
        else:
            keys = Q()
        people = rest.people().filter(keys).order_by()
        first = list(people.values_list(value, "pk")[: BOUND + 1])
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
    return among(links) if narrow(links) else looked_up(links)


def narrow(links: QuerySet[Any]) -> bool:
    """Whether they are few enough to start from them."""
    return links.order_by()[: _NARROW + 1].count() <= _NARROW


def looked_up(links: QuerySet[Any]) -> Q:
    """The same, person by person."""
    return Q(Exists(links.filter(subscriber=OuterRef("pk"))))


def _without(links: QuerySet[Any]) -> Q:
    """People with none of them. SQLite asks an index about each person twice as fast as it runs a
    subquery; PostgreSQL would make a list of all links in memory, or worse."""
    return ~among(links) if connection.vendor == "sqlite" else ~looked_up(links)


def bounded_count(people: QuerySet[Subscriber]) -> int:
    """How many, or BOUND + 1 for « more than BOUND »."""
    return people.order_by()[: BOUND + 1].count()
