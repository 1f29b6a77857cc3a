"""People whose address, name or body begins with a text, as written or in capitals."""

from functools import cached_property, reduce
from itertools import product
from operator import or_
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Left
from django.db.models.lookups import Exact

from newsletters.models import Subscriber

# A text that so many begin with leaves little out: it is looked at last.
_COMMON: Final = 100_000
_FEW: Final = 1_000
_SEARCHED: Final = ("last_name", "first_name", "organisation")
_LAST: Final = "\U0010ffff"


class Beginning:
    """The same people, asked in the form that suits whoever asks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._written = {text, text.lower(), text.upper(), text.title(), text.capitalize()}

    def first(self, value: str, most: int) -> list[tuple[Any, int]] | None:
        """(this field's value, key) of all of them, in no order; None for more than `most`."""
        found: set[tuple[Any, int]] = set()
        for look in self._looks:
            people = Subscriber.objects.filter(look).order_by()
            found.update(people.values_list(value, "pk")[: most + 1])
            if len(found) > most:
                return None
        return list(found)

    def few(self) -> Q:
        """For whoever shows the first of them."""
        found = self.first("pk", _FEW)
        return self.indexed() if found is None else Q(pk__in=[pk for _, pk in found])

    def indexed(self) -> Q:
        """For whoever reads all of them.

        PostgreSQL joins the indexes of an OR before it reads a row. SQLite reads the rows in the
        order of the index, all over its file, unless it has the keys in theirs.
        """
        if not self._looks:
            return Q(pk__in=[])
        if connection.vendor != "sqlite":
            return reduce(or_, self._looks)
        people = [Subscriber.objects.filter(look).order_by() for look in self._looks]
        if sum(one[:_COMMON].count() for one in people) >= _COMMON:
            return self.compared()
        first, *others = (one.values("pk") for one in people)
        return Q(pk__in=first.union(*others) if others else first)

    def compared(self) -> Q:
        """Person by person, where no index is to be used."""
        found = Q(Exact(Left("email_key", len(self._text)), self._text.lower()))
        for field, form in product(_SEARCHED, self._written):
            found |= Q(Exact(Left(field, len(self._text)), form))
        return found

    @cached_property
    def _looks(self) -> list[Q]:
        """One indexed look per field and form, of those that find somebody: an OR of all of them
        would be a scan."""
        looks = [_prefix(field, form) for field, form in product(_SEARCHED, self._written)]
        looks.append(_prefix("email_key", self._text.lower()))
        return [look for look in looks if Subscriber.objects.filter(look).exists()]


def _prefix(field: str, text: str) -> Q:
    """« Begins with », in the form whose index each database uses.

    SQLite's LIKE … ESCAPE never uses one, but compares bytes, so a range will do; PostgreSQL's
    order is a language's, but Django gives its text fields an index for LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
    return Q(**{f"{field}__startswith": text})
