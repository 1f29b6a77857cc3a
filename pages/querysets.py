"""Sets of events, named with the agenda's words."""

from datetime import date
from typing import Self

from django.db.models import Exists, F, OuterRef, Q, Subquery, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from pages.dates import Month
from pages.models.event_parts import END_DAY, Session, SessionQuerySet
from pages.models.formats import ActionFormat
from pages.models.listing import CatalogueQuerySet
from pages.models.taxonomy import Territory


class EventQuerySet(CatalogueQuerySet):
    def located_in(self, territory: Territory) -> Self:
        places = Territory.objects.within([territory])
        # A subquery, not a join: DISTINCT would compare the bodies of all the events.
        links = self.model.territories.through.objects.filter(territory__in=places)
        return self.filter(pk__in=links.values("eventpage"))

    def in_format(self, chosen: ActionFormat) -> Self:
        return self.filter(format=chosen)

    def meant_for(self, actor: str) -> Self:
        """Events meant for this `ActorType`; SQLite has no containment test for JSON."""
        words = self.alias(actors=Cast("actor_types", TextField()))
        return words.filter(actors__contains=f'"{actor}"')

    def of_year(self, year: int) -> Self:
        return self.filter(Exists(_sessions().filter(day__year=year)))

    def years(self) -> list[int]:
        days = Session.objects.filter(page__in=self.order_by()).exclude(day=None)
        return sorted(set(days.values_list("day__year", flat=True)), reverse=True)

    def to_come(self, on: date | None = None) -> Self:
        """With a session on that day (today) or after, or announced without a date yet."""
        return self.filter(self._coming(on or timezone.localdate()))

    def over(self, on: date | None = None) -> Self:
        """All the others: every event is in exactly one of the two lists."""
        return self.exclude(self._coming(on or timezone.localdate()))

    def in_month(self, month: Month) -> Self:
        return self.filter(Exists(_sessions().between(month.first, month.last)))

    def soonest_first(self, on: date | None = None) -> Self:
        coming = _sessions().not_over(on or timezone.localdate()).order_by("day", "starts")
        ordered = self.alias(next_day=Subquery(coming.values("day")[:1]))
        return ordered.order_by(F("next_day").asc(nulls_last=True), "pk")

    def newest_first(self) -> Self:
        last = _sessions().annotate(ends_on=END_DAY).order_by("-ends_on").values("ends_on")
        ordered = self.alias(last_day=Subquery(last[:1]))
        return ordered.order_by(F("last_day").desc(nulls_last=True), "-pk")

    def with_parts(self) -> Self:
        """With everything a card or a calendar reads, in a number of queries that does not
        grow, and without the bodies."""
        found = self.select_related("format").defer_streamfields()
        return found.prefetch_related("sessions", "themes", "outcomes", "materials")

    def _coming(self, on: date) -> Q:
        state = self.model.State
        announced = Q(state__in=[state.PLANNED, state.CONFIRMED, state.POSTPONED])
        return Q(Exists(_sessions().not_over(on))) | (~Q(Exists(_sessions())) & announced)


def _sessions() -> SessionQuerySet:
    return Session.objects.filter(page=OuterRef("pk")).exclude(day=None)
