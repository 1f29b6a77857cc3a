"""The codes of the actions, in the order readers count."""

import pytest

from pages.codes import natural_key


def test_codes_sort_as_readers_count():
    printed = [
        "A1", "A2", "A8", "A8 bis", "A8 ter", "A9", "A10", "A27", "A36", "A36 bis", "MA1",
        "MA1 et MA2", "MA3", "MA 5", "MA6",
    ]  # fmt: skip
    backwards = printed[::-1]
    assert sorted(backwards, key=natural_key) == printed


@pytest.mark.parametrize(
    ("one", "other"), [("A8 bis", "a8bis"), ("MA 5", "MA5"), ("1.2", "1-2"), ("A1", "A01")]
)
def test_spelling_does_not_count(one, other):
    assert natural_key(one) == natural_key(other)


def test_numbers_of_sub_axes_count_too():
    assert sorted(["1.10", "2.1", "1.2"], key=natural_key) == ["1.2", "1.10", "2.1"]
    assert natural_key("") == ""
