"""Other spellings, from the words of the index."""

import pytest

from search.suggestions import Vocabulary, distance

WORDS = Vocabulary.of(
    [
        ("egalite", "égalité", 9),
        ("education", "éducation", 5),
        ("educateur", "éducateur", 2),
        ("sarcelles", "sarcelles", 7),
        ("mediation", "médiation", 4),
        ("meditation", "méditation", 1),
        ("rue", "rue", 3),
    ]
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("egalitte", "égalité"),
        ("eaglite", "égalité"),
        ("egalit", "égalité"),
        ("sarceles", "sarcelles"),
        ("sarselles", "sarcelles"),
        ("educattion", "éducation"),
        ("mediatoin", "médiation"),
    ],
)
def test_the_nearest_word_comes_first_in_its_usual_spelling(typed, expected):
    assert WORDS.suggest(typed)[:1] == [expected]


@pytest.mark.parametrize("typed", ["rve", "egalite", "zorglub", "2024", "", "a@example.org"])
def test_short_known_or_foreign_words_have_no_suggestion(typed):
    assert WORDS.suggest(typed) == []


def test_a_beginning_is_completed_by_the_most_frequent_words():
    assert WORDS.complete("edu") == ["éducation", "éducateur"]
    assert WORDS.complete("e") == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "ab", 1), ("abc", "axc", 1), ("ab", "cd", 2)],
)
def test_distance_counts_a_swap_as_one_error(first, second, expected):
    assert distance(first, second, 2) == expected


def test_distance_stops_above_its_bound():
    assert distance("abcdef", "uvwxyz", 2) == 3
