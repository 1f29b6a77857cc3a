"""Extracts are real sentences, safe to print."""

import pytest

from search.analysis import terms
from search.extracts import LENGTH, extract, mark


def wanted(text):
    return frozenset(terms(text))


LONG = "Un premier paragraphe sans rapport. Il parle d'autre chose.\n" + (
    "Les élu(e)s ont visité la friche. Les habitantes y plantent des arbres. La suite attend."
)


def test_the_sentence_with_most_of_the_words_is_shown():
    assert extract(LONG, wanted("habitant arbre")) == (
        "Les <mark>habitantes</mark> y plantent des <mark>arbres</mark>. La suite attend."
    )


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Les élu(e)s arrivent.", "élue", "Les <mark>élu(e)s</mark> arrivent."),
        ("Des acteur·rices !", "actrice", "Des <mark>acteur·rices</mark> !"),
        ("L’égalité d’abord.", "egalite", "L’<mark>égalité</mark> d’abord."),
        ("La co-construction.", "coconstruction", "La <mark>co</mark>-<mark>construction</mark>."),
    ],
)
def test_the_whole_original_form_is_marked(text, query, expected):
    assert extract(text, wanted(query)) == expected


def test_markup_of_the_text_is_escaped():
    text = "Un <b>jardin</b> & <script>alert('x')</script> partagé."
    shown = extract(text, wanted("jardin"))
    assert "<script" not in shown
    assert "&lt;b&gt;<mark>jardin</mark>&lt;/b&gt; &amp;" in shown


def test_a_long_sentence_is_cut_between_words_around_what_was_found():
    text = "mot " * 200 + "aiguille " + "foin " * 200
    shown = extract(text, wanted("aiguille"))
    assert "<mark>aiguille</mark>" in shown
    assert shown.startswith("…mot")
    assert shown.endswith("…")
    assert len(shown) <= LENGTH + 20


def test_one_endless_word_is_cut_too():
    assert len(extract("a" * 5_000, frozenset())) <= LENGTH + 2


def test_without_a_match_the_beginning_is_shown():
    assert extract(LONG, wanted("zorglub")).startswith("Un premier paragraphe")


def test_an_empty_text_gives_an_empty_extract():
    assert extract("", wanted("jardin")) == ""
    assert extract(" \n ", frozenset()) == ""


def test_titles_are_marked_whole():
    assert mark("Des jardins & des écoles", wanted("jardin")) == (
        "Des <mark>jardins</mark> &amp; des écoles"
    )


def test_an_acronym_is_marked_and_its_namesake_is_not():
    assert extract("Le P.R.E. est près de la mairie.", frozenset({"=pre"})) == (
        "Le <mark>P.R.E</mark>. est près de la mairie."
    )
