"""Of documents that hold part of a query, those that hold it in one place.

Words of one question that stand in one sentence speak of one thing; in three chapters, of three.
The best passage of a document is evidence beside its score as a whole (Callan 1994; Kaszkiel &
Zobel 1997). Only the foremost are read, so that the work never grows with the archive.
"""

from collections.abc import Sequence

FOREMOST = 12  # documents of one search: more than its first page shows
HEAVIEST = 5  # words of one query
_LENGTH = 20  # kept words: about one sentence
_WORTH = 0.6


def tightest(places: Sequence[Sequence[int]], worth: Sequence[float], whole: float) -> float:
    """What the best passage of a document adds to its score; 0 when none holds two words.

    `places`: where each word stands, counted in words; `worth`: its rarity; `whole`: that of all
    the words of the query.
    """
    standing = sorted((place, word) for word, found in enumerate(places) for place in found)
    held = [0] * len(places)
    best = 0.0
    first = 0
    for place, word in standing:
        held[word] += 1
        while standing[first][0] < place - _LENGTH:
            held[standing[first][1]] -= 1
            first += 1
        words = [n for n, number in enumerate(held) if number]
        if len(words) > 1:
            best = max(best, sum(worth[n] for n in words))
    return _WORTH * best * best / whole if best else 0.0
