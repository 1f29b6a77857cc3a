"""A page of the list of people, in a file of any size.

Up to BOUND people are fetched as keys and put in order here, which costs the same wherever the page
is. Of more, only the first REACH are shown: the file is walked in its order until the page is full,
soon, as many match. A database left to choose sorts everybody in the second case, or walks the
whole file in the first.
"""

from typing import Final

from django.db.models import QuerySet
from django.utils.functional import cached_property

from wagtail.admin.paginator import WagtailPaginator

from newsletters.audience_admin.listing import BOUND, Choice
from newsletters.models import Subscriber

REACH: Final = 1_000


class Listing:
    """People of a choice in the order of a field (« -field » backwards), for a paginator."""

    model = Subscriber

    def __init__(self, choice: Choice, order: str) -> None:
        self._choice = choice
        self._order = order

    @cached_property
    def found(self) -> int:
        """How many, or BOUND + 1 for « more than BOUND »."""
        return BOUND + 1 if self._keys is None else len(self._keys)

    def __len__(self) -> int:
        """How many may be paged through."""
        return REACH if self._keys is None else len(self._keys)

    def __getitem__(self, at: slice) -> list[Subscriber]:
        people = Subscriber.objects.prefetch_related("subscriptions__periodical")
        keys = list(self._walked()[at]) if self._keys is None else self._keys[at]
        known = people.in_bulk(keys)
        return [known[key] for key in keys if key in known]

    @cached_property
    def _keys(self) -> list[int] | None:
        """All of them in order, or None for more than BOUND."""
        first = self._choice.first(self._order.lstrip("-"))
        if first is None:
            return None
        first.sort(reverse=self._order.startswith("-"))
        return [pk for _, pk in first]

    def _walked(self) -> QuerySet[Subscriber, int]:
        people = self._choice.people(walked=True)
        return people.order_by(self._order).values_list("pk", flat=True)


class ListingPaginator(WagtailPaginator):
    """`object_list` is a Listing."""

    @cached_property
    def count(self) -> int:
        return len(self.object_list)

    @property
    def found(self) -> int:
        return self.object_list.found

    @cached_property
    def items_count_label(self) -> str:
        said: str = super().items_count_label
        return f"Plus de {BOUND} {self.verbose_name_plural}" if self.found > BOUND else said
