"""What a visitor types is read without ever failing."""

import pytest

from search.queries import Either, Every, Faint, Phrase, Word, acronym_term, build_glossary, parse


def test_words_are_all_wanted():
    query = parse("jardin partagé")
    assert [type(clause) for clause in query.clauses] == [Word, Word]
    assert query.excluded == ()


@pytest.mark.parametrize("text", ['"conseil citoyen"', "« conseil citoyen »", "“conseil citoyen”"])
def test_quotes_make_a_phrase_in_every_typography(text):
    (clause,) = parse(text).clauses
    assert isinstance(clause, Phrase)
    assert len(clause.groups) == 2


def test_a_minus_excludes_a_word_or_a_phrase():
    query = parse('jardin -école -"conseil citoyen"')
    assert len(query.clauses) == 1
    assert {type(clause) for clause in query.excluded} == {Word, Phrase}


@pytest.mark.parametrize("text", ["Garges-lès-Gonesse", "jardin - école", "chargé-e-s"])
def test_a_hyphen_inside_or_alone_excludes_nothing(text):
    assert parse(text).excluded == ()


@pytest.mark.parametrize(
    "text",
    ["", "   ", "?", "***", '"', '""', "-", '-"', "«»", "le la les", "\x00\x07", "-----", "\ud800"],
)
def test_text_without_a_word_asks_for_nothing(text):
    assert parse(text).is_blank


def test_an_unbalanced_quote_is_ignored():
    assert parse('jardin "partagé').clauses == parse("jardin partagé").clauses


def test_wildcards_and_operators_are_plain_text():
    assert parse("jardin* AND (title:école)").words[0].surface == "jardin"
    assert parse("*").is_blank


def test_ten_kilobytes_are_cut_between_words_and_said_so():
    query = parse("habitante " * 1_000)
    assert len(query.text) <= 300
    assert query.text.endswith("habitante")
    assert query.truncated
    assert len(query.clauses) == 1


def test_control_characters_separate_words():
    assert parse("jardin\x00\u202epartagé\n").text == "jardin partagé"


def test_an_inclusive_form_is_one_word_with_both_genders():
    (clause,) = parse("acteur·rices").clauses
    assert len(clause.texts) >= 2


PRE = build_glossary([("PRE", "réussite éducative"), ("QPV", "quartier prioritaire")])


def test_an_acronym_also_looks_for_its_expansion():
    (clause,) = parse("PRE", PRE).clauses
    assert isinstance(clause, Either)
    assert isinstance(clause.clauses[1], Faint)
    assert isinstance(clause.clauses[1].clause, Phrase)


def test_an_expansion_also_looks_for_its_acronym():
    clauses = parse("la réussite éducative à Sarcelles", PRE).clauses
    assert isinstance(clauses[0], Either)
    assert isinstance(clauses[0].clauses[0], Every)
    assert clauses[0].clauses[1] == Word(("=pre",))
    assert len(clauses) == 2


def test_an_accented_word_is_not_an_acronym():
    (clause,) = parse("pré", PRE).clauses
    assert isinstance(clause, Word)


def test_a_word_can_be_replaced_where_it_was_written():
    query = parse('Jardn "conseil citoyen" école')
    assert query.with_word(query.words[0], "jardin") == 'jardin "conseil citoyen" école'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("PRE", "=pre"),
        ("P.R.E.", "=pre"),
        ("pré", ""),
        ("Pre", ""),
        ("PRÉ", ""),
        ("A8", ""),
        ("A", ""),
    ],
)
def test_only_capitals_make_an_acronym(written, expected):
    assert acronym_term(written) == expected


def test_an_acronym_that_no_word_resembles_is_known_in_any_case():
    acronym = parse("qpv", PRE).clauses[0].clauses[0]
    assert {"qpv", "=qpv"} <= set(acronym.texts)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("décrocheurs pendant le confinement", ["decrocheurs", "confinement"]),
        ("logement des sans-abri", ["logement", "sans", "abri"]),
        ("après démolition", ["apres", "demolition"]),
        ("pendant avant après", ["pendant", "avant", "apres"]),
        ("faire connaissance", ["faire", "connaissance"]),
    ],
)
def test_a_preposition_counts_only_where_little_else_is_asked(text, kept):
    assert [word.surface for word in parse(text).words] == kept
