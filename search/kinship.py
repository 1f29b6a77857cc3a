"""What two different words may have in common: a family, or a sound.

A family is what is left of a French word once its derivational suffix is gone: habiter, habitant
and habitat. The rule is coarse on purpose (médiation and médiateur, but also former and forme):
what it finds only completes a search that found too little, below what was asked.
"""

import re
from functools import lru_cache

from search.words import word_set

_SHORTEST_ROOT = 4  # letters; shorter, everything is kin to everything
# The longest that leaves a root goes. Folded, without the mute e, which is gone before.
_SUFFIXES = sorted(
    word_set("""
        ation ition ution ion isation ement ment isement issement issant issag ateur atric iteur
        itric teur tric eur eus ric abl ibl ism ist it et arit alit ilit ag anc enc ant ent er ir
        ier ie ess al el aux if iv atif ativ atoir itoir ionnel ionner itif itiv iqu eri ur urel
        atur itur ad air oir at ien ian isant iser is
    """),
    key=lambda suffix: (-len(suffix), suffix),
)
# One root, two spellings: emploi and employer, travail and travailleur, écologie and écologue.
_SAME = ((re.compile(r"y"), "i"), (re.compile(r"(.)\1+"), r"\1"), (re.compile(r"[ei]+\Z"), ""))
# The verb came down by mouth, its noun from books: produire and production, apprendre and
# apprentissage, inscrire and inscription, prévenir and prévention (formation savante).
_LEARNED = [
    (re.compile(pattern), same)
    for pattern, same in (
        (r"u(?:ct?|i[rst]?)\Z", "u"), (r"prehen[ds]?\Z", "pren"), (r"en(?:dr|d|s|tis|t)\Z", "en"),
        (r"on(?:dr|d|s)\Z", "on"), (r"crip?t?\Z", "cr"), (r"ce(?:pt?|v)\Z", "cev"),
        (r"clus?\Z", "cl"), (r"(?:mis|metr)\Z", "met"), (r"ci[ds]\Z", "ci"),
        (r"nai(?:tr|s)\Z", "nai"), (r"([fv])ert\Z", r"\1r"), (r"([ae])nc\Z", r"\1n"),
        (r"ant\Z", "an"), (r"qu\Z", "c"),
    )
]  # fmt: skip

# French spellings of one sound, in the order they are rewritten.
_SOUNDS = [
    (re.compile(pattern), spelled)
    for pattern, spelled in (
        (r"(.)\1+", r"\1"), ("ph", "f"), ("sch|ch|sh", "X"), ("qu|q|ck|k", "k"),
        ("ti(?=on)", "si"), ("c(?=[eiy])|sc(?=[eiy])", "s"), ("c", "k"), ("gu(?=[eiy])", "g"),
        ("ge(?=[ao])|g(?=[eiy])", "j"), ("gn", "N"), ("h", ""), ("eau|au", "o"), ("oeu|eu", "E"),
        (r"ai|ei|ay|ey|et(?=s?\Z)|er\Z|ez\Z", "e"), ("y", "i"),
        ("(?:ain|ein|in|im|yn|un)(?![aeiou])", "I"), ("(?:an|am|en|em)(?![aeiou])", "A"),
        ("(?:on|om)(?![aeiou])", "O"), ("z", "s"), ("w", "v"), (r"(?:e|es|s|t|x|d|p|ent)+\Z", ""),
    )
]  # fmt: skip
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_PLACE = {key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}


@lru_cache(maxsize=1 << 15)
def family(surface: str) -> str:
    """The root of a folded word; "" when too little of it would be left."""
    word = surface[:-1] if surface.endswith(("s", "x")) else surface
    word = word.removesuffix("e") if len(word) > _SHORTEST_ROOT + 1 else word
    found = word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_ROOT:
            found = word[: -len(suffix)]
            break
    root = found
    for pattern, same in (*_SAME, *_LEARNED):
        root = pattern.sub(same, root)
    return root if len(root) >= _SHORTEST_ROOT else (found if len(found) >= _SHORTEST_ROOT else "")


@lru_cache(maxsize=1 << 15)
def sound(surface: str) -> str:
    """About how a folded French word is said: `partisipative` is `participative`."""
    for pattern, spelled in _SOUNDS:
        surface = pattern.sub(spelled, surface)
    return surface


def slips(typed: str, meant: str) -> int:
    """Letters of one that are beside those of the other on a French keyboard."""
    if len(typed) != len(meant):
        return 0
    return sum(a != b and _beside(a, b) for a, b in zip(typed, meant, strict=True))


def may_be(typed: str, meant: str) -> bool:
    """Whether a folded word that nobody wrote may be a slip for another: not any French word
    that happens to be a letter away (« papiers » is no misprint of « paniers »).

    A wrong letter is the one beside on the keyboard, or sounds alike; the first one is right
    (Grudin 1983; Pollock & Zamora 1984).
    """
    if sound(typed) == sound(meant):
        return True
    wrong = [pair for pair in zip(typed, meant, strict=False) if pair[0] != pair[1]]
    replaced = len(typed) == len(meant) and sorted(typed) != sorted(meant)
    return typed[0] == meant[0] and (not replaced or all(_beside(*pair) for pair in wrong))


def _beside(first: str, second: str) -> bool:
    (row, column), (other_row, other) = _PLACE.get(first, (9, 9)), _PLACE.get(second, (-9, -9))
    return abs(row - other_row) <= 1 and abs(column - other) <= 1
