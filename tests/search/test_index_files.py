"""The index on disk: damage, versions, locks, the switch. Whatever happens, an answer."""

import threading
from pathlib import Path

import pytest

from search import matching, weights
from search.engine import (
    BusyIndexError,
    Document,
    SearchRequest,
    TooCostlyError,
    UnusableIndexError,
)
from search.index import WhooshEngine
from search.queries import parse

DOCUMENTS = [Document(str(n), n, f"Page {n}", body="Des habitant·es engagées.") for n in range(40)]
EVERYTHING = SearchRequest(parse("habitantes"))


@pytest.fixture
def directory(tmp_path):
    WhooshEngine(tmp_path).rebuild(DOCUMENTS)
    return tmp_path


def current(directory):
    return directory / (directory / "CURRENT").read_text()


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def tear_segment(directory):
    for path in current(directory).glob("*.seg"):
        half(path)


def lose_segment(directory):
    for path in current(directory).glob("*.seg"):
        path.unlink()


def scramble_segment(directory):
    for path in current(directory).glob("*.seg"):
        path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


def tear_contents(directory):
    for path in current(directory).glob("*.toc"):
        half(path)


def lose_contents(directory):
    for path in current(directory).glob("*.toc"):
        path.unlink()


def empty_contents(directory):
    for path in current(directory).glob("*.toc"):
        path.write_bytes(b"")


def lose_pointer(directory):
    (directory / "CURRENT").unlink()


def mislead_pointer(directory):
    (directory / "CURRENT").write_text("../elsewhere")


def scramble_pointer(directory):
    (directory / "CURRENT").write_bytes(b"\xff\xfe\x00")


DAMAGES = [
    tear_segment, lose_segment, scramble_segment, tear_contents, lose_contents, empty_contents,
    lose_pointer, mislead_pointer, scramble_pointer,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_every_damage_is_one_error_and_a_rebuild_repairs_it(directory, damage):
    damage(directory)
    engine = WhooshEngine(directory)
    with pytest.raises(UnusableIndexError):
        engine.search(EVERYTHING)
    assert engine.health().state in ("missing", "damaged")
    with engine.writing(), pytest.raises(UnusableIndexError):
        engine.index([Document("1", 1, "Page 1")])
    assert engine.rebuild(DOCUMENTS) == 40
    assert engine.search(EVERYTHING).total == 40


def test_an_index_made_by_other_code_is_outdated(directory, monkeypatch):
    monkeypatch.setattr(weights, "version", lambda: "another")
    engine = WhooshEngine(directory)
    assert engine.health().state == "outdated"
    with pytest.raises(UnusableIndexError, match="outdated"):
        engine.search(EVERYTHING)


def test_a_reader_sees_the_changes_of_another_process(directory):
    reader, writer = WhooshEngine(directory), WhooshEngine(directory)
    assert reader.search(EVERYTHING).total == 40
    with writer.writing():
        writer.delete([3])
    assert reader.search(EVERYTHING).total == 39
    writer.rebuild(DOCUMENTS[:5])
    assert reader.search(EVERYTHING).total == 5


def test_one_writer_at_a_time_and_the_others_are_told(directory):
    first, second = WhooshEngine(directory), WhooshEngine(directory)
    with first.writing():
        with pytest.raises(BusyIndexError), second.writing():
            pytest.fail("two writers at once")
        assert second.search(EVERYTHING).total == 40
    with second.writing():
        second.delete([1])
    assert first.search(EVERYTHING).total == 39


def test_a_failed_write_frees_the_lock_and_changes_nothing(directory, monkeypatch):
    engine = WhooshEngine(directory)
    poison = Document("50", 50, "Page", facets={"theme": (object(),)})
    with engine.writing(), pytest.raises(UnusableIndexError):
        engine.index([poison], gone=[1])
    assert engine.search(EVERYTHING).total == 40
    with engine.writing():
        engine.delete([1])
    assert engine.search(EVERYTHING).total == 39


def test_two_rebuilds_do_not_run_together(directory):
    engine, other = WhooshEngine(directory), WhooshEngine(directory)
    refused = []

    def documents():
        assert other.rebuilding()
        try:
            other.rebuild(DOCUMENTS)
        except BusyIndexError as error:
            refused.append(error)
        yield from DOCUMENTS

    engine.rebuild(documents())
    assert len(refused) == 1


def test_readers_are_served_by_the_old_index_during_a_rebuild(directory):
    engine = WhooshEngine(directory)
    seen = []

    def documents():
        for document in DOCUMENTS[:10]:
            seen.append(engine.search(EVERYTHING).total)
            yield document

    engine.rebuild(documents())
    assert set(seen) == {40}
    assert engine.search(EVERYTHING).total == 10


def test_old_indexes_are_removed_but_the_last(directory):
    engine = WhooshEngine(directory)
    for _turn in range(4):
        engine.rebuild(DOCUMENTS[:2])
    assert len(list(directory.glob("archive-*"))) == 2


def test_threads_searching_during_writes_never_fail(directory):
    engine = WhooshEngine(directory)
    totals, errors = [], []

    def read():
        try:
            totals.extend(engine.search(EVERYTHING).total for _turn in range(40))
        except UnusableIndexError as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    writer = WhooshEngine(directory)
    for number in range(8):
        with writer.writing(5):
            writer.index([DOCUMENTS[number]])
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(totals) == {40}


def test_a_query_too_heavy_is_answered_by_its_rarest_words(index_directory, monkeypatch):
    engine = WhooshEngine(index_directory)
    engine.rebuild(
        [Document(str(n), n, "Fiche", body="commun rare" if n == 3 else "commun") for n in range(9)]
    )
    read = matching.blocks

    def slow(reader, text, among=None):
        if text == "commun":
            raise TooCostlyError
        return read(reader, text, among)

    monkeypatch.setattr(matching, "blocks", slow)
    page = engine.search(SearchRequest(parse("commun rare")))
    assert page.partial
    assert [hit.key for hit in page.hits] == ["3"]
    with pytest.raises(TooCostlyError):
        engine.search(SearchRequest(parse("commun")))


def test_readers_of_a_changing_index_do_not_pile_up(index_directory):
    engine = WhooshEngine(index_directory)
    engine.rebuild([Document(str(n), n, "Fiche", body="verger") for n in range(9)])
    request = SearchRequest(parse("verger"))
    opened = []
    for turn in range(30):
        with engine.writing():
            engine.index([Document("1", 1, "Fiche", body=f"verger {turn}")])
        assert engine.search(request).total == 9
        opened.append(len(list(Path("/proc/self/fd").iterdir())))
    assert opened[-1] <= opened[9] + 12
