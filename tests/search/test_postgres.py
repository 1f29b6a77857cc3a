"""The index in PostgreSQL: loss, versions, locks, limits. Whatever happens, an answer."""

from django.db import connection, transaction

import pytest

from search import passages, postgres_tables, vectors, weights
from search.engine import Document, SearchRequest, TooCostlyError, UnusableIndexError
from search.index import WhooshEngine
from search.loosening import loosened
from search.postgres import PostgresEngine
from search.queries import build_glossary, parse
from search.suggestions import Vocabulary
from search.weights import weigh

DOCUMENTS = [Document(str(n), n, f"Page {n}", body="Des habitant·es engagées.") for n in range(30)]
EVERYTHING = SearchRequest(parse("habitantes"))

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="la base n’est pas PostgreSQL"),
]


@pytest.fixture
def engine():
    engine = PostgresEngine()
    engine.rebuild(DOCUMENTS)
    return engine


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_archive",
        "DROP TABLE search_archive",
        "UPDATE search_archive SET name = 'search_archive_old_1'",
        "DROP TABLE {0}",
        "DROP TABLE {0}_text",
        "ALTER TABLE {0} DROP COLUMN vector",
    ],
)
def test_every_loss_is_one_error_and_a_rebuild_repairs_it(engine, damage):
    run(damage.format(engine.location()))
    with pytest.raises(UnusableIndexError):
        engine.search(EVERYTHING)
    assert engine.rebuild(DOCUMENTS) == 30
    assert engine.search(EVERYTHING).total == 30


def test_an_index_made_by_other_code_is_outdated(engine, monkeypatch):
    monkeypatch.setattr(weights, "version", lambda: "abc")
    assert engine.health().state == "outdated"


SCORED = [
    Document("1", 1, "Le verger", body="Planter, tailler, cueillir."),
    Document(
        "2", 2, "Cour", body="Un verger. " + "Le verger et les vergers. " * 9 + "Habiter ici."
    ),
    Document("3", 3, "Rue", lead="Verger et jardin.", body="Des habitantes, des ateliers. " * 30),
    Document("4", 4, "Place", people="Ana Verger", body="Un jardin, deux jardins, trois jardins."),
    Document(
        "5", 5, "Parc", body="Le conseil citoyen du jardin. Citoyen, conseil.", places="Vergers"
    ),
    Document("6", 6, "Habitat", headings="Logement", body="Bailleur, logement, toit. " * 4),
]


@pytest.mark.parametrize(
    "text",
    ["verger", "jardin verger", "habitants verger", '"conseil citoyen"', "habitant toit jardin",
     "vergre jardin", "conseil citoyen parc toit"],
)  # fmt: skip
def test_scores_are_those_of_the_embedded_engine(tmp_path, monkeypatch, text):
    monkeypatch.setattr(passages, "FOREMOST", 0)  # the one thing that PostgreSQL does not weigh
    engines = [WhooshEngine(tmp_path), PostgresEngine()]
    for engine in engines:
        engine.rebuild(SCORED)
    glossary = build_glossary([("CC", "conseil citoyen")], [["habitant", "logement"]])
    query = loosened(parse(text, glossary), Vocabulary.of(engines[0].vocabulary()), glossary)
    embedded, ours = (engine.search(SearchRequest(query)).hits for engine in engines)
    assert [hit.key for hit in ours] == [hit.key for hit in embedded]
    assert [hit.approximate for hit in ours] == [hit.approximate for hit in embedded]
    assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in embedded], rel=0.01)


def test_another_process_sees_the_changes_and_the_switch(engine):
    other = PostgresEngine()
    assert other.search(EVERYTHING).total == 30
    with engine.writing():
        engine.delete([3])
    assert other.search(EVERYTHING).total == 29
    engine.rebuild(DOCUMENTS[:5])
    assert other.search(EVERYTHING).total == 5


def test_readers_are_served_by_the_old_index_during_a_rebuild(engine):
    seen = []

    def documents():
        assert engine.rebuilding()
        for document in DOCUMENTS[:10]:
            seen.append(engine.search(EVERYTHING).total)
            yield document

    engine.rebuild(documents())
    assert set(seen) == {30}
    assert engine.search(EVERYTHING).total == 10


def test_old_indexes_are_dropped_but_the_last(engine):
    for _turn in range(3):
        engine.rebuild(DOCUMENTS[:2])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE tablename ~ '^search_archive_[0-9a-f]+_[0-9]+$'"
        )
        assert cursor.fetchone()[0] == 2


def test_a_search_that_uses_up_its_time_says_so_and_harms_no_transaction(engine):
    with transaction.atomic():
        with pytest.raises(TooCostlyError):
            engine.search(SearchRequest(parse("habitantes"), deadline=1.0))
        engine.search(EVERYTHING)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            assert cursor.fetchone()[0] == "0"


def test_a_query_too_heavy_is_answered_by_its_rarest_words(engine, monkeypatch):
    whole = PostgresEngine._search

    def heavy(self, request, *at):
        if len(request.query.clauses) > 2:
            raise TooCostlyError
        return whole(self, request, *at)

    monkeypatch.setattr(PostgresEngine, "_search", heavy)
    page = engine.search(SearchRequest(parse("habitantes habitant jardin verger")))
    assert page.partial
    assert page.facets


@pytest.mark.parametrize("text", ["l'\\ 'a' \x00 \ud800", "mot " * 30_000, "x" * 5_000])
def test_texts_that_postgresql_could_refuse_are_indexed(engine, text):
    with engine.writing():
        engine.index([Document("99", 99, "Particulier", body=text, group=text[:20])])
    assert engine.search(SearchRequest(parse("particulier"))).total == 1


def test_a_text_longer_than_a_vector_is_cut_and_the_site_goes_on():
    long = Document("1", 1, "Long", body=" ".join(f"mot{n:07d}" for n in range(90_000)))
    assert len(vectors.tsvector(weigh(long)).encode()) < 2_000_000
    engine = PostgresEngine()
    assert engine.rebuild([long]) == 1
    assert engine.search(SearchRequest(parse("long mot0000001"))).total == 1


def test_the_tables_of_a_rebuild_that_fails_are_dropped(engine):
    def broken():
        yield DOCUMENTS[0]
        raise RuntimeError("la lecture a échoué")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE %s", [
            postgres_tables.prefix().replace("_", r"\_") + "%"
        ])  # fmt: skip
        assert cursor.fetchone()[0] == 3
