"""The search as it is lived: a full archive, facets and extracts always on, two workers and a
writer; and its speed beside SQLite FTS5, PostgreSQL's and tantivy's own French.

`SEARCH_BENCH_SIZES` (default `5000,20000`) chooses how many documents. A baseline that is not
on this machine is named with its reason and left out.
"""

import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import threading
import time
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path

import django

import psycopg

from search.engine import Document, TooCostlyError
from search.index import WhooshEngine
from tests.benchmarks.search import (
    FILTERS,
    QUERIES,
    _ask,
    _ask_sqlite,
    _documents,
    _figure,
    _fill_sqlite,
    _share,
    _timed,
    _update,
)

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
SECONDS = 8
Latencies = list[float]


def run() -> dict[str, dict[str, float | str | None]]:
    sizes = [int(size) for size in os.environ.get("SEARCH_BENCH_SIZES", "5000,20000").split(",")]
    results = {}
    for size in sizes:
        results |= _measure(size)
    return results


def _measure(size: int) -> dict[str, dict[str, float | str | None]]:
    made = list(_documents(size))
    with tempfile.TemporaryDirectory() as directory:
        engine = WhooshEngine(directory)
        started = time.perf_counter()
        engine.rebuild(iter(made))
        build = size / (time.perf_counter() - started)
        changes = [_timed(lambda n=n: _update(engine, made[n])) for n in range(20)]
        postgres, postgres_build = _postgres(made)
        sqlite, sqlite_build = _sqlite(made, directory)
        tantivy, tantivy_build = _tantivy(made, directory)
        lone, _memory = _together(directory, 1, [])
        pair, memory = _together(directory, 2, made[:50])
    label = f"({size})"
    return {
        f"search p95, 1 worker {label} | postgres": _figure(_share(lone, 95), "ms", postgres),
        f"search p95, 1 worker {label} | tantivy": _figure(_share(lone, 95), "ms", tantivy),
        f"search p95, 1 worker {label} | sqlite": _figure(_share(lone, 95), "ms", sqlite),
        f"search one change, median {label}": _figure(
            statistics.median(changes) * 1000, "ms", None
        ),
        f"search p50, 1 worker {label}": _figure(_share(lone, 50), "ms", None),
        f"search p95, 2 workers and writes {label}": _figure(_share(pair, 95), "ms", None),
        f"search p99, 2 workers and writes {label}": _figure(_share(pair, 99), "ms", None),
        f"search memory of a worker {label}": _figure(memory, "Mo", None),
        f"search build {label} | postgres": _figure(build, "doc/s", postgres_build),
        f"search build {label} | sqlite": _figure(build, "doc/s", sqlite_build),
        f"search build {label} | tantivy": _figure(build, "doc/s", tantivy_build),
    }


def _together(directory: str, workers: int, written: list[Document]) -> tuple[Latencies, float]:
    """Latencies of all workers in seconds, and the largest resident memory in MB; meanwhile one
    document a second is written when there are any."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[tuple[Latencies, float]] = context.Queue()
    processes = [
        context.Process(target=_worker, args=(directory, number, queue))
        for number in range(workers)
    ]
    over = threading.Event()
    writer = threading.Thread(target=_write, args=(directory, written, over))
    for process in processes:
        process.start()
    if written:
        writer.start()
    answers = [queue.get(timeout=120) for _process in processes]
    over.set()
    for process in processes:
        process.join()
    if written:
        writer.join()
    return [seconds for latencies, _memory in answers for seconds in latencies], max(
        memory for _latencies, memory in answers
    )


def _worker(directory: str, number: int, queue: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    # A worker holds the whole site, not the search alone.
    django.setup()
    engine = WhooshEngine(directory)
    questions = [(text, filters) for text in QUERIES for filters in FILTERS]
    for text, filters in questions * 2:
        # Cold, the hardest may use up their time; what they read is kept.
        with suppress(TooCostlyError):
            _ask(engine, text, filters)
    latencies = []
    stop = time.monotonic() + SECONDS
    turn = number * 7
    while time.monotonic() < stop:
        text, filters = questions[turn % len(questions)]
        turn += 1
        started = time.perf_counter()
        _ask(engine, text, filters)
        latencies.append(time.perf_counter() - started)
    queue.put((latencies, _peak_memory()))


def _peak_memory() -> float:
    """MB; not `ru_maxrss`, which a new process inherits from the one that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _write(directory: str, documents: list[Document], over: threading.Event) -> None:
    engine = WhooshEngine(directory)
    for document in documents:
        if over.wait(1):
            return
        _update(engine, document)


# --- Baselines --------------------------------------------------------------------------------


def _postgres(made: list[Document]) -> tuple[float | None, float | None]:
    """p95 in ms and documents per second of PostgreSQL's own `french`, without our chain."""
    try:
        with psycopg.connect(POSTGRES, connect_timeout=3) as connection:
            return _postgres_measures(connection, made)
    except psycopg.Error as error:
        print(f"  postgres: left out, {str(error).strip().splitlines()[0]}")
        return None, None


def _postgres_measures(connection: psycopg.Connection, made: list[Document]) -> tuple[float, float]:
    vector = "to_tsvector('french', title || ' ' || body)"
    started = time.perf_counter()
    connection.execute(
        "CREATE TEMP TABLE bench (title text, body text, type text, vector tsvector "
        f"GENERATED ALWAYS AS ({vector}) STORED)"
    )
    rows = [(d.title, d.text, d.facets["type"][0]) for d in made]
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY bench (title, body, type) FROM STDIN") as c,
    ):
        for row in rows:
            c.write_row(row)
    connection.execute("CREATE INDEX ON bench USING gin (vector)")
    connection.execute("ANALYZE bench")
    build = len(made) / (time.perf_counter() - started)

    def ask(text: str) -> None:
        connection.execute(
            "SELECT title, ts_headline('french', body, q) FROM (SELECT title, body, q FROM bench, "
            "websearch_to_tsquery('french', %s) q WHERE vector @@ q "
            "ORDER BY ts_rank(vector, q) DESC LIMIT 10) found",
            [text],
        ).fetchall()
        connection.execute(
            "SELECT type, count(*) FROM bench WHERE vector @@ websearch_to_tsquery('french', %s) "
            "GROUP BY type",
            [text],
        ).fetchall()

    return _p95(ask), build


def _sqlite(made: list[Document], directory: str) -> tuple[float, float]:
    """The same of bare FTS5, which has no French."""
    with closing(sqlite3.connect(Path(directory) / "load.sqlite3")) as database:
        build = len(made) / _timed(lambda: _fill_sqlite(database, made))
        return _p95(lambda text: _ask_sqlite(database, text)), build


def _tantivy(made: list[Document], directory: str) -> tuple[float | None, float | None]:
    try:
        import tantivy
    except ImportError:
        print("  tantivy: left out, the wheel is not installed (pip install tantivy)")
        return None, None
    builder = tantivy.SchemaBuilder()
    for name in ("title", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="fr_stem")
    index = tantivy.Index(builder.build())
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    analyzer = analyzer.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("french"))
    index.register_tokenizer("fr_stem", analyzer.build())
    started = time.perf_counter()
    writer = index.writer(60_000_000, 1)
    for document in made:
        writer.add_document(tantivy.Document(title=[document.title], body=[document.text]))
    writer.commit()
    writer.wait_merging_threads()
    build = len(made) / (time.perf_counter() - started)
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> None:
        query = index.parse_query(text, ["title", "body"], conjunction_by_default=True)
        excerpts = tantivy.SnippetGenerator.create(searcher, query, index.schema, "body")
        for _score, address in searcher.search(query, 10).hits:
            excerpts.snippet_from_doc(searcher.doc(address)).to_html()

    return _p95(ask), build


def _p95(ask) -> float:  # type: ignore[no-untyped-def]
    seconds = []
    for text in [*QUERIES, *QUERIES * 8]:
        started = time.perf_counter()
        ask(text)
        seconds.append(time.perf_counter() - started)
    return statistics.quantiles(list(islice(seconds, len(QUERIES), None)), n=100)[94] * 1000
