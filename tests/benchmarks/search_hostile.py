"""The worst that one visitor can ask: each page of answers is timed, each engine in turn.

`SEARCH_BENCH_PAGES` (default 20000) chooses how many pages are searched. Nothing may take more
than a second, and nothing may be an error: the worst question is named.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, pairwise, product

from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from search import following
from tests.benchmarks.search import SYLLABLES, WORDS, _figure
from tests.benchmarks.search_rebuild import make_pages

_COMMON = " ".join(WORDS)
_PAIRS = " ".join(f'"{a} {b}"' for a, b in pairwise(WORDS))
HOSTILE = {
    "ten kilobytes of one word": "quartier " * 1_200,
    "ten kilobytes without a space": "a" * 10_000,
    "five thousand different words": " ".join(
        "".join(syllables) for syllables in islice(product(SYLLABLES, repeat=3), 5_000)
    ),
    "the commonest words": _COMMON,
    "the commonest words, reversed": " ".join(reversed(WORDS)),
    "phrases of the commonest words": _PAIRS,
    "one long phrase": f'"{_COMMON}"',
    "the same phrase again": '"quartier ville" ' * 600,
    "nothing but exclusions": "-quartier -ville -jardin " * 300,
    "exclusions of phrases": " ".join(f"-{pair}" for pair in _PAIRS.split('" "')),
    "quotes": '"' * 5_000,
    "minus signs": "-" * 5_000,
    "quotes and minus signs": '-"' * 2_500,
    "wildcards": "* ? a* ?b [a-z]* ~2 quart* " * 300,
    "operators": "NOT (ville OR (quartier AND jardin)) TO [1 TO 9] ^9 " * 200,
    "nested repetitions": "(a+)+$ ((a*)*)* (.*)* " * 400,
    "dots": "a." * 5_000,
    "middle dots": "acteur·" * 1_500,
    "parentheses": "(" * 5_000 + ")" * 5_000,
    "at signs": "a@" * 5_000,
    "an address without end": "http://" + "a/" * 5_000,
    "combining marks": "e" + "\u0301" * 9_000,
    "control characters": "\x00\x01\x1b[31m\u202e\ufeff" * 1_200,
    "surrogates": "\ud800 " * 3_000,
    "SQL": "'; DROP TABLE wagtailcore_page; -- ' OR '1'='1 " * 200,
    "tsquery": "'a' & !'b':* <-> ('c' | \\'d\\') " * 200,
    "a template": "{{ settings }} {% load x %} ${7*7} <script>alert(1)</script> " * 100,
    "misprints of long words": "accompagnemant rénovaton participasion environement " * 5,
    "words near to everything": "habiter jardiner associer former logeur citoyenneté " * 5,
}


def run() -> dict[str, dict[str, float | str | None]]:
    count = int(os.environ.get("SEARCH_BENCH_PAGES", "20000"))
    engines = ["whoosh", *(["postgres"] if connection.vendor == "postgresql" else [])]
    results = {}
    with _pages(count):
        for engine in engines:
            with tempfile.TemporaryDirectory() as directory:
                worst = _worst(engine, directory)
            for name, (question, seconds) in worst.items():
                print(f"  {engine}, {name}: {question}, {seconds * 1000:.0f} ms")
                label = f"search hostile {name}, worst of {len(HOSTILE)} ({engine}, {count})"
                results[label] = _figure(seconds * 1000, "ms", None)
    return results


@contextmanager
def _pages(count: int) -> Iterator[None]:
    with transaction.atomic():
        make_pages(count)
        yield
        transaction.set_rollback(True)


def _worst(engine: str, directory: str) -> dict[str, tuple[str, float]]:
    """The slowest question and its seconds, asked for the first time and again."""
    with override_settings(
        SEARCH_ENGINE=engine, SEARCH_INDEX_DIR=directory, SEARCH_FOLLOW="off", SEARCH_RATE=0
    ):
        following.rebuild()
        client = Client()
        _asked(client, "jardin")
        turns = {"at first": {}, "again": {}}
        for found in turns.values():
            found |= {name: _asked(client, text) for name, text in HOSTILE.items()}
    return {
        turn: max(found.items(), key=lambda question: question[1]) for turn, found in turns.items()
    }


def _asked(client: Client, text: str) -> float:
    """Seconds of the page of results or of the completions, whichever is longer."""
    return max(_timed(client, name, text) for name in ("search:results", "search:suggestions"))


def _timed(client: Client, name: str, text: str) -> float:
    address = reverse(name)
    query = {"q": text.encode("utf-8", "replace").decode()}
    started = time.perf_counter()
    answer = client.get(address, query)
    spent = time.perf_counter() - started
    if answer.status_code != 200:
        raise AssertionError(f"{answer.status_code} for {text[:40]!r}")
    return spent
