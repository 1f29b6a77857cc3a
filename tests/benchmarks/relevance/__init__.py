"""What readers look for and what they should find: MRR and recall at 5.

`queries.json`: French queries written by reading the demonstration, with the beginning of the
title of every document that answers. « hard »: natural questions, misprints, acronyms.
The real documents, where they are beside the checkout, are cut into sections: the queries of
`real_queries.json` want those that hold all of a few marks, and a section's own rarest words
must lead back to it.
"""

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings

from search import answers, following, glossary
from search.analysis import analyse, fold
from search.engine import Document, Page, SearchRequest, get_engine
from search.loosening import loosened
from search.queries import Query, build_glossary, parse
from search.suggestions import Vocabulary, respelt

HERE = Path(__file__).parent
SEEDS = HERE.parents[2].parent / "shared" / "seeds"
# The first two are what the search is developed on. The last was written before any tuning and is
# measured only: its misses are not shown, so that nobody tunes to them.
REAL = ("real_queries.json", "development_queries.json", "held_out_queries.json")
HELD_OUT = "hard, held out"
_DEPTH = 10
Figures = dict[str, dict[str, float | str | None]]


def run() -> Figures:
    results = _demonstration()
    if SEEDS.is_dir():
        results |= _real_documents()
    else:
        print("  real documents: left out, ../shared/seeds is not on this machine")
    return results


def _demonstration() -> Figures:
    from cms.demo import loader

    with tempfile.TemporaryDirectory() as directory:
        media = {"MEDIA_ROOT": directory, "STORAGES": settings.STORAGES}
        with override_settings(SEARCH_INDEX_DIR=directory, SEARCH_FOLLOW="off", **media):
            # In the benchmarks' own database, which is left as it was for the next one.
            with transaction.atomic():
                for _label, load in loader.steps():
                    load()
                glossary.forget()
                following.rebuild()
                figures = _judged("démo", _rows(), lambda text: [r.title for r in _found(text)])
                transaction.set_rollback(True)
            return figures


def _found(text: str) -> tuple[answers.Result, ...]:
    with mock.patch.object(answers, "_BUDGET", 60.0):
        return answers.find(text, limit=_DEPTH).results


def _rows() -> list[tuple[str, str, list[str]]]:
    rows = json.loads((HERE / "queries.json").read_text(encoding="utf-8"))
    return [(row["kind"], row["query"], row["expected"]) for row in rows]


def _judged(
    corpus: str, rows: list[tuple[str, str, list[str]]], ask: Callable[[str], list[str]]
) -> Figures:
    """MRR (1 / rank of the first good answer) and recall@5, by kind; the misses are printed."""
    reciprocal: dict[str, list[float]] = {}
    recall: dict[str, list[float]] = {}
    for kind, query, expected in rows:
        titles = ask(query)
        good = [any(title.startswith(e) for e in expected) for title in titles]
        rank = good.index(True) + 1 if True in good else 0
        reciprocal.setdefault(kind, []).append(1 / rank if rank else 0.0)
        held = sum(any(title.startswith(e) for title in titles[:5]) for e in expected)
        recall.setdefault(kind, []).append(held / max(min(len(expected), 5), 1))
        if rank != 1 and kind != HELD_OUT:
            print(f"  {kind} « {query} » : rang {rank or '–'} ; {titles[:3]}")
    return {
        f"{corpus} {kind}, {name} ({len(values)})": {
            "value": statistics.mean(values), "unit": "", "baseline": None, "ratio": None,
        }
        for name, by_kind in (("MRR", reciprocal), ("rappel@5", recall))
        for kind, values in by_kind.items()
    }  # fmt: skip


# --- The real documents -----------------------------------------------------------------------


def _real_documents() -> Figures:
    sections = list(_sections())
    documents = [
        Document(key=str(n), page_id=n, title=text.split("\n", 1)[0], body=text)
        for n, text in enumerate(sections, start=1)
    ]
    with (
        tempfile.TemporaryDirectory() as directory,
        override_settings(SEARCH_INDEX_DIR=directory),
    ):
        engine = get_engine()
        engine.rebuild(documents)
        words = Vocabulary.of(engine.vocabulary())
        near = (text.split(",") for text in glossary.NEAR)
        known = build_glossary([*glossary.PAIRS, *words.acronyms], near)

        def search(text: str) -> tuple[Query, Page]:
            query = loosened(parse(text, known), words, known)
            # Relevance is measured here, not speed: nothing is cut short on a busy machine.
            return query, engine.search(SearchRequest(query, deadline=time.monotonic() + 60))

        def ask(text: str) -> list[str]:
            query, page = search(text)
            corrected = respelt(query, page.missing, words)
            if corrected and page.total == page.approximate:
                _query, other = search(corrected)
                page = other if other.total > other.approximate else page
            return [f"{hit.key}." for hit in page.hits]

        rows = [*_real_rows(sections), *_own_words(sections)]
        return _judged("documents réels", rows, ask)


def _real_rows(sections: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Of the sections that hold every mark, five at most are expected among the first five."""
    for row in [row for name in REAL for row in json.loads((HERE / name).read_text("utf-8"))]:
        marks = [fold(mark) for mark in row["marks"]]
        expected = [
            f"{number}."
            for number, text in enumerate(sections, start=1)
            if all(mark in " ".join(fold(text).split()) for mark in marks)
        ]
        yield row["kind"], row["query"], expected


def _sections() -> Iterator[str]:
    """About 1,500 characters each, cut between paragraphs."""
    for path in sorted(SEEDS.glob("*.txt")):
        gathered = ""
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            gathered += paragraph.strip() + "\n"
            if len(gathered) > 1_500:
                yield gathered
                gathered = ""
        if gathered.strip():
            yield gathered


def _own_words(sections: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Three words of every fourth section, chosen rare but not unique to a misprint."""
    stems = [{term.surface: term.text for term in analyse(text)} for text in sections]
    frequency = Counter(stem for section in stems for stem in set(section.values()))
    for number in range(0, len(sections), 4):
        known = sorted(
            (frequency[stem], surface)
            for surface, stem in stems[number].items()
            if surface.isalpha() and 5 < len(surface) < 15 and frequency[stem] > 1
        )
        if len(known) >= 3:
            words = " ".join(surface for _count, surface in known[:3])
            yield "words", words, [f"{number + 1}."]
