"""The search with its facets and extracts always on, beside bare SQLite FTS5.

Documents are made from a fixed seed: common words of the field in Zipf's proportions, rare
words made of syllables, inclusive forms. FTS5 has no French: it is the speed to beat, not the
recall.
"""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from search.engine import Document, SearchRequest
from search.extracts import extract
from search.index import WhooshEngine
from search.queries import parse


def _words(text: str) -> list[str]:
    return text.split()


WORDS = _words(
    "de la les des et en dans pour avec sur quartier ville habitant·es projet jardin école "
    "association politique citoyen conseil éducation santé emploi insertion parents jeunes "
    "médiation logement bailleur égalité femmes culture sport atelier rencontre réseau "
    "acteur·rices formation accompagnement territoire commune département contrat "
    "financement diagnostic rénovation urbaine centre social équipe partenaires action "
    "dispositif réussite éducative prévention sécurité numérique mobilité alimentation "
    "environnement participation démarche"
)
SYLLABLES = _words(
    "ba ber chan cor dal don fel fon gar gon han jou lan lor man mon nor pel ran sel tour val ver"
)
QUERIES = [
    "habitantes", "egalite", "jardin école", "conseil citoyen", '"réussite éducative"',
    "quartier médiation santé", "politique ville habitants", "atelier -sport", "acteur formation",
    "rénovation urbaine logement bailleur", "contrat", '"conseil citoyen" emploi',
]  # fmt: skip
FILTERS = [{}, {"theme": frozenset({"t3"})}, {"year": frozenset({"2020"}), "type": frozenset("a")}]
ROUNDS = 4


def run(documents: int = 5000) -> dict[str, dict[str, float | str | None]]:
    made = list(_documents(documents))
    with tempfile.TemporaryDirectory() as directory:
        engine = WhooshEngine(directory)
        build = _timed(lambda: engine.rebuild(made))
        database = sqlite3.connect(Path(directory) / "fts.sqlite3")
        build_sqlite = _timed(lambda: _fill_sqlite(database, made))
        ours = _latencies(lambda text, filters: _ask(engine, text, filters))
        theirs = _latencies(lambda text, _filters: _ask_sqlite(database, text))
        update = [_timed(lambda n=n: _update(engine, made[n])) for n in range(20)]
        database.close()
    size = f"{documents} documents"
    return {
        f"search p50 ({size})": _figure(_share(ours, 50), "ms", _share(theirs, 50)),
        f"search p95 ({size})": _figure(_share(ours, 95), "ms", _share(theirs, 95)),
        "search build": _figure(documents / build, "doc/s", documents / build_sqlite),
        "search one change, median": _figure(statistics.median(update) * 1000, "ms", None),
    }


def _documents(count: int) -> Iterator[Document]:
    chance = random.Random(20)
    rare = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(8_000)]
    weights = [1 / (rank + 3) for rank in range(len(WORDS))]
    for number in range(count):
        sentences = [
            " ".join([*chance.choices(WORDS, weights, k=14), chance.choice(rare)]).capitalize()
            for _ in range(chance.randint(4, 20))
        ]
        yield Document(
            key=str(number),
            page_id=number,
            title=" ".join(chance.choices(WORDS, k=5)),
            lead=sentences[0],
            body=". ".join(sentences[1:]),
            places=chance.choice(rare),
            date=(2005 + number % 21) * 10_000,
            facets={
                "type": ("abc"[number % 3],),
                "theme": tuple({f"t{chance.randrange(9)}", f"t{chance.randrange(9)}"}),
                "territory": (str(chance.randrange(160)), "200", "201"),
                "year": (str(2005 + number % 21),),
            },
        )


def _ask(engine: WhooshEngine, text: str, filters: dict[str, frozenset[str]]) -> None:
    query = parse(text)
    page = engine.search(SearchRequest(query, filters))
    for hit in page.hits:
        extract(hit.text, query.wanted)


def _update(engine: WhooshEngine, document: Document) -> None:
    with engine.writing(1):
        engine.index([document])


def _fill_sqlite(database: sqlite3.Connection, made: list[Document]) -> None:
    database.execute("CREATE VIRTUAL TABLE doc USING fts5(title, body, type UNINDEXED)")
    rows = ((d.title, d.text, d.facets["type"][0]) for d in made)
    database.executemany("INSERT INTO doc VALUES (?, ?, ?)", rows)
    database.commit()


def _ask_sqlite(database: sqlite3.Connection, text: str) -> None:
    words = text.replace("-sport", "").replace('"', "").split()
    match = " ".join(f'"{word}"' for word in words)
    database.execute(
        "SELECT title, snippet(doc, 1, '<mark>', '</mark>', '…', 30), bm25(doc, 2.5, 1.0) AS score "
        "FROM doc WHERE doc MATCH ? ORDER BY score LIMIT 10",
        [match],
    ).fetchall()
    database.execute(
        "SELECT type, count(*) FROM doc WHERE doc MATCH ? GROUP BY type", [match]
    ).fetchall()


def _latencies(ask: Callable[[str, dict[str, frozenset[str]]], None]) -> list[float]:
    """Seconds of each question, every one asked once before to warm what a worker keeps."""
    questions = [(text, filters) for text in QUERIES for filters in FILTERS]
    for text, filters in questions:
        ask(text, filters)
    return [
        _timed(lambda text=text, filters=filters: ask(text, filters))
        for _round in range(ROUNDS)
        for text, filters in questions
    ]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _share(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


def _figure(value: float, unit: str, baseline: float | None) -> dict[str, float | str | None]:
    ratio = value / baseline if baseline else None
    return {"value": value, "unit": unit, "baseline": baseline, "ratio": ratio}
