"""Values printed vaguely give true machine bounds and keep their words."""

from datetime import date

import pytest

from pages.fuzzy import natural_key, parse_count, parse_period


@pytest.mark.parametrize(
    ("printed", "minimum", "maximum", "unit"),
    [
        ("3", 3, 3, "séance"),
        ("2 à 3", 2, 3, "séance"),
        ("2/3 séances", 2, 3, "séance"),
        ("quatre à cinq ateliers", 4, 5, "atelier"),
        ("10aine", 10, 10, "séance"),
        ("une dizaine", 10, 10, "séance"),
        ("1 (voir plus)", 1, None, "séance"),
        ("au moins 3", 3, None, "séance"),
        ("4 maximum", None, 4, "séance"),
        ("3 en 2012 (1 en 2011)", 3, 3, "séance"),
        ("4 journées en 2012 (1 en 2011)", 4, 4, "jour"),
        ("2 (en 2012)", 2, 2, "séance"),
        ("2 jours", 2, 2, "jour"),
        ("une demi-journée", 1, 1, "demi-journée"),
        ("1/2 journée", 1, 1, "demi-journée"),
        ("2 modules de 3 jours", 2, 2, "module"),
        ("plusieurs", 2, None, "séance"),
        ("une par mois", None, None, "séance"),
        ("2 séances et 1 visite", None, None, "séance"),
        ("non encore déterminé", None, None, "séance"),
    ],
)
def test_a_count_has_the_bounds_that_its_words_give(printed, minimum, maximum, unit):
    span = parse_count(printed, "séance")
    assert (span.minimum, span.maximum, span.unit) == (minimum, maximum, unit)
    assert span.label == printed


@pytest.mark.parametrize(
    ("printed", "earliest", "latest"),
    [
        ("année 2012", (2012, 1, 1), (2012, 12, 31)),
        ("année 2012-13", (2012, 1, 1), (2013, 12, 31)),
        ("année scolaire 2017-2018", (2017, 9, 1), (2018, 8, 31)),
        ("1er semestre 2012", (2012, 1, 1), (2012, 6, 30)),
        ("deuxième semestre 2012", (2012, 7, 1), (2012, 12, 31)),
        ("2ème semestre 2012", (2012, 7, 1), (2012, 12, 31)),
        ("second semestre", (2031, 7, 1), (2031, 12, 31)),
        ("4e trimestre", (2031, 10, 1), (2031, 12, 31)),
        ("février 2012", (2012, 2, 1), (2012, 2, 29)),
        ("mars-juin 2018", (2018, 3, 1), (2018, 6, 30)),
        ("octobre à mars 2013", (2012, 10, 1), (2013, 3, 31)),
        ("d’octobre 2012 à mars 2013", (2012, 10, 1), (2013, 3, 31)),
        ("printemps", (2031, 3, 1), (2031, 6, 21)),
        ("à l’automne", (2031, 9, 1), (2031, 12, 21)),
        ("1er et 3 décembre", (2031, 12, 1), (2031, 12, 3)),
        ("23 janvier et 23 novembre", (2031, 1, 23), (2031, 11, 23)),
        ("12/03/2018", (2018, 3, 12), (2018, 3, 12)),
        ("tout au long de l’année", (2031, 1, 1), (2031, 12, 31)),
        ("fin 2011", (2011, 1, 1), (2011, 12, 31)),
        ("à partir de mars", (2031, 3, 1), None),
        ("jusqu’en juin", None, (2031, 6, 30)),
        ("31 avril 2012", None, None),
        ("non encore déterminé", None, None),
    ],
)
def test_a_period_has_the_bounds_that_its_words_give(printed, earliest, latest):
    span = parse_period(printed, 2031)
    assert span.earliest == (date(*earliest) if earliest else None)
    assert span.latest == (date(*latest) if latest else None)
    assert span.label == printed


def test_a_period_without_any_year_has_no_bounds():
    span = parse_period("printemps", None)
    assert (span.earliest, span.latest, span.label) == (None, None, "printemps")


def test_codes_sort_as_a_reader_expects():
    codes = ["MA 5", "A10", "MA1 et MA2", "A8 bis", "A2", "A1", "A8", "1.10", "1.2"]
    expected = ["1.2", "1.10", "A1", "A2", "A8", "A8 bis", "A10", "MA1 et MA2", "MA 5"]
    assert sorted(codes, key=natural_key) == expected
    assert natural_key("MA5") == natural_key("ma 5")
