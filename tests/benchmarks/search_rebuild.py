"""A rebuild as it is lived: real pages read from the database, indexed, put in use; and what one
published change costs. `SEARCH_BENCH_PAGES` (default 5000) chooses how many.

Processor time, not the clock: whatever else the machine does, the figure stays.
"""

import json
import os
import statistics
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Callable
from itertools import islice

from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone

from wagtail.models import Page

from pages.models import ExperiencePage, Territory, Theme
from search import documents, following
from tests.benchmarks.search import _documents, _figure
from tests.builders import make_experience

CHANGES = 30


def run() -> dict[str, dict[str, float | str | None]]:
    count = int(os.environ.get("SEARCH_BENCH_PAGES", "5000"))
    with (
        tempfile.TemporaryDirectory() as directory,
        override_settings(SEARCH_INDEX_DIR=directory, SEARCH_FOLLOW="off"),
        transaction.atomic(),
    ):
        make_pages(count)
        reading = _processor(lambda: deque(documents.build_all(), maxlen=0))
        wall = time.perf_counter()
        spent = _processor(following.rebuild)
        wall = time.perf_counter() - wall
        changes = [_change(page) for page in ExperiencePage.objects.order_by("pk")[:CHANGES]]
        # Only measured: the pages go as they came.
        transaction.set_rollback(True)
    size = f"({count} pages)"
    return {
        f"search rebuild, database included {size}": _figure(count / spent, "doc/s CPU", None),
        f"search rebuild, processor a page {size}": _figure(spent / count * 1000, "ms CPU", None),
        f"search rebuild, of which reading {size}": _figure(reading / count * 1000, "ms CPU", None),
        f"search rebuild, on the clock {size}": _figure(count / wall, "doc/s", None),
        f"search one change, median {size}": _figure(
            statistics.median(changes) * 1000, "ms CPU", None
        ),
        f"search one change, worst of {CHANGES} {size}": _figure(
            max(changes) * 1000, "ms CPU", None
        ),
    }


def make_pages(count: int) -> None:
    """Sheets of four to twenty sentences, written table by table: `add_child` takes minutes."""
    first = make_experience()
    index = first.get_parent()
    # Those that the database held already go first.
    after = Page._str2int(index.get_last_child().path[-Page.steplen :])
    themes = [Theme.objects.get_or_create(code=f"bench-{n}", name=f"Thème {n}")[0] for n in "abc"]
    places = [Territory.objects.get_or_create(name=f"Lieu {n}", kind="commune")[0] for n in "abc"]
    pages = [
        _page(first, after, number, document.title, document.lead, document.body)
        for number, document in enumerate(islice(_documents(count - 1), count - 1), start=1)
    ]
    parts = [
        Page(
            **{
                f.attname: getattr(page, f.attname)
                for f in Page._meta.concrete_fields
                if f.attname != "id"
            }
        )
        for page in pages
    ]
    for page, part in zip(pages, Page.objects.bulk_create(parts, batch_size=50), strict=True):
        page.pk = page.id = page.page_ptr_id = part.pk
    fields = ExperiencePage._meta.local_concrete_fields
    for start in range(0, len(pages), 50):
        ExperiencePage._base_manager._insert(
            pages[start : start + 50], fields=fields, using="default"
        )
    for many, values in ((ExperiencePage.themes, themes), (ExperiencePage.territories, places)):
        through = many.through
        source, target = many.field.m2m_field_name(), many.field.m2m_reverse_field_name()
        through.objects.bulk_create(
            [
                through(**{f"{source}_id": page.pk, f"{target}_id": values[page.pk % 3].pk})
                for page in pages
            ],
            batch_size=200,
        )
    Page.objects.filter(pk=index.pk).update(numchild=after + count - 1)


def _page(
    first: ExperiencePage, after: int, number: int, title: str, lead: str, body: str
) -> ExperiencePage:
    text = "".join(f"<p>{line}.</p>" for line in body.split(". "))
    blocks = [{"type": "paragraph", "value": text, "id": str(uuid.UUID(int=number))}]
    return ExperiencePage(
        title=title, draft_title=title, slug=f"fiche-{number}", standfirst=lead,
        body=json.dumps(blocks), year=2005 + number % 21, first_month=1 + number % 12,
        path=Page._get_path(first.path[: -Page.steplen], first.depth, after + number),
        depth=first.depth, url_path=f"{first.url_path}{number}/", live=True,
        content_type=first.content_type, locale=first.locale,
        translation_key=uuid.UUID(int=number), first_published_at=timezone.now(),
    )  # fmt: skip


def _change(page: ExperiencePage) -> float:
    following.record([page.pk], "bench")
    return _processor(following.drain)


def _processor(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
