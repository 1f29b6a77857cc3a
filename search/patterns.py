"""Where a token starts and ends in raw French text, and what each separator means."""

import re

# Letters and digits, plus what hides inside words: combining accents (decomposed text), soft
# hyphens and zero-width marks, ligatures of PDF fonts (ﬁ). `_` is a separator, which excludes \w.
_W = (
    r"0-9A-Za-zªº²³¹µÀ-ÖØ-öø-\u02af\u0300-\u036f\u0370-\u0386\u0388-\u1fff\u2c00-\u2dff\u3040-\u30fa"
    r"\u30fc-\ud7ff\uf900-\ufb4f\u00ad\u200b-\u200d\u2060\ufeff"
)
_DOT = "·\u0387•‧∙⋅\u30fb"
_APOSTROPHE = "'’ʼ‘`´"
_HYPHEN = r"\-\u2010\u2011"  # for a character class
_SUFFIX = (
    "(?:e|s|x|es|ne|nes|le|les|fe|fes|te|tes|ve|ves|se|ses|sse|sses|ère|ères|ere|eres|ière|ières|"
    "rice|rices|ice|ices|trice|trices|euse|euses|ale|ales|elle|elles|ils?|eux|esse|esses|"
    "que|ques|che|ches)"
)
# Spaced dots are also bullets (`Emploi · Logement`): there the suffix must be a known one.
_SPACE = r"[ \u00a0\u202f\n]?"
_SPACED = rf"{_SPACE}[{_DOT}]{_SPACE}(?:{_SUFFIX}|{_SUFFIX.upper()})(?![{_W}{_HYPHEN}])"
_JOINED = rf"(?:[{_APOSTROPHE}{_HYPHEN}.{_DOT}_*&]|/-?)[{_W}]{{1,64}}+"
_IN_PARENTHESES = rf" ?\((?:e|s|es|x)\)s?(?![{_W}])|\(-?[{_W}]{{1,8}}\)[{_W}]{{0,8}}"
# Every repetition is bounded and possessive where it can be: 200 kB of dots or @ stay linear.
_EMAIL = rf"[{_W}][\w.+\-]{{0,63}}+@[\w\-]{{1,63}}+(?:\.[\w\-]{{1,63}}+){{1,6}}"
_URL = r"(?:[Hh]ttps?://|www\.)[^\s<>\"«»]{0,400}[\w/=]"
# Never .es, .le, .ne: `habitant.es` is no host.
_DOMAIN = (
    r"(?:[a-z0-9][a-z0-9\-]{0,62}+\.){1,4}"
    r"(?:fr|org|com|net|eu|info|coop|bzh|paris|io|be|ch|ca|uk|de|pro|asso)"
    rf"(?![{_W}{_DOT}{_HYPHEN}(]|\.[{_W}])(?:/[^\s<>\"«»]{{0,300}}[\w/=])?"
)
_PHONE = r"0\d(?:[ .\u00a0\u202f]\d\d){4}(?!\d)"
_THOUSANDS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}(?!\d)(?:,\d{1,9})?"
_DECIMAL = r"\d{1,12}[.,]\d{1,9}(?![.,]?\d)"
_CODE = r"[A-Za-z]{0,3}+\d{1,4}[ \u00a0](?:bis|ter|quater)(?!\w)"
_CHUNK = rf"[{_W}]{{1,64}}+(?:{_SPACED}|{_JOINED}|{_IN_PARENTHESES}){{0,11}}(?:\+(?![{_W}+(]))?"
# Nine words in ten of a text: what the others would match too, found in half the time. Before a
# space and a letter, nothing can be an address, a code or the beginning of an inclusive form.
_PLAINEST = r"[a-zß-öø-ÿ]{1,64}+(?= [A-Za-zÀ-ÖØ-öø-ÿ])"
TOKEN = re.compile(
    "|".join((_PLAINEST, _URL, _EMAIL, _DOMAIN, _PHONE, _THOUSANDS, _DECIMAL, _CODE, _CHUNK))
)
ADDRESS = re.compile(rf"(?:{_URL}|{_EMAIL}|{_DOMAIN})\Z")
NUMBER = re.compile(rf"(?:{_PHONE}|{_THOUSANDS}|{_DECIMAL})\Z")
CODED = re.compile(_CODE + r"\Z")
PIECE = re.compile(rf"([^{_W}]*)([{_W}]+)")
PLAIN = re.compile(rf"[{_W}]+\Z")


def glue(separator: str) -> str:
    """`separator` reduced to one of ``· ( - ' . / _ &``; empty for none."""
    for sign in separator:
        if sign in _DOT:
            return "·"
        if sign in "()":
            return "("
        if sign in "-\u2010\u2011":
            return "-"
        if sign in _APOSTROPHE:
            return "'"
        if sign in "./_*&":
            return "_" if sign in "_*" else sign
    return ""
