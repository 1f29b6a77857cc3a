"""From published pages to what the index keeps of them."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from wagtail.models import Page, PageQuerySet, get_page_models

from newsletters import letter as letters
from newsletters.models import IssuePage, PeriodicalPage
from pages.models import BasePage, ExperiencePage, Territory
from search.engine import Document
from search.texts import plain, texts_of

logger = logging.getLogger(__name__)

TYPES = {"fiche": "Fiche expérience", "lettre": "Lettre", "page": "Page du site"}
LABELS = {"type": TYPES, "kind": dict(letters.KIND_CHOICES)}
CHUNK = 100

# Items that only point at something indexed for itself: they are read with their issue.
_WITHIN_ISSUE = (letters.Kind.EXPERIENCE, letters.Kind.PAGE, letters.Kind.IMAGE)


@dataclass(frozen=True, slots=True)
class Built:
    """Documents of some pages; a page that could not be read is in `failed`, not lost."""

    documents: tuple[Document, ...]
    failed: frozenset[int] = frozenset()


def visible() -> PageQuerySet:
    """Pages that anybody may read now. Aliases are left out: they would be found twice."""
    return (
        Page.objects.live()
        .public()
        .filter(alias_of=None, depth__gt=1)
        .exclude(expire_at__lte=timezone.now())
    )


def searchable_ids() -> Iterator[int]:
    """Ids of the pages that the index should hold."""
    own = {
        ContentType.objects.get_for_model(model).pk
        for model in get_page_models()
        if issubclass(model, BasePage)
    }
    closed = Q(issuepage__periodical__has_public_archive=False) | Q(
        periodicalpage__periodical__has_public_archive=False
    )
    pages = visible().filter(content_type__in=own).exclude(closed)
    return iter(pages.order_by("pk").values_list("pk", flat=True))


def build(page_ids: Iterable[int]) -> Built:
    """Documents of those pages that may be found; the others simply have none."""
    pages = [
        page
        for page in visible().filter(pk__in=list(page_ids)).specific()
        if isinstance(page, BasePage) and _is_published_series(page)
    ]
    context = _Context.of(pages)
    documents: list[Document] = []
    failed: set[int] = set()
    for page in pages:
        try:
            documents += _documents_of(page, context)
        except Exception:
            # One page that cannot be read must not keep the others out of the index.
            logger.exception("event=search_page_unreadable page=%s", page.pk)
            failed.add(page.pk)
    return Built(tuple(documents), frozenset(failed))


def build_all(on_failure: Callable[[int], None] | None = None) -> Iterator[Document]:
    """Every document of the site, read a hundred pages at a time."""
    page_ids = list(searchable_ids())
    for start in range(0, len(page_ids), CHUNK):
        built = build(page_ids[start : start + CHUNK])
        yield from built.documents
        for page_id in built.failed if on_failure else ():
            on_failure(page_id)


# --- Pages ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Context:
    """What the pages of a chunk refer to, read in a few queries for all of them."""

    themes: dict[int, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)
    parents: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, pages: Sequence[Page]) -> "_Context":
        context = cls()
        ids = [page.pk for page in pages if isinstance(page, ExperiencePage)]
        if ids:
            context._read_taxonomy(ids)
            context._read_people(ids)
        return context

    def _read_taxonomy(self, ids: list[int]) -> None:
        through: type[models.Model] = ExperiencePage.themes.through
        rows = through.objects.filter(experiencepage_id__in=ids)
        for page, code, name in rows.values_list("experiencepage_id", "theme__code", "theme__name"):
            self.themes[page].append((code, name))
        through = ExperiencePage.territories.through
        rows = through.objects.filter(experiencepage_id__in=ids)
        for page, place in rows.values_list("experiencepage_id", "territory_id"):
            self.places[page].append(place)
        if self.places:
            self.names = dict(Territory.objects.values_list("pk", "name"))
            links = Territory.parents.through.objects
            for child, parent in links.values_list("from_territory_id", "to_territory_id"):
                self.parents[child].add(parent)

    def _read_people(self, ids: list[int]) -> None:
        for relation, names, condition in (
            ("holders", ("organisation__name", "organisation__acronym"), {}),
            ("contacts", ("name", "function", "organisation"), {"is_public": True}),
            ("authors", ("person__first_name", "person__last_name"), {}),
        ):
            model = ExperiencePage._meta.get_field(relation).related_model
            rows = model.objects.filter(page_id__in=ids, **condition)
            for page, *parts in rows.values_list("page_id", *names):
                self.people[page].append(" ".join(part for part in parts if part))

    def around(self, page_id: int) -> dict[int, None]:
        """The territories of a page, then everything above them."""
        found = dict.fromkeys(self.places.get(page_id, ()))
        frontier = list(found)
        while frontier:
            above = self.parents.get(frontier.pop(), set())
            frontier += [place for place in sorted(above) if place not in found]
            found |= dict.fromkeys(sorted(above))
        return found


def _is_published_series(page: Page) -> bool:
    """A series without a public archive is read by its subscribers only."""
    if isinstance(page, IssuePage | PeriodicalPage):
        return page.periodical.has_public_archive
    return True


def _documents_of(page: BasePage, context: _Context) -> list[Document]:
    if isinstance(page, IssuePage):
        return _issue(page)
    if isinstance(page, ExperiencePage):
        return [_experience(page, context)]
    return [_any_page(page)]


def _experience(page: ExperiencePage, context: _Context) -> Document:
    headings, body = texts_of(page)
    around = context.around(page.pk)
    themes = context.themes.get(page.pk, [])
    return Document(
        key=str(page.pk),
        page_id=page.pk,
        title=page.title,
        lead=page.standfirst,
        headings="\n".join([page.short_title, *headings, *(name for _code, name in themes)]),
        body="\n".join(body),
        people="\n".join(context.people.get(page.pk, ())),
        places="\n".join([page.territory_label, *(context.names.get(p, "") for p in around)]),
        date=_date(page.year, page.first_month, page.first_published_at),
        facets=_facets(
            "fiche",
            theme=[code for code, _name in themes],
            territory=[str(place) for place in around],
            year=[page.year],
        ),
    )


def _issue(page: IssuePage) -> list[Document]:
    """The issue, then each of its items as the web edition shows them."""
    letter = letters.compose(page).for_edition(letters.Visibility.WEB)
    common = {
        "page_id": page.pk,
        "date": _date(page.year, page.first_month, page.first_published_at),
    }
    facets = {"year": [page.year], "series": [page.periodical.code]}
    within: list[str] = [plain(letter.editorial)]
    found: list[Document] = []
    for section in letter.sections:
        within.append(section.intro)
        for item in section.items:
            text = "\n".join(part for part in (plain(item.html), item.byline) if part)
            if item.kind in _WITHIN_ISSUE or not item.title:
                within += [item.title, text]
                continue
            found.append(
                Document(
                    key=f"{page.pk}#{item.anchor}",
                    anchor=item.anchor,
                    title=item.title,
                    headings="\n".join((section.title, item.kicker)),
                    body=text,
                    facets=_facets("lettre", kind=[item.kind.value], **facets),
                    **common,
                )
            )
    whole = Document(
        key=str(page.pk),
        title=page.title,
        lead=page.summary(),
        headings="\n".join((page.period_label, letter.subtitle)),
        body="\n".join(part for part in within if part),
        facets=_facets("lettre", **facets),
        **common,
    )
    return [whole, *found]


def _any_page(page: BasePage) -> Document:
    headings, body = texts_of(page)
    published = page.first_published_at
    return Document(
        key=str(page.pk),
        page_id=page.pk,
        title=page.title,
        lead=page.summary(),
        headings="\n".join(headings),
        body="\n".join(body),
        date=_date(None, None, published),
        facets=_facets("page", year=[published and timezone.localtime(published).year]),
    )


def _facets(type_: str, **values: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(str(v) for v in given if v) for name, given in values.items()}
    return {"type": (type_,)} | found


def _date(year: int | None, month: int | None, published: Any) -> int:
    if year:
        return year * 10_000 + (month or 1) * 100 + 1
    day: date | None = timezone.localtime(published).date() if published else None
    return day.year * 10_000 + day.month * 100 + day.day if day else 0


def type_of(page: Page) -> str:
    """« fiche », « lettre » or « page »: what visitors filter by."""
    if isinstance(page, ExperiencePage):
        return "fiche"
    return "lettre" if isinstance(page, IssuePage) else "page"
