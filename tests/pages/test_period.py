"""One month, or two consecutive months of one year."""

import pytest

from pages.period import Period, PeriodError


@pytest.mark.parametrize(
    ("period", "label", "slug"),
    [
        (Period(2024, 3, 3), "mars 2024", "mars-2024"),
        (Period(2024, 6, 7), "juin/juillet 2024", "juin-juillet-2024"),
        (Period(2026, 8, 9), "août/septembre 2026", "aout-septembre-2026"),
        (Period(2026, 11, 12), "novembre/décembre 2026", "novembre-decembre-2026"),
    ],
)
def test_it_is_named_as_it_is_printed(period, label, slug):
    assert (period.label, period.slug) == (label, slug)


@pytest.mark.parametrize(("first", "last"), [(3, 5), (12, 1), (7, 6), (0, 1), (12, 13)])
def test_it_refuses_months_that_do_not_follow_each_other_in_one_year(first, last):
    with pytest.raises(PeriodError):
        Period(2024, first, last)


def test_the_next_one_starts_after_a_double_month_and_crosses_the_year():
    assert Period(2024, 6, 7).following() == Period(2024, 8, 8)
    assert Period(2024, 11, 12).following() == Period(2025, 1, 1)


def test_periods_of_one_month_in_common_overlap():
    assert Period(2024, 6, 7).overlaps(Period(2024, 7, 7))
    assert not Period(2024, 6, 7).overlaps(Period(2025, 6, 7))
    assert not Period(2024, 6, 7).overlaps(Period(2024, 8, 8))
