"""The text of the PDF files that pages attach: read once for each content, kept by page.

What a page attaches is asked of Wagtail's references, so that any page type works: a chooser, an
inline, a block, a link in rich text. The references are taken again from the published row:
Wagtail's table follows drafts too, and a draft's file must not be found.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType

from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex

from search.models import ExtractedPage


@dataclass(frozen=True, slots=True)
class Attached:
    """One page of text of a file that a page attaches; `number` counts from 1."""

    document_id: int
    title: str
    number: int
    text: str


def attached(pages: Sequence[Page]) -> dict[int, list[Attached]]:
    """Texts by page id. `pages`: specific, as published."""
    wanted = _document_ids(pages)
    ids = {pk for documents in wanted.values() for pk in documents}
    documents = get_document_model().objects.in_bulk(ids) if ids else {}
    hashes = {document.file_hash for document in documents.values()} - {""}
    texts: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = ExtractedPage.objects.filter(extraction__file_hash__in=hashes).order_by("number")
    for file_hash, number, text in rows.values_list("extraction__file_hash", "number", "text"):
        texts[file_hash].append((number, text))
    return {
        page_id: [
            Attached(pk, documents[pk].title, number, text)
            for pk in sorted(found & documents.keys())
            for number, text in texts.get(documents[pk].file_hash, ())
        ]
        for page_id, found in wanted.items()
    }


def _document_ids(pages: Sequence[Page]) -> dict[int, set[int]]:
    types = _document_types()
    known = ReferenceIndex.objects.filter(
        to_content_type__in=types,
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(page.pk) for page in pages],
    )
    # Most pages attach nothing: taking references again costs a query for each relation.
    attaching = set(known.values_list("object_id", flat=True))
    found: dict[int, set[int]] = {}
    for page in pages:
        if str(page.pk) not in attaching:
            continue
        references = ReferenceIndex._extract_references_from_object(page)
        ids = {int(pk) for type_id, pk, *_paths in references if type_id in types}
        if ids:
            found[page.pk] = ids
    return found


def _document_types() -> set[int]:
    model = get_document_model()
    return {ContentType.objects.get_for_model(m).pk for m in (model, *model._meta.parents)}


def pages_attaching(document_id: int) -> list[int]:
    """Ids of the pages that refer to the document, drafts included: they are only re-read."""
    rows = ReferenceIndex.objects.filter(
        to_content_type__in=_document_types(),
        to_object_id=str(document_id),
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    return [int(pk) for pk in rows.values_list("object_id", flat=True).distinct()]
