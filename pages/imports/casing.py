"""Turn a title printed in capitals into sentence case, by the document's own spellings."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pages.imports.paragraphs import WORD, word_set

_Token = tuple[str, str, bool]  # lower-case, as printed, whether it begins a sentence

_LONGEST = 6  # words of a phrase looked up as a whole: « Cité éducative de Nanterre »
_SURE = 2 / 3  # share of the document's uses that one spelling needs to be followed

# Never a name, whatever the document does not show.
_FUNCTION_WORDS = word_set(
    "a à au aux avec ce ces cet cette comme dans de des du elle en entre est et eux il ils la le "
    "les leur leurs lui mais même ne nos notre nous on ou où par pas plus pour qu que quel quelle "
    "qui sa sans se ses si son sous sur ta tous tout toute toutes un une vers vos votre vous y "
    "c d j l m n s t"
)


@dataclass(frozen=True)
class Spellings:
    """The words of a document as printed outside capitals, and where each occurs."""

    streams: tuple[tuple[_Token, ...], ...]
    places: dict[str, list[tuple[int, int]]]


def is_capitals(text: str) -> bool:
    """Tell whether the letters of a text are capitals, but for a rare exception (« 6ème »)."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 1 and sum(char.isupper() for char in letters) >= 0.95 * len(letters)


def learn(lines: Iterable[str], labels: Iterable[str] = ()) -> Spellings:
    """Read the spellings of a document.

    lines: its text. labels: lines that are names as a whole (territories), whose first
    capital is therefore not that of a sentence.
    """
    streams = [_tokens(line, opening=True) for line in lines if not is_capitals(line)]
    streams += [_tokens(label, opening=False) for label in labels if not is_capitals(label)]
    places: dict[str, list[tuple[int, int]]] = {}
    for index, stream in enumerate(streams):
        for position, (lower, _, _) in enumerate(stream):
            places.setdefault(lower, []).append((index, position))
    return Spellings(tuple(streams), places)


def _tokens(line: str, *, opening: bool) -> tuple[_Token, ...]:
    tokens = []
    for match in WORD.finditer(line):
        before = line[: match.start()].rstrip(' «»"“”*([\u00a0\u202f')
        initial = (not before and opening) or before.endswith((".", "!", "?", "…", ":", ";", ">"))
        tokens.append((match[0].lower(), match[0], initial))
    return tuple(tokens)


def sentence_case(text: str, spellings: Spellings) -> tuple[str, tuple[str, ...]]:
    """Return `text` in sentence case, and the words whose case the document does not settle.

    A text not printed in capitals is returned unchanged.
    """
    if not is_capitals(text):
        return text, ()
    matches = list(WORD.finditer(text))
    forms, unsure = _forms([match[0].lower() for match in matches], spellings)
    pieces, end = [], 0
    for match, form in zip(matches, forms, strict=True):
        pieces += [text[end : match.start()], form]
        end = match.end()
    result = "".join(pieces) + text[end:]
    return re.sub(r"(?:^|[.?!…] )[^\w]*\w", lambda found: found[0].upper(), result), unsure


def _forms(words: Sequence[str], spellings: Spellings) -> tuple[list[str], tuple[str, ...]]:
    forms: list[str] = []
    unsure: list[str] = []
    while len(forms) < len(words):
        start = len(forms)
        phrase = _phrase(words[start : start + _LONGEST], spellings)
        if not phrase:
            form, sure = _single(words[start], spellings)
            phrase = (form,)
            if not sure and start > 0:  # the first word takes a capital anyway
                unsure.append(form)
        forms += phrase
    return forms, tuple(dict.fromkeys(unsure))


def _phrase(words: Sequence[str], spellings: Spellings) -> tuple[str, ...]:
    """Return the longest beginning of `words` that the document writes as a phrase with a name."""
    for size in range(len(words), 1, -1):
        uses: Counter[tuple[str, ...]] = Counter()
        for index, position in spellings.places.get(words[0], ()):
            tokens = spellings.streams[index][position : position + size]
            within = not any(token[2] for token in tokens[1:])
            if within and [token[0] for token in tokens] == list(words[:size]):
                first = _single(words[0], spellings)[0] if tokens[0][2] else tokens[0][1]
                uses[(first, *(token[1] for token in tokens[1:]))] += 1
        for form, count in uses.most_common(1):
            named = any(part != part.lower() for part in form)
            whole = (
                form[-1] not in _FUNCTION_WORDS
            )  # « Point d’ » is no phrase, « Val d’Oise Est » is
            if named and whole and count >= _SURE * uses.total():
                return form
    return ()


def _single(word: str, spellings: Spellings) -> tuple[str, bool]:
    """Return one word as the document writes it, its plural counting too, and whether it is sure.

    Capitals and small letters in near balance give small letters, and a doubt: a word may owe
    its capital to a longer name that holds it (« Point » in « Point Conseil »).
    """
    if word in _FUNCTION_WORDS:
        return word, True
    uses = _uses(word, spellings)
    for variant in {word + "s", word + "x", word.rstrip("sx")} - {word}:
        uses[word] += _uses(variant, spellings)[variant]
    form, count = max(uses.items(), key=lambda item: (item[1], item[0] == word))
    if count and count >= _SURE * uses.total():
        return form, True
    return word, False


def _uses(word: str, spellings: Spellings) -> Counter[str]:
    return Counter(
        spellings.streams[index][position][1]
        for index, position in spellings.places.get(word, ())
        if not spellings.streams[index][position][2]
    )
