"""An index is opened once, by nobody's visitor."""

import threading
from pathlib import Path

import pytest

from search.opening import Opening

HERE = Path("archive-1")


def test_who_cannot_wait_leaves_and_the_next_finds_it_open():
    read, opening, made = threading.Event(), Opening[str](), []

    def make(location: Path) -> str:
        made.append(location)
        assert read.wait(20)
        return "open"

    assert opening.of(HERE, make, 0) is None
    assert opening.of(HERE, make, 0) is None
    read.set()
    assert opening.of(HERE, make, None) == "open"
    assert made == [HERE]


def test_an_index_that_cannot_be_opened_says_so_and_is_tried_again():
    def broken(location: Path) -> str:
        raise EOFError

    opening = Opening[str]()
    with pytest.raises(EOFError):
        opening.of(HERE, broken, None)
    assert opening.of(HERE, lambda location: "open", None) == "open"
