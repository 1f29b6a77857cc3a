"""The index is killed while it is written; nothing may be lost, nobody may be refused."""

import multiprocessing
import os
import random
import signal
import time

from search.engine import Document, SearchRequest
from search.index import WhooshEngine
from search.queries import parse

KILLS = 40
DOCUMENTS = 60


def document(number: int, version: int) -> Document:
    return Document(str(number), number, f"Fiche {number}", body=f"verger commun version{version}")


def write_for_ever(directory: str, started) -> None:
    engine = WhooshEngine(directory)
    chance = random.Random(os.getpid())
    started.set()
    for version in range(1_000_000):
        with engine.writing(5):
            engine.index([document(chance.randrange(DOCUMENTS), version)])


def found(directory) -> int:
    return WhooshEngine(directory).search(SearchRequest(parse("verger"))).total


def test_forty_kills_while_writing_lose_no_document_and_leave_no_lock(tmp_path):
    directory = str(tmp_path / "index")
    WhooshEngine(directory).rebuild(document(n, 0) for n in range(DOCUMENTS))
    chance = random.Random(7)
    context = multiprocessing.get_context("fork")
    for _kill in range(KILLS):
        started = context.Event()
        process = context.Process(target=write_for_ever, args=(directory, started))
        process.start()
        assert started.wait(20)
        time.sleep(chance.uniform(0.005, 0.12))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert found(directory) == DOCUMENTS
    engine = WhooshEngine(directory)
    with engine.writing(0):
        engine.index([document(0, -1)])
    assert found(directory) == DOCUMENTS


def test_a_rebuild_that_is_killed_leaves_the_old_index_in_use(tmp_path):
    directory = str(tmp_path / "index")
    WhooshEngine(directory).rebuild(document(n, 0) for n in range(DOCUMENTS))
    context = multiprocessing.get_context("fork")
    started = context.Event()

    def endless():
        for number in range(10**9):
            if number == 50:
                started.set()
            yield document(number, 1)

    process = context.Process(target=lambda: WhooshEngine(directory).rebuild(endless()))
    process.start()
    assert started.wait(20)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    engine = WhooshEngine(directory)
    assert not engine.rebuilding()
    assert found(directory) == DOCUMENTS
    assert engine.rebuild([document(1, 2)]) == 1
    assert found(directory) == 1
