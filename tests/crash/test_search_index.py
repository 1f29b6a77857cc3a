"""The index is killed while it is written; nothing may be lost, nobody may be refused."""

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest

from search.engine import Document, Engine, SearchRequest
from search.index import WhooshEngine
from search.postgres import PostgresEngine
from search.queries import parse
from tests.crash.forks import at_work, drop_index_tables, index_tables, kill
from tests.search.conftest import ENGINES

KILLS = 40
KILLED_REBUILDS = 10
DOCUMENTS = 60
SHORTEST, LONGEST = 0.005, 0.12  # seconds before a kill
PATIENCE = 20
# For the process that dies to be missed by the database: it holds its locks until then.
MISSED = 10
NewEngine = Callable[[], Engine]
COMMITTED = {
    "whoosh": (),
    "postgres": pytest.mark.django_db(transaction=True, serialized_rollback=True),
}


@pytest.fixture(params=[pytest.param(name, marks=COMMITTED[name]) for name in ENGINES])
def new_engine(request, tmp_path) -> Iterator[NewEngine]:
    """Makes an engine on the index of this test, in any process."""
    if request.param == "whoosh":
        yield lambda: WhooshEngine(tmp_path / "index")
        return
    yield PostgresEngine
    drop_index_tables()


def document(number: int, version: int) -> Document:
    return Document(str(number), number, f"Fiche {number}", body=f"verger commun version{version}")


def documents(version: int):
    return [document(number, version) for number in range(DOCUMENTS)]


def write_for_ever(new_engine: NewEngine, started) -> None:
    engine = new_engine()
    chance = random.Random(os.getpid())
    for version in range(1_000_000):
        with engine.writing(MISSED):
            started.set()
            engine.index([document(chance.randrange(DOCUMENTS), version)])


def rebuild_for_ever(new_engine: NewEngine, started) -> None:
    engine = new_engine()
    started.set()
    for version in range(1, 1_000_000):
        engine.rebuild(documents(version))


def found(new_engine: NewEngine, text: str = "verger") -> int:
    return new_engine().search(SearchRequest(parse(text))).total


def leftovers(tmp_path) -> int:
    """Indexes that are kept, the one in use among them."""
    if (tmp_path / "index").exists():
        return len(list((tmp_path / "index").glob("archive-*")))
    return sum(name.endswith("_text") for name in index_tables())


def wait_until_free(engine: Engine) -> None:
    deadline = time.monotonic() + MISSED
    while engine.rebuilding():
        assert time.monotonic() < deadline, "the lock of a dead process stays"
        time.sleep(0.01)


def test_forty_kills_while_writing_lose_no_document_and_leave_no_lock(new_engine):
    new_engine().rebuild(documents(0))
    chance = random.Random(7)
    for _kill in range(KILLS):
        process = at_work(write_for_ever, new_engine)
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        kill(process)
        assert found(new_engine) == DOCUMENTS
    engine = new_engine()
    with engine.writing(MISSED):
        engine.index([document(0, -1)])
    assert found(new_engine) == DOCUMENTS


def test_rebuilds_killed_at_any_moment_leave_a_whole_index_in_use(new_engine, tmp_path):
    new_engine().rebuild(documents(0))
    chance = random.Random(11)
    for _kill in range(KILLED_REBUILDS):
        process = at_work(rebuild_for_ever, new_engine)
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        kill(process)
        assert found(new_engine) == DOCUMENTS
        wait_until_free(new_engine())
    assert new_engine().rebuild([document(1, 2)]) == 1
    assert found(new_engine) == 1
    assert leftovers(tmp_path) <= 2


def test_readers_never_see_half_of_an_index_that_is_rebuilt(new_engine):
    new_engine().rebuild(documents(0))
    process = at_work(rebuild_for_ever, new_engine)
    try:
        locations = set()
        deadline = time.monotonic() + PATIENCE
        while len(locations) < 6:
            assert time.monotonic() < deadline, "nothing is rebuilt"
            locations.add(new_engine().location())
            assert found(new_engine) == DOCUMENTS
            assert found(new_engine, '"commun version0"') in (0, DOCUMENTS)
    finally:
        kill(process)


def test_a_rebuild_killed_while_it_fills_is_forgotten(new_engine):
    new_engine().rebuild(documents(0))

    def endless(new_engine, started):
        def half():
            for number in range(10**9):
                if number == 250:
                    started.set()
                yield document(number, 1)

        new_engine().rebuild(half())

    kill(at_work(endless, new_engine))
    engine = new_engine()
    wait_until_free(engine)
    assert found(new_engine) == DOCUMENTS
    assert engine.rebuild([document(1, 2)]) == 1
    assert found(new_engine) == 1
