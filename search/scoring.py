"""How the words of a query make one score of a document: all of them, some, any reading of one."""

import math

from search.selection import Matches

# An approximate match holds at least this share of what the query weighs.
LEAST_SHARE = 0.25
# Of a word, what holding a near one is worth.
NEAR_SHARE = 0.4


def strongest(parts: list[Matches]) -> Matches:
    """Readings of one word are one word: the best of them, never their sum."""
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return parts[0]
    found: Matches = {}
    for part in sorted(parts, key=len, reverse=True):
        if not found:
            found = dict(part)
            continue
        for doc, weight in part.items():
            if weight > found.get(doc, 0.0):
                found[doc] = weight
    return found


def common(parts: list[Matches]) -> set[int]:
    parts = sorted(parts, key=len)
    docs = set(parts[0]) if parts else set()
    for part in parts[1:]:
        docs &= part.keys()
    return docs


def least_of(parts: list[Matches]) -> Matches:
    return {doc: min(part[doc] for part in parts) for doc in common(parts)}


def all_of(parts: list[Matches], idf: list[float], gone: set[int]) -> Matches:
    if len(parts) == 1:
        part, value = parts[0], idf[0]
        return {doc: weight * value for doc, weight in part.items() if doc not in gone}
    docs = list(common(parts) - gone)
    scores = [0.0] * len(docs)
    for part, value in zip(parts, idf, strict=True):
        weights = map(part.__getitem__, docs)
        scores = [score + weight * value for score, weight in zip(scores, weights, strict=True)]
    return dict(zip(docs, scores, strict=True))


def damped(idf: list[float]) -> list[float]:
    """Rarity as it counts where words are missing. In a sentence the rarest word is as often how
    the question was put as what it is about (Bendersky & Croft 2008, on verbose queries): with
    plain idf, a document holding that word alone came before those holding the subject."""
    return [math.sqrt(value) for value in idf]


def some_of(
    parts: list[tuple[Matches, Matches]], idf: list[tuple[float, float]], gone: set[int]
) -> Matches:
    """Documents holding part of the query, scored down by what they lack. Of each part and of
    its idf: for what was asked, then with what is near to it, which is worth NEAR_SHARE of it."""
    scores: Matches = {}
    held: Matches = {}
    whole = 0.0
    for (asked, near), (value, near_value) in zip(parts, idf, strict=True):
        # A word found nowhere tells nothing about the others.
        value = value if asked else near_value if near else 0.0
        whole += value
        for doc, weight in near.items():
            if doc in asked:
                scores[doc] = scores.get(doc, 0.0) + asked[doc] * value
                held[doc] = held.get(doc, 0.0) + value
            else:
                scores[doc] = scores.get(doc, 0.0) + weight * near_value
                held[doc] = held.get(doc, 0.0) + value * NEAR_SHARE
    return {
        doc: score * held[doc] / (whole or 1.0)
        for doc, score in scores.items()
        if doc not in gone and held[doc] >= LEAST_SHARE * whole
    }
