"""What pages refer to, read in a few queries for a hundred of them: themes, places, people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from wagtail.models import Page

from pages.models import Organisation, Person, Territory

# Relations that a visitor reads on the page. A list, not every relation that leads to a person:
# who proof-reads or follows a page is nobody's business.
_PEOPLE = ("holders", "organisations", "organisers", "authors", "speakers")
_NAMES: dict[type[models.Model], tuple[str, ...]] = {
    Organisation: ("name", "acronym"),
    Person: ("first_name", "last_name"),
}


@dataclass(slots=True)
class Related:
    """By page id; `names` and `parents` are those of every territory."""

    themes: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)
    parents: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, pages: Sequence[Page]) -> "Related":
        related = cls()
        by_model: dict[type[Page], list[int]] = defaultdict(list)
        for page in pages:
            by_model[type(page)].append(page.pk)
        for model, ids in by_model.items():
            for page_id, code, name in _linked(model, "themes", ids, "code", "name"):
                related.themes[page_id].append((code, name))
            for page_id, place in _linked(model, "territories", ids, "pk"):
                related.places[page_id].append(place)
            related._read_people(model, ids)
        if related.places:
            related._read_territories()
        return related

    def _read_territories(self) -> None:
        self.names = dict(Territory.objects.values_list("pk", "name"))
        links = Territory.parents.through.objects
        for child, parent in links.values_list("from_territory_id", "to_territory_id"):
            self.parents[child].add(parent)

    def _read_people(self, model: type[Page], ids: list[int]) -> None:
        for name in _PEOPLE:
            relation = _field(model, name)
            inner = relation and relation.related_model
            for link in inner._meta.fields if inner else ():
                if link.related_model in _NAMES:
                    names = (f"{link.name}__{part}" for part in _NAMES[link.related_model])
                    self._add(inner.objects.filter(page_id__in=ids), names)
        if contacts := _field(model, "contacts"):
            rows = contacts.related_model.objects.filter(page_id__in=ids, is_public=True)
            self._add(rows, ("name", "function", "organisation"))

    def _add(self, rows: Any, names: Iterable[str]) -> None:
        for page_id, *parts in rows.values_list("page_id", *names):
            self.people[page_id].append(" ".join(part for part in parts if part))

    def around(self, page_id: int) -> dict[int, None]:
        """The territories of a page, then everything above them."""
        found = dict.fromkeys(self.places.get(page_id, ()))
        frontier = list(found)
        while frontier:
            above = self.parents.get(frontier.pop(), set())
            frontier += [place for place in sorted(above) if place not in found]
            found |= dict.fromkeys(sorted(above))
        return found


def _field(model: type[Page], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _linked(
    model: type[Page], name: str, ids: list[int], *values: str
) -> Iterable[tuple[Any, ...]]:
    """(page id, values of the linked record) of a many-to-many field, when the model has it."""
    many = _field(model, name)
    if many is None:
        return ()
    source, target = many.m2m_field_name(), many.m2m_reverse_field_name()
    rows = many.remote_field.through.objects.filter(**{f"{source}__in": ids})
    return rows.values_list(f"{source}_id", *(f"{target}__{value}" for value in values))
