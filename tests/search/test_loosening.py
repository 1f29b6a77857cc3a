"""What completes a search that found too little, below what was asked."""

import pytest

from search.acronyms import explained
from search.engine import Document, SearchRequest
from search.kinship import family, may_be, sound
from search.loosening import loosened
from search.queries import build_glossary, parse, terms_of
from search.suggestions import Vocabulary

ARCHIVE = (
    Document("1", 1, "Un habitat participatif", body="Le projet en trois étapes."),
    Document("2", 2, "Les habitantes racontent", body="Dire la précarité."),
    Document("3", 3, "Vélo-école", body="Apprendre à pédaler. Plan régional des roues (PRR)."),
    Document("4", 4, "Bicyclettes pour tous", body="Un atelier. Le PRR continue."),
)
NEAR = [["vélo", "bicyclette"]]


@pytest.mark.parametrize(
    "words",
    [
        "habitant habitat habiter habitation habitantes",
        "formation formateur formatrices former",
        "jeune jeunesse jeunes",
        "precaire precarite",
        "vaccin vacciner vaccination vaccinales",
        "emploi employeur employer",
        "parent parental parentalite",
        "apprendre apprentissage apprenant apprend",
        "construire construction construit constructeur",
        "inscrire inscription inscrit",
        "recevoir reception",
        "inclure inclusion inclusif",
        "transmettre transmission",
        "prevenir prevention preventif",
        "ouvrir ouverture",
        "defendre defense",
        "decider decision",
        "enfant enfance",
        "discriminer discrimination discriminatoire",
        "vieillir vieillissement",
        "profession professionnel",
    ],
)
def test_derived_words_are_of_one_family(words):
    assert len({family(word) for word in words.split()}) == 1


@pytest.mark.parametrize(
    "words", ["numerique ordinateur", "ville village", "mur mural", "ecole ecologie"]
)
def test_other_words_are_not(words):
    first, second = map(family, words.split())
    assert not first or first != second


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cartiers", "quartiers"),
        ("partisipative", "participative"),
        ("vieilissement", "vieillissement"),
        ("solidere", "solidaire"),
        ("mantale", "mentale"),
        ("nutrission", "nutrition"),
    ],
)
def test_a_misprint_by_ear_sounds_like_the_word(typed, meant):
    assert sound(typed) == sound(meant)


def test_a_word_that_sounds_the_same_comes_before_a_nearer_spelling():
    words = Vocabulary.of([("quartiers", "quartiers", 3), ("cartes", "cartes", 3)])
    assert words.suggest("cartiers")[:1] == ["quartiers"]


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("jardon", "jardin", True),  # o is beside i
        ("jadrin", "jardin", True),
        ("jardn", "jardin", True),
        ("enbauche", "embauche", True),
        ("kartier", "quartier", True),
        ("papiers", "paniers", False),
        ("disent", "visent", False),
        ("ardin", "jardin", False),
    ],
)
def test_a_wrong_letter_is_near_on_the_keyboard_or_in_the_ear(typed, meant, expected):
    assert may_be(typed, meant) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le Plan régional d’insertion des jeunes (PRIJ) avance",
         [("PRIJ", "Plan régional d’insertion des jeunes")]),
        ("un CLS (contrat local de santé)", [("CLS", "contrat local de santé")]),
        ("une réunion à Cergy (CAF)", []),
        ("les quartiers populaires et leurs habitants (QPV)", []),
    ],
)  # fmt: skip
def test_an_acronym_is_believed_only_with_all_its_initials(text, expected):
    assert list(explained(text)) == expected


@pytest.fixture
def ask(new_engine):
    engine = new_engine()
    engine.rebuild(ARCHIVE)
    words = Vocabulary.of(engine.vocabulary())
    glossary = build_glossary(words.acronyms, NEAR)

    def search(text):
        query = loosened(parse(text, glossary), words, glossary)
        page = engine.search(SearchRequest(query))
        return [(hit.key, hit.approximate) for hit in page.hits]

    return search


def test_words_of_the_family_come_after_the_word_and_say_so(ask):
    assert ask("habitat") == [("1", False), ("2", True)]


def test_a_neighbour_of_the_glossary_completes_too(ask):
    assert ask("vélo") == [("3", False), ("4", True)]


def test_a_word_that_no_document_holds_finds_its_family(ask):
    assert ask("précaire") == [("2", True)]


def test_an_acronym_explained_by_a_text_finds_its_expansion_and_the_reverse(ask):
    assert {key for key, near in ask("PRR") if not near} == {"3", "4"}
    assert {key for key, near in ask("plan régional des roues") if not near} == {"3", "4"}


def test_the_words_of_asking_do_not_weigh(ask):
    assert ask("comment peut-on faire du vélo quand on est débutant")[0][0] == "3"


def test_a_verb_in_the_plural_finds_the_verb():
    words = Vocabulary.of([("joue", "joue", 3)])
    (clause,) = loosened(parse("jouent"), words, build_glossary(())).loosened
    assert set(parse("joue").wanted) <= set(terms_of(clause))


def test_a_word_that_the_glossary_knows_is_not_respelt():
    words = Vocabulary.of([("agent", "agent", 3)])
    known = build_glossary((), [["argent", "budget"]])
    assert loosened(parse("argent"), words, build_glossary(())).loosely_wanted > {"agent"}
    assert "agent" not in loosened(parse("argent"), words, known).loosely_wanted
