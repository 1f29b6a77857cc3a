"""From published pages to what the index keeps of them."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from wagtail.models import Page, PageQuerySet, get_page_models

from newsletters.letter import KIND_CHOICES
from newsletters.models import IssuePage, PeriodicalPage
from pages.models import BasePage
from search.attachments import Attached, attached
from search.engine import Document
from search.letters import Letters
from search.related import Related
from search.texts import plain, texts_of

logger = logging.getLogger(__name__)

TYPES = {
    "fiche": "Fiche expérience",
    "lettre": "Lettre",
    "publication": "Publication",
    "rendez-vous": "Rendez-vous",
    "enregistrement": "Enregistrement",
    "outil": "Outil",
    "dossier": "Dossier",
    "action": "Action, programme",
    "emploi": "Offre d’emploi",
    "page": "Page du site",
}
_TYPE_OF = {
    "experiencepage": "fiche",
    "issuepage": "lettre",
    "publicationpage": "publication",
    "eventpage": "rendez-vous",
    "recordingpage": "enregistrement",
    "toolpage": "outil",
    "dossierpage": "dossier",
    "actionpage": "action",
    "programmepage": "action",
    "jobpage": "emploi",
    "recueilpage": "publication",
}
LABELS = {"type": TYPES, "kind": dict(KIND_CHOICES)}
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Built:
    """Documents of some pages; a page that could not be read is in `failed`, not lost."""

    documents: tuple[Document, ...]
    failed: frozenset[int] = frozenset()


def visible() -> PageQuerySet:
    """Pages that anybody may read now. Aliases are left out: they would be found twice."""
    return Page.objects.filter(alias_of=None, depth__gt=1).exclude(_withdrawn())


def withdrawn_ids() -> frozenset[int]:
    """Ids of the pages that nobody, or not everybody, may read now."""
    return frozenset(Page.objects.filter(_withdrawn()).values_list("pk", flat=True))


def _withdrawn() -> Q:
    """A series without a public archive is read by its subscribers only. Subqueries: two joins
    would double the time of a question asked at each search."""
    closed = {"periodical__has_public_archive": False}
    return (
        Q(live=False)
        | Q(expire_at__lte=timezone.now())
        | Page.objects.all().private_q()
        | Q(pk__in=IssuePage.objects.filter(**closed).values("pk"))
        | Q(pk__in=PeriodicalPage.objects.filter(**closed).values("pk"))
    )


def searchable_ids() -> Iterator[int]:
    """Ids of the pages that the index should hold."""
    own = {
        ContentType.objects.get_for_model(model).pk
        for model in get_page_models()
        if issubclass(model, BasePage)
    }
    pages = visible().filter(content_type__in=own)
    return iter(pages.order_by("pk").values_list("pk", flat=True))


def build(page_ids: Iterable[int]) -> Built:
    """Documents of those pages that may be found; the others simply have none."""
    found = list(visible().filter(pk__in=list(page_ids)).specific())
    series = [page for page in found if isinstance(page, IssuePage | PeriodicalPage)]
    prefetch_related_objects(series, "periodical")
    pages = [page for page in found if isinstance(page, BasePage)]
    related = Related.of(pages)
    files = attached(pages)
    letters = Letters.of([page for page in pages if isinstance(page, IssuePage)])
    documents: list[Document] = []
    failed: set[int] = set()
    for page in pages:
        try:
            made = _documents_of(page, related, letters)
            documents += made
            documents += _passages(made[0], files.get(page.pk, ()))
        except Exception:
            # One page that cannot be read must not keep the others out of the index.
            logger.exception("event=search_page_unreadable page=%s", page.pk)
            failed.add(page.pk)
    return Built(tuple(documents), frozenset(failed))


def build_all(on_failure: Callable[[int], None] | None = None) -> Iterator[Document]:
    """Every document of the site, read two hundred pages at a time."""
    page_ids = list(searchable_ids())
    for start in range(0, len(page_ids), CHUNK):
        built = build(page_ids[start : start + CHUNK])
        yield from built.documents
        for page_id in built.failed if on_failure else ():
            on_failure(page_id)


# --- Pages ------------------------------------------------------------------------------------


def _documents_of(page: BasePage, related: Related, letters: Letters) -> list[Document]:
    if isinstance(page, IssuePage):
        return _issue(page, letters)
    return [_any_page(page, related)]


def _any_page(page: BasePage, related: Related) -> Document:
    headings, body = texts_of(page)
    around = related.around(page.pk)
    themes = related.themes.get(page.pk, [])
    date = _date(page)
    return Document(
        key=str(page.pk),
        page_id=page.pk,
        title=page.title,
        lead=page.summary(),
        headings="\n".join(
            [getattr(page, "short_title", ""), *headings, *(name for _code, name in themes)]
        ),
        body="\n".join(body),
        people="\n".join(related.people.get(page.pk, ())),
        places="\n".join(
            [
                getattr(page, "territory_label", ""),
                *(related.names.get(place, "") for place in around),
            ]
        ),
        date=date,
        facets=_facets(
            type_of(page),
            theme=[code for code, _name in themes],
            territory=[str(place) for place in around],
            year=[date // 10_000],
        ),
    )


def _issue(page: IssuePage, letters: Letters) -> list[Document]:
    """The issue, then each of its items as the web edition shows them."""
    date = _date(page)
    facets = {"year": [date // 10_000], "series": [page.periodical.code]}
    within: list[str] = [plain(page.editorial), *letters.intros(page)]
    found: list[Document] = []
    for item in letters.items(page):
        text = "\n".join(part for part in (item.text, item.details) if part)
        if item.within:
            within += [item.title, text]
            continue
        found.append(
            Document(
                key=f"{page.pk}#{item.anchor}",
                page_id=page.pk,
                anchor=item.anchor,
                title=item.title,
                headings=item.section,
                body=text,
                date=date,
                facets=_facets("lettre", kind=[item.kind], **facets),
            )
        )
    whole = Document(
        key=str(page.pk),
        page_id=page.pk,
        title=page.title,
        headings="\n".join((page.period_label, page.periodical.subtitle)),
        # Its summary announces the items: as a standfirst, it would come before them.
        body="\n".join(part for part in (page.summary(), *within) if part),
        date=date,
        facets=_facets("lettre", **facets),
    )
    return [whole, *found]


def _passages(whole: Document, texts: Iterable[Attached]) -> Iterator[Document]:
    """One document for each page of the files attached; it leads to the page that attaches."""
    for text in texts:
        group = f"{whole.page_id}@{text.document_id}"
        yield Document(
            key=f"{group}-{text.number}",
            group=group,
            page_id=whole.page_id,
            title=f"{text.title}, page {text.number}",
            body=text.text,
            date=whole.date,
            facets=whole.facets,
        )


def _facets(type_: str, **values: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    found = {name: tuple(str(v) for v in given if v) for name, given in values.items()}
    return {"type": (type_,)} | found


def _date(page: Page) -> int:
    """Year, month and day as one number: the page's own period, else when it was released or
    first published; 0 when nothing says."""
    if year := getattr(page, "year", None):
        return year * 10_000 + (getattr(page, "first_month", None) or 1) * 100 + 1
    published = page.first_published_at
    day = getattr(page, "released_on", None)
    day = day or (timezone.localtime(published).date() if published else None)
    return day.year * 10_000 + day.month * 100 + day.day if day else 0


def type_of(page: Page) -> str:
    """What visitors filter by: one of TYPES."""
    return _TYPE_OF.get(page._meta.model_name, "page")
