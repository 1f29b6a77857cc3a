"""Acronyms that a text explains itself: « Plan régional d'insertion des jeunes (PRIJ) ».

After Schwartz & Hearst, « A simple algorithm for identifying abbreviation definitions in
biomedical text » (2003), made stricter: each letter is the initial of one word, in order, and
only small words are skipped. A wrong pair would mislead; one that is missed costs little.
"""

import re
from collections.abc import Iterator

from search.words import STOP_WORDS, fold

_LONGEST_TEXT = 200_000
_AFTER = re.compile(r"([^().;:!?\n]{8,120}) \(([A-Z]{3,8})\)")
_BEFORE = re.compile(r"(?<!\w)([A-Z]{3,8}) \(([^()]{8,120})\)")
_WORD = re.compile(r"[^\W\d_]+")


def explained(text: str) -> Iterator[tuple[str, str]]:
    """Pairs (acronym, expansion as written), in both orders of writing."""
    text = " ".join(text[:_LONGEST_TEXT].split()) if "(" in text else ""
    for found in _AFTER.finditer(text):
        if expansion := _ending(found[1], fold(found[2])):
            yield found[2], expansion
    for found in _BEFORE.finditer(text):
        if _ending(found[2], fold(found[1])) == found[2]:
            yield found[1], found[2]


def _ending(text: str, letters: str) -> str:
    """The end of `text` whose words begin with these letters; "" when there is none."""
    left = len(letters)
    for word in reversed(list(_WORD.finditer(text))):
        low = word[0].lower()
        if fold(low)[:1] == letters[left - 1] and (low not in STOP_WORDS or len(low) > 3):
            left -= 1
            if not left:
                return text[word.start() :]
        elif low not in STOP_WORDS and low not in ("d", "l", "qu"):
            return ""
    return ""
