"""Rejoin the words that a printed page cut at the end of a line."""

import re
from collections.abc import Set as AbstractSet

from search.words import word_set

# Compounds written with a hyphen whatever the line: a wrong join would lose their parts, a wrong
# hyphen loses nothing (the analysis also indexes the joined form). Hence: in doubt, keep the
# hyphen.
_FIRST = word_set("""
    après arrière avant au beau belle bien celle celles celui ceux chef ci contre court couvre
    demi deux dix droit elle elles entre est eux ex existe extra faire fait garde grand grande
    grands grandes haut haute hauts hors là laissez libre longue lui mal mi mieux moi moins
    moitié moyen nord non nous nouveau nouvelle nu ouest outre part peut petit petite petits
    petites plein pluri plus porte post pouvoir premier prêt presque quasi quatre quelques
    rendez rez saint sainte sans savoir semi social socio sous soi sud tiers toi tout toute
    trois vice vingt trente quarante cinquante soixante vis vous allez cent
""")
_SECOND = word_set("""
    abri accueil bas ci delà dessous dessus là même mêmes être vous moi toi nous t lès sur sous
    en aller mère père mères pères parent parents enfant enfants ville villes quart dix vingt
    quatre huit
""")
# What opens the rest of a compound: `vis-⏎à-vis`, `Garges-⏎lès-Gonesse`, `Val-⏎d'Oise`.
_LINKS = word_set("à d de du en et l la le les lès sur sous au aux t")
# After `-t` or `-d` only (`peut-il`): elsewhere `il`, `on`, `elle` are ends of words (`conse-il`).
_SUBJECTS = word_set("il ils elle elles on")
_BEFORE_CE = word_set("est était serait sera fut soit sont étaient")
# Gender marks stay, for the analysis to expand: `habitant-⏎es`.
_GENDER = word_set("e es ne nes le les rice rices trice trices euse euses ice ices ve ves")
# Never a word of its own here, whatever the document says elsewhere.
_ENDINGS = word_set("""
    ment ments tion tions sion sions si ci tal tif tifs tes ces des té tés
""")
_GAP = r"[ \t\r\f]{0,8}(?:\n[ \t\r\f]{0,8}){1,3}"
_BREAK = re.compile(rf"(?<=[^\W_])[-\u2010]{_GAP}(?=[^\W_])")
_SOFT_BREAK = re.compile(rf"\u00ad{_GAP}(?=[^\W_])")
_WORD = re.compile(r"[^\W\d_]++(?:-[^\W\d_]++)*+")
_RIGHT = re.compile(r"([^\W\d_]{1,40})(['’-]?)")
_LOOK_BACK = 60


def heal_line_breaks(text: str) -> str:
    """`text` with its words cut at line ends rejoined; compounds keep their hyphen.

    The document is its own dictionary: `potentiellement` or `co-construction` written whole
    elsewhere settles the case. The line break goes in both cases; nothing else changes.
    """
    text = _SOFT_BREAK.sub("", text)
    breaks = list(_BREAK.finditer(text))
    if not breaks:
        return text
    known = _vocabulary(text, {found.end() for found in breaks})
    healed: list[str] = []
    last = 0
    for found in breaks:
        left = text[max(last, found.start() - _LOOK_BACK) : found.start()].split()
        joins = _joins(left[-1] if left else "", text[found.end() : found.end() + 48], known)
        healed += (text[last : found.start()], "" if joins else "-")
        last = found.end()
    return "".join((*healed, text[last:]))


def _vocabulary(text: str, resumed: set[int]) -> set[str]:
    """Lower-case words and hyphenated compounds written whole: no half of a cut word."""
    return {
        found.group().lower()
        for found in _WORD.finditer(text)
        if found.start() not in resumed
        and text[found.end() : found.end() + 1] not in ("-", "\u2010")
    }


def _joins(token: str, following: str, known: AbstractSet[str]) -> bool:
    """Whether the hyphen goes; `token` is what precedes it up to a space."""
    whole = re.split("['’(«/]", token)[-1]
    right = _RIGHT.match(following)
    if right is None or not whole or any(sign in token for sign in ("@", "www.", "://")):
        return False
    if not whole[-1].isalpha() or not (
        right[1].islower() or (whole.isupper() and right[1].isupper())
    ):
        return False
    head, tail = whole.lower().rpartition("-")[2], right[1].lower()
    if head + tail in known:
        return True
    compound = "-" in whole or f"{head}-{tail}" in known or (right[2] != "" and tail in _LINKS)
    return not (compound or _is_compound(head, tail, known))


def _is_compound(head: str, tail: str, known: AbstractSet[str]) -> bool:
    if tail in _SUBJECTS:
        return head.endswith(("t", "d"))
    if tail == "ce":
        return head in _BEFORE_CE
    if tail == "je" or (tail in _GENDER and head in known):
        return True
    if head in _FIRST and (len(head) > 4 or tail in known or tail in _SECOND):
        return True
    if tail in _ENDINGS or min(len(head), len(tail)) < 3:
        return False
    return head in known and (tail in known or tail in _SECOND)
