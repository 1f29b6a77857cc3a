"""One French word: its folded surface, its stems, and whether it is kept at all."""

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer  # type: ignore[import-not-found]


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Snowball's list without `été` (quartiers d'été), `sans` (sans-abri), `sommes`, `avions`, which
# are also nouns here; compared with their accents, so that `sûr` and `dû` are kept; `lès` for
# place names.
STOP_WORDS = word_set("""
    a à ai aie aient aies ait as au aura aurai auraient aurais aurait auras aurez auriez aurions
    aurons auront aux avaient avais avait avec avez aviez avons ayant ayez ayons c car ce ceci
    cela celà celle celles celui ces cet cette ceux d dans de des dès donc dont du elle elles en
    es est et étaient étais était étant étiez étions être etre eu eue eues eûmes eurent eus
    eusse eussent eut eûtes eux fûmes furent fus fusse fussent fut fût fûtes ici il ils j je
    jusqu l la là le les lès leur leurs lorsqu lui m ma mais me même meme mêmes memes mes moi
    mon n ne ni nos notre nous on ont or ou où par pas pour puisqu qu quand que quel quelle
    quelles quels qui quoi quoiqu s sa se sera serai seraient serais serait seras serez seriez
    serions serons seront ses si soi soient sois soit son sont soyez soyons suis sur t ta te tes
    toi ton tu un une uns unes vos votre vous y êtes etes etait etaient etant
""")
_HIDDEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_SPELLED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ı": "i", "ø": "o", "đ": "d", "ł": "l"}
    | dict.fromkeys("’ʼ‘`´′", "'")
    | dict.fromkeys("\u2010\u2011", "-")
)
# Plurals that no suffix rule reaches.
_PLURALS = {
    "travaux": "travail",
    "baux": "bail",
    "vitraux": "vitrail",
    "émaux": "émail",
    "emaux": "email",
    "yeux": "oeil",
    "aïeux": "aïeul",
    "aieux": "aieul",
}
_VOWEL = re.compile("[aeiouyàâäéèêëîïôöùûüÿœæ]")
# Snowball leaves these plurals alone: emplois, élus, enjeux, bijoux.
_LEFT_PLURAL = re.compile(r"\w{2,}(?:[aiouïûé]s|[eo]ux)\Z")
_FOOTNOTE = re.compile(r"([^\W\d_]{3,}[a-zà-ÿ])\d{1,2}\Z")
_LONGEST_STEMMED = 40
_LONGEST_ACRONYM = 5
# A stemmer keeps the word in itself: one at a time. Results are cached here, the lock is seldom
# taken.
_stemmer = Stemmer.Stemmer("french", 0)
_stemmer_lock = threading.Lock()


def compose(text: str) -> str:
    """Same case, composed letters, font ligatures opened, invisible marks dropped."""
    return unicodedata.normalize("NFKC", text.translate(_HIDDEN))


def fold(text: str) -> str:
    """Lower case, no accent, `œ` as `oe`, one apostrophe: what two spellings have in common."""
    low = text.lower()
    if low.isascii():
        return low.translate(_SPELLED) if "`" in low else low
    low = unicodedata.normalize("NFKD", low.translate(_HIDDEN)).lower().translate(_SPELLED)
    return "".join(c for c in low if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 15)
def readings(word: str) -> tuple[tuple[str, str], ...]:
    """(term, surface) pairs of one word; empty when nothing visible is left of it.

    A word stemmed with and without its accents may give two terms: both are kept, so that
    `chargee` finds `chargée`. Acronyms also keep their last letter, which stemming takes for a
    plural (`CLS`, `CUCS`).
    """
    low = compose(word).lower().replace("œ", "oe").replace("æ", "ae")
    surface = fold(low)
    if not surface.strip("'+- "):
        return ()
    if not low.isalpha():
        return _with_digits(compose(word), surface)
    stem = _stem(low)
    texts = {stem: None} if low == surface else dict.fromkeys((fold(stem), _stem(surface)))
    if word.isupper() and len(word) <= _LONGEST_ACRONYM:
        texts[surface] = None
    for text in tuple(texts):
        if _LEFT_PLURAL.match(text):
            texts[text[:-1]] = None
    return tuple((text, surface) for text in texts)


def _with_digits(word: str, surface: str) -> tuple[tuple[str, str], ...]:
    """Codes are not stemmed; a footnote call glued to a word (`prioritaires2`) does not hide it."""
    note = _FOOTNOTE.match(word)
    return ((surface, surface), *(readings(note[1]) if note else ()))


def _stem(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) > _LONGEST_STEMMED or not _VOWEL.search(word):
        return word
    with _stemmer_lock:
        return str(_stemmer.stemWord(word))
