"""How the words of a query make one score, and what their standing together adds."""

import pytest

from search import passages
from search.engine import Document, SearchRequest
from search.index import WhooshEngine
from search.passages import tightest
from search.queries import build_glossary, parse
from search.scoring import damped, some_of


def test_two_common_words_come_before_a_rare_one_when_words_are_missing():
    rare, common, second = {1: 1.2}, {2: 1.2}, {2: 1.2}
    idf = [5.0, 2.0, 2.0]
    plain = some_of([(m, m) for m in (rare, common, second)], [(v, v) for v in idf], set())
    even = damped(idf)
    less = some_of([(m, m) for m in (rare, common, second)], [(v, v) for v in even], set())
    assert plain[1] > plain[2]
    assert less[2] > less[1]


def test_words_in_one_sentence_are_worth_more_than_words_far_apart():
    worth = [1.0, 1.0, 1.0]
    together = tightest([[3], [8], []], worth, 3.0)
    assert together > 0
    assert tightest([[3], [8], [12]], worth, 3.0) > together
    assert tightest([[3], [800], []], worth, 3.0) == 0


@pytest.mark.parametrize("places", [[], [[]], [[4, 5, 6]], [[], [7]]])
def test_one_word_alone_is_no_passage(places):
    assert tightest(places, [1.0] * len(places), 1.0) == 0


def test_the_best_passage_counts_wherever_it_stands():
    worth = [1.0, 2.0]
    assert tightest([[0, 500], [510]], worth, 3.0) == tightest([[0], [10]], worth, 3.0)


@pytest.fixture
def ask(tmp_path):
    def search(documents, text, glossary=None):
        engine = WhooshEngine(tmp_path)
        engine.rebuild(documents)
        page = engine.search(SearchRequest(parse(text, glossary)))
        return [hit.key for hit in page.hits]

    return search


def test_a_document_that_holds_the_words_in_one_sentence_comes_first(ask):
    filler = " ".join(f"mot{number}" for number in range(60))
    documents = [
        Document("far", 1, "Un", body=f"Le conseil se tient. {filler}. Un citoyen."),
        Document("near", 2, "Deux", body=f"Un conseil citoyen se tient. {filler}."),
    ]
    assert ask(documents, "conseil citoyen introuvable")[0] == "near"
    assert ask(documents[::-1], "conseil citoyen introuvable")[0] == "near"


def test_only_the_foremost_are_read_for_passages(ask, monkeypatch):
    monkeypatch.setattr(passages, "FOREMOST", 1)
    documents = [
        Document(str(number), number, "Titre", body="Un conseil citoyen.") for number in range(1, 5)
    ]
    read = []
    monkeypatch.setattr(passages, "tightest", lambda *given: read.append(given) or 0.0)
    assert len(ask(documents, "conseil citoyen introuvable")) == 4
    assert len(read) == 1


def test_an_acronym_comes_before_what_it_stands_for(ask):
    glossary = build_glossary([("DSU", "développement social urbain")])
    repeated = "Le développement social urbain. " * 8
    documents = [
        Document("spelled", 1, "Un", body=repeated),
        Document("short", 2, "Deux", body="La DSU et autre chose, longuement, pour la ville."),
    ]
    assert ask(documents, "DSU", glossary) == ["short", "spelled"]
