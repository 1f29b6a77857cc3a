"""The house's spelling: inclusive forms written one way, words not cut by a former line end.

Pure functions on text or on an editor's HTML (tags are left alone). Findings are offered, never
applied by themselves: opinions differ on inclusive writing, and the choice is the centre's.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import models


class InclusiveForm(models.TextChoices):
    ONE_DOT = "one_dot", "Point médian, sans second point (habitant·es)"
    TWO_DOTS = "two_dots", "Point médian, avec second point (habitant·e·s)"
    PERIOD = "period", "Point (habitant.e.s)"
    PARENTHESES = "parentheses", "Parenthèses (habitant(e)s)"
    DOUBLET = "doublet", "Doublets (habitantes et habitants)"
    FREE = "free", "Libre : rien n'est signalé"


@dataclass(frozen=True, slots=True)
class Finding:
    """`suggestion` is "" when only a person can rewrite."""

    found: str
    suggestion: str


# Feminine suffix → endings of the masculine it may follow. Without a fit it is two words.
_SUFFIXES = {
    "e": ("é", "i", "u", "d", "t", "n", "l", "r", "s"),
    "ne": ("n",),
    "le": ("el", "ul", "il"),
    "te": ("et", "ot", "ous"),
    "se": ("x", "s"),
    "ve": ("f",),
    "rice": ("teur",),
    "trice": ("teur",),
    "euse": ("eur",),
    "eure": ("eur",),
    "ère": ("er",),
    "esse": ("e",),
    "sse": ("e",),
    "elle": ("el", "eux"),
    "enne": ("en",),
    "ienne": ("ien",),
    "onne": ("on",),
    "ale": ("aux", "al"),
}
_SUFFIX = "|".join(sorted(_SUFFIXES, key=len, reverse=True))
_ADDRESS = r"(?:https?://|www\.)[^\s<]+|[\w.+'-]+@[\w.-]+"
# A separator, the suffix, then the plural: attached, after a second separator, in parentheses.
_INCLUSIVE = re.compile(
    rf"(?P<skip>{_ADDRESS})"
    rf"|(?<![\w·.@/-])(?P<base>[^\W\d_]{{2,40}})(?:"
    rf"(?P<separator>[·•‧∙⋅./-])(?P<suffix>{_SUFFIX})(?P<plural>s|[·•‧∙⋅./-]s)?"
    rf"|\((?P<inside>{_SUFFIX})(?P<plural_in>s)?\)(?P<plural_out>s|\(s\))?"
    rf")(?![\w·@]|[.-]\w)"
)
# After a hyphen these are pronouns: « dit-elle », « donne-le ».
_PRONOUNS = {"elle", "le", "te", "se", "ne"}
_DOTS = set("·•‧∙⋅")

_NEVER_A_WORD = "ments?|tions?|sions?|l?i?tés?|tifs?|tives?|ques?|naires?"
# Compounds keep their hyphen when only the line end was pasted.
_COMPOUND = {
    "non", "socio", "sous", "vice", "ex", "mi", "demi", "semi", "quasi", "contre", "avant", "après",
}  # fmt: skip
# « dévelop- pement », « potentielle-ment », and the invisible soft hyphen.
_CUT = re.compile(
    rf"(?P<skip>{_ADDRESS})"
    r"|(?<![\w-])(?P<head>[^\W\d_]{2,30})(?:"
    r"-\s+(?!(?:et|ou|puis|voire|à|ni)\b)(?P<next>[^\W\d_]{2,30})"
    rf"|-(?P<tail>{_NEVER_A_WORD})"
    r"|-(?P<other>[^\W\d_]{2,30})"
    r"|(?P<soft>\u00ad)(?P<rest>[^\W\d_]{1,30})"
    r")(?![\w-])"
)
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{5,60}(?![\w-])")
_TAG_OR_TEXT = re.compile(r"(<[^>]*>)|([^<]+)")


def inclusive_findings(text: str, house: InclusiveForm) -> list[Finding]:
    """Forms that are not the house's, each once, in reading order."""
    return _unique(finding for _, finding in _inclusive(text, house))


def harmonise(text: str, house: InclusiveForm) -> str:
    """`text` with every inclusive form the house's way; those without suggestion stay."""
    return _replaced(text, _inclusive(text, house))


def cut_words(text: str, known: frozenset[str] = frozenset()) -> list[Finding]:
    """Words cut by a former line end; `known`: lower-case words written whole elsewhere."""
    return _unique(finding for _, finding in _cuts(text, known))


def heal(text: str, known: frozenset[str] = frozenset()) -> str:
    return _replaced(text, _cuts(text, known))


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The words a document writes whole: its own dictionary."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


Located = tuple[re.Match[str], Finding]
Change = Callable[[str], str]


def _inclusive(text: str, house: InclusiveForm) -> Iterator[Located]:
    if house == InclusiveForm.FREE:
        return
    for match in _INCLUSIVE.finditer(text):
        if match["skip"] or not _is_inclusive(match):
            continue
        written = _written(match, house)
        if written != match[0]:
            yield match, Finding(match[0], written)


def _is_inclusive(match: re.Match[str]) -> bool:
    base, suffix = match["base"].lower(), match["suffix"] or match["inside"]
    separator = match["separator"] or "("
    if not _fits(base, suffix) and not _fits(base.removesuffix("s"), suffix):
        return False
    if separator in _DOTS or separator == "(":
        return True
    # A full stop, a hyphen or a slash between short words joins two words.
    if separator == "-" and suffix in _PRONOUNS and not base.endswith(("nel", "iel", "en")):
        return False
    twice = match["plural"] is not None and len(match["plural"]) == 2
    return len(base) > 3 or base.endswith("é") or (twice and len(base) > 2)


def _fits(base: str, suffix: str) -> bool:
    return base.endswith(_SUFFIXES[suffix])


def _written(match: re.Match[str], house: InclusiveForm) -> str:
    base, suffix = match["base"], match["suffix"] or match["inside"]
    plural = bool(match["plural"] or match["plural_in"] or match["plural_out"])
    if house == InclusiveForm.DOUBLET:
        return ""
    if plural and base.endswith("s") and _fits(base[:-1].lower(), suffix):
        base = base[:-1]
    mark = "s" if plural else ""
    if base.lower().endswith(("aux", "ous", "eux")) and plural:
        # Already plural: « régionaux·ales » has no second mark to set apart.
        close = {InclusiveForm.PERIOD: f".{suffix}s", InclusiveForm.PARENTHESES: f"({suffix}s)"}
        return base + close.get(house, f"·{suffix}s")
    return {
        InclusiveForm.ONE_DOT: f"{base}·{suffix}{mark}",
        InclusiveForm.TWO_DOTS: f"{base}·{suffix}" + (f"·{mark}" if plural else ""),
        InclusiveForm.PERIOD: f"{base}.{suffix}" + (f".{mark}" if plural else ""),
        InclusiveForm.PARENTHESES: f"{base}({suffix}){mark}",
    }[house]


def _cuts(text: str, known: frozenset[str]) -> Iterator[Located]:
    for match in _CUT.finditer(text):
        if match["skip"]:
            continue
        end = match["next"] or match["tail"] or match["other"] or match["rest"]
        compound = match["next"] and match["head"].lower() in _COMPOUND
        whole = match["head"] + ("-" if compound else "") + end
        sure = match["next"] or match["tail"] or match["soft"]
        if end.islower() and (sure or whole.lower() in known):
            yield match, Finding(match[0], whole)


def _replaced(text: str, located: Iterable[Located]) -> str:
    parts, last = [], 0
    for match, finding in located:
        if finding.suggestion:
            parts += [text[last : match.start()], finding.suggestion]
            last = match.end()
    return "".join([*parts, text[last:]])


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def in_html(html: str, change: Change) -> str:
    """`change` applied to the text between tags."""
    return _TAG_OR_TEXT.sub(lambda found: found[1] or change(found[2]), html)


def text_of(html: str) -> str:
    """The text of an editor's HTML, blocks apart."""
    return _TAG_OR_TEXT.sub(lambda found: " " if found[1] else found[2], html)
