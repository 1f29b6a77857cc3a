"""Days, hours and months as French writes them."""

from datetime import date, time

import pytest

from pages.dates import Month, hours, long_span, several_days

NB = "\u00a0"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((2026, 12, 1), (2026, 12, 1), "mardi 1er décembre 2026"),
        ((2026, 11, 3), (2026, 11, 5), "du mardi 3 au jeudi 5 novembre 2026"),
        ((2026, 11, 30), (2026, 12, 1), "du lundi 30 novembre au mardi 1er décembre 2026"),
        ((2026, 12, 31), (2027, 1, 1), "du jeudi 31 décembre 2026 au vendredi 1er janvier 2027"),
    ],
)
def test_a_span_names_only_what_differs(first, last, expected):
    assert long_span(date(*first), date(*last)) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2026-12-03", "2026-12-01"], "1er et 3 décembre 2026"),
        (["2020-01-23", "2020-11-23"], "23 janvier et 23 novembre 2020"),
        (["2026-12-03", "2026-12-10", "2027-01-07"], "3, 10 décembre 2026 et 7 janvier 2027"),
        (["2026-12-03", "2026-12-03"], "3 décembre 2026"),
        ([f"2026-{month:02d}-01" for month in range(1, 7)], "du 1er janvier 2026 au 1er juin 2026"),
    ],
)
def test_several_days_are_told_once(days, expected):
    assert several_days(date.fromisoformat(day) for day in days) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(9), time(12, 30), f"de 9{NB}h à 12{NB}h{NB}30"),
        (time(18, 5), None, f"à partir de 18{NB}h{NB}05"),
    ],
)
def test_hours_do_not_break(start, end, expected):
    assert hours(start, end) == expected


def test_months_follow_each_other_over_the_years():
    assert str(Month(2026, 12).after) == "2027-01"
    assert str(Month(2026, 1).before) == "2025-12"
    assert Month(2028, 2).last == date(2028, 2, 29)
