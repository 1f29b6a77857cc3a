"""Reading PDF files in the background, each content once; see `search.attachments`."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction

from wagtail.documents import get_document_model

from django_tasks import task

from search import following, pdf_reader
from search.attachments import pages_attaching
from search.line_breaks import heal_line_breaks
from search.models import ExtractedPage, Extraction

logger = logging.getLogger(__name__)

LARGEST = 60 * 1024 * 1024  # bytes
_WAIT = pdf_reader.SECONDS * 2  # seconds on the clock: the machine may be busy


def is_pdf(document: Any) -> bool:
    return str(document.file.name).lower().endswith(".pdf")


def read_soon(document_id: int) -> None:
    """Have the file read by the background worker once the transaction is committed."""
    if following.mode() != "off":
        transaction.on_commit(lambda: read_document.enqueue(document_id), robust=True)


@task()
def read_document(document_id: int) -> None:
    """Read a file that was not read yet, then index the pages that attach it again."""
    document = get_document_model().objects.filter(pk=document_id).first()
    if document is None or not is_pdf(document):
        return
    read(document)
    following.record(pages_attaching(document_id), "document")


def read_missing() -> Iterator[int]:
    """Read every PDF without an extraction; yields the ids, one when each is done."""
    known = set(Extraction.objects.values_list("file_hash", flat=True))
    for document in get_document_model().objects.order_by("pk").iterator():
        if is_pdf(document) and (not document.file_hash or document.file_hash not in known):
            read(document)
            yield document.pk


def read(document: Any) -> Extraction | None:
    """The extraction of the file's content, made now if it must be; None for a lost file."""
    try:
        file_hash = document.get_file_hash()
        known = Extraction.objects.filter(file_hash=file_hash).first()
        if known:
            return known
        with document.open_file() as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        logger.warning("event=search_file_lost document=%s error=%s", document.pk, error)
        return None
    answer = _answer(content)
    return _keep(file_hash, answer["pages"], answer["total"], answer["error"])


def _answer(content: bytes) -> dict[str, Any]:
    nothing: dict[str, Any] = {"pages": [], "total": 0}
    if len(content) > LARGEST:
        return nothing | {"error": f"plus de {LARGEST // 1024 // 1024} Mo"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "search.pdf_reader"],
            input=content, capture_output=True, timeout=_WAIT, check=True, cwd=settings.BASE_DIR,
        )  # fmt: skip
        return dict(json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError) as error:
        return nothing | {"error": type(error).__name__}


def _keep(file_hash: str, texts: Iterable[str], total: int, error: str) -> Extraction:
    pages = [
        (number, heal_line_breaks(text.replace("\x00", "")).strip())
        for number, text in enumerate(texts, start=1)
    ]
    written = [(number, text) for number, text in pages if text]
    if error:
        state = Extraction.State.BROKEN
    elif not written:
        state = Extraction.State.IMAGES
    else:
        state = Extraction.State.READ if len(pages) == total else Extraction.State.PARTIAL
    with transaction.atomic():
        extraction, made = Extraction.objects.get_or_create(
            file_hash=file_hash,
            defaults={"state": state, "page_count": total, "detail": error[:200]},
        )
        if made:
            ExtractedPage.objects.bulk_create(
                ExtractedPage(extraction=extraction, number=number, text=text)
                for number, text in written
            )
    return extraction
