"""« Vouliez-vous dire » and completions, from the words the index really holds.

Whoosh's own corrector works on stems, takes 6 ms and is right 82 % of the time; a
delete-neighbourhood table (Garbe's SymSpell) over usual spellings is faster and better.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from search.kinship import family, slips, sound
from search.queries import Query

_SHORTEST = 4  # letters; below, everything is one letter away from everything
_TWO_ERRORS = 8  # letters from which two errors are forgiven
_CORRECTED = 3  # unknown words that another spelling is looked for
_SAMPLE = 12  # letters compared through deletions; the rest of a long word is free
_ALIKE = 3  # errors forgiven to a word that sounds the same
_MOST_KIN = 12
ACRONYM = "="  # before an acronym that the texts explain: « =prij », its expansion as spelling


@dataclass(slots=True)
class Vocabulary:
    """`words`: usual spelling and number of documents by folded word. `acronyms`: pairs of an
    acronym and its expansion, as the texts themselves explain them."""

    words: dict[str, tuple[str, int]] = field(default_factory=dict)
    acronyms: list[tuple[str, str]] = field(default_factory=list)
    _families: dict[str, list[str]] = field(default_factory=dict)
    _sounds: dict[str, list[str]] = field(default_factory=dict)
    _neighbours: dict[str, list[str]] = field(default_factory=dict)
    _sorted: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str, int]]) -> "Vocabulary":
        vocabulary = cls()
        vocabulary.learn(entries)
        return vocabulary

    def learn(self, entries: Iterable[tuple[str, str, int]]) -> None:
        """Add words; what is known stays as it is."""
        for surface, spelling, count in entries:
            if surface in self.words:
                continue
            if surface.startswith(ACRONYM):
                self.acronyms.append((surface[1:].split(" ", 1)[0].upper(), spelling))
                continue
            self.words[surface] = (spelling, count)
            if len(surface) >= _SHORTEST:
                for key in _deletions(surface):
                    self._neighbours.setdefault(key, []).append(surface)
                self._sounds.setdefault(sound(surface), []).append(surface)
                if root := family(surface):
                    self._families.setdefault(root, []).append(surface)
        self._sorted = sorted(self.words)

    def suggest(self, surface: str, *, limit: int = 3) -> list[str]:
        """Usual spellings of the words nearest to a folded word, the likeliest first."""
        if len(surface) < _SHORTEST or not surface.isalpha() or surface in self.words:
            return []
        most = 2 if len(surface) >= _TWO_ERRORS else 1
        if self.kin(surface):
            # More likely a word that nobody wrote yet than a slip of the pen.
            most = 1
        alike = set(self._sounds.get(sound(surface), ()))
        near = {
            candidate: distance(surface, candidate, _ALIKE if candidate in alike else most)
            for candidate in alike.union(
                *(self._neighbours.get(key, ()) for key in _deletions(surface))
            )
        }
        ranked = sorted(
            (self._unlikeliness(surface, candidate, errors, candidate in alike), candidate)
            for candidate, errors in near.items()
            if errors <= (_ALIKE if candidate in alike else most)
        )
        return [self.words[candidate][0] for _rank, candidate in ranked[:limit]]

    def _unlikeliness(self, typed: str, meant: str, errors: int, alike: bool) -> float:
        """Errors, of which those that the ear or the finger makes count less; a frequent word
        is likelier, by half an error from 1 to 30 documents."""
        first = 0.5 * (typed[0] != meant[0] and not alike)
        lighter = (1.2 if alike else 0.0) + 0.3 * (errors == 1 and slips(typed, meant))
        return errors + first - lighter - math.log(1 + self.words[meant][1]) / 7

    def kin(self, surface: str) -> list[str]:
        """Words of the same family, the most frequent first, the word itself left out."""
        root = family(surface)
        found = [word for word in self._families.get(root, ()) if word != surface] if root else []
        found.sort(key=lambda word: -self.words[word][1])
        return found[:_MOST_KIN]

    def complete(self, prefix: str, *, limit: int = 8) -> list[str]:
        """Usual spellings of the most frequent words that begin so."""
        if len(prefix) < 2:
            return []
        start = bisect_left(self._sorted, prefix)
        stop = bisect_left(self._sorted, prefix + "\uffff")
        found = sorted(self._sorted[start:stop], key=lambda word: -self.words[word][1])
        return [self.words[word][0] for word in found[:limit]]


def respelt(
    query: Query,
    missing: Collection[str],
    vocabulary: Vocabulary,
    holds: Callable[[str], bool] = bool,
) -> str:
    """The query with its words that nothing holds written otherwise, the first spelling that
    `holds` something for each; "" when nothing changes."""
    text = query.text
    unknown = [word for word in query.words if word.surface in missing][:_CORRECTED]
    for word in reversed(unknown):
        spelling = next(filter(holds, vocabulary.suggest(word.surface)), "")
        if spelling:
            text = text[: word.start] + spelling + text[word.end :]
    return text if text != query.text else ""


def _deletions(word: str) -> set[str]:
    """The beginning of the word, whole and with one letter less."""
    head = word[:_SAMPLE]
    return {head} | {head[:i] + head[i + 1 :] for i in range(len(head))}


def distance(first: str, second: str, most: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours; above `most`, some
    number above it."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
