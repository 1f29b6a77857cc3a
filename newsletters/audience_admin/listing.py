"""Finding people in a file of any size: by what their names begin with, and by filters.

Two thirds of the work is not to count: a list of 400,000 is never counted beyond BOUND, and a
choice is asked one way when few match (fetch them by their keys) and another when most do (walk
the list in its order until a page is full). Either way alone is slow for the other case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from newsletters.models import Periodical, Subscriber, Subscription
from newsletters.models.rules import among, day_start
from pages.models import Territory, Theme

# Beyond so many people a list says « plus de » and asks to be narrowed.
BOUND: Final = 5_000
_FEW: Final = 1_000
_NARROW: Final = 25_000
BLOCKED: Final = "blocked"
NONE: Final = "none"
_SEARCHED: Final = ("last_name", "first_name", "organisation")
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a listing was asked for; empty asks for nothing. `state`: of a subscription, or
    BLOCKED, or NONE (no subscription)."""

    state: str = ""
    letter: Periodical | None = None
    basis: str = ""
    actor_type: str = ""
    place: Territory | None = None
    theme: Theme | None = None
    since: date | None = None
    until: date | None = None
    member: bool | None = None
    text: str = ""

    def people(self) -> QuerySet[Subscriber]:
        """All of them, in no order: for actions and exports, which take the time they need."""
        people = Subscriber.objects.filter(self._own())
        for found in self._links():
            people = people.filter(found)
        if self.text:
            people = people.filter(begins(self.text))
        return people

    def listed(self) -> QuerySet[Subscriber]:
        """The same, for a page of the list: quick whether few or most people match."""
        if self == Choice():
            return Subscriber.objects.all()
        if self.text and (keys := _first(self.text)) is not None:
            return self._people_among(keys)
        # A text that many begin with is never sorted whole: beyond BOUND, any BOUND of them.
        most = BOUND if self.text else _FEW
        keys = list(self.people().order_by().values_list("pk", flat=True)[: most + 1])
        if self.text or len(keys) <= most:
            return Subscriber.objects.filter(pk__in=keys)
        return self.people()

    def _people_among(self, keys: list[int]) -> QuerySet[Subscriber]:
        bare = Choice(**{**{f: getattr(self, f) for f in self.__slots__}, "text": ""})
        return bare.people().filter(pk__in=keys)

    def _own(self) -> Q:
        found = Q()
        if self.actor_type:
            found &= Q(actor_type=self.actor_type)
        if self.since:
            found &= Q(created_at__gte=day_start(self.since))
        if self.until:
            found &= Q(created_at__lt=day_start(self.until + timedelta(days=1)))
        if self.member is not None:
            found &= Q(is_member=self.member)
        if self.state == BLOCKED:
            found &= Q(blocked_at__isnull=False)
        return found

    def _links(self) -> Iterator[Any]:
        if self.state == NONE:
            yield ~Exists(Subscription.objects.filter(subscriber=OuterRef("pk")))
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


def having(links: QuerySet[Any]) -> Q:
    """People with one of these links, when not all of them will be read: started from the links
    when they are few, else looked up person by person."""
    if links.order_by()[: _NARROW + 1].count() <= _NARROW:
        return among(links)
    return Q(Exists(links.filter(subscriber=OuterRef("pk"))))


def begins(text: str) -> Q:
    """People whose address, name or body begins with the text, as written or in capitals."""
    found = _prefix("email_key", text.lower())
    for field in _SEARCHED:
        for form in _written(text):
            found |= _prefix(field, form)
    return found


def starting_with(text: str) -> QuerySet[Subscriber]:
    """Those of `begins`, for whoever shows a few of them."""
    keys = _first(text)
    return Subscriber.objects.filter(begins(text) if keys is None else Q(pk__in=keys))


def _first(text: str) -> list[int] | None:
    """Keys of those of `begins`, or None for too many: one indexed look per field, where an OR of
    them would be a scan."""
    asked = [_prefix("email_key", text.lower())]
    asked += [_prefix(field, form) for field in _SEARCHED for form in _written(text)]
    keys: set[int] = set()
    for one in asked:
        keys.update(Subscriber.objects.filter(one).order_by().values_list("pk", flat=True)[:_FEW])
        if len(keys) >= _FEW:
            return None
    return list(keys)


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
