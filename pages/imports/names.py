"""Names of persons: their shape, and spellings too close to be two persons."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_UPPER = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒ"
_PART = rf"[{_UPPER}](?:[\w’']*\w)?(?:-[{_UPPER}]?\w+)*"
_PARTICLE = r"(?:(?:de|du|des|la|le|van|von|den|der|el|al|ben|ould|di|da|dos)\s+|d['’])*"

# First name and one to three more words: « Marie-Anne de La Tour ».
NAME = rf"{_PART}(?:\s+{_PARTICLE}{_PART}){{1,3}}"

_FULL = re.compile(NAME)


def is_name(text: str) -> bool:
    """Tell whether the text has the shape of a person's full name."""
    return bool(_FULL.fullmatch(text))


def fold(text: str) -> str:
    """Return the text without accents, case or punctuation, words parted by one space."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", bare))


def distance(left: str, right: str, limit: int = 3) -> int:
    """Return the edit distance (insert, delete, replace) of two words, at most `limit`."""
    if abs(len(left) - len(right)) >= limit:
        return limit
    row = list(range(len(right) + 1))
    for i, char in enumerate(left, start=1):
        previous, row[0] = row[0], i
        for j, other in enumerate(right, start=1):
            cost = previous + (char != other)
            previous, row[j] = row[j], min(cost, row[j] + 1, row[j - 1] + 1)
    return min(row[-1], limit)


def nearly_same(left: str, right: str) -> bool:
    """Tell whether two different spellings are likely to name one person."""
    if left == right:
        return False
    first, second = fold(left), fold(right)
    return min(len(first), len(second)) >= 7 and distance(first, second) <= 2


def repeated_part(name: str) -> tuple[str, str] | None:
    """Return two words of one name that look like one word printed twice, if any."""
    parts = name.split()
    for left, right in pairwise(parts):
        if min(len(left), len(right)) >= 4 and distance(fold(left), fold(right)) <= 2:
            return left, right
    return None


def near_twins(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of names that are nearly the same, in reading order."""
    known = list(dict.fromkeys(names))
    return [
        (left, right)
        for index, left in enumerate(known)
        for right in known[index + 1 :]
        if nearly_same(left, right)
    ]
