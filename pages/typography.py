"""French typography, applied when a text is shown and never stored.

« : », « … », a dash and guillemets take a no-break space; « ; ! ? % € », thousands and « n° » a
thin one; the straight apostrophe between letters becomes « ’ » (*Lexique des règles typographiques
en usage à l’Imprimerie nationale*). Only a space that is there is changed, except in guillemets:
adding one before « ? » or « : » would break times, addresses and brand names. Tags, entities,
addresses and what is not prose are left alone, and doing it twice changes nothing.
"""

import re
from collections.abc import Callable
from functools import lru_cache

NARROW = "\u202f"
"""For the web and print: the narrow no-break space of French typesetting."""
WIDE = "\u00a0"
"""For mail: the fonts of old Outlook draw U+202F as a box."""

# Stands for a tag, an entity or a whole script while the text around it is set.
_MARK = "\ufffe"
_SPACES = " \u00a0\u202f"
_SPACE = f"[{_SPACES}]"
# A rule begins with one of six characters, to which the engine jumps: a page takes 1 ms. A run of
# spaces counts from its first one, or it would cost the square of its length. A letter before an
# « @ » is an address, whose local part has 64 characters at most (RFC 5321, 4.5.3.1.1).
_RULES = re.compile(
    rf"['«»°{_SPACES}](?:"
    rf"(?P<apostrophe>(?<=[^\W\d_]')(?=[^\W\d_]|[«{_MARK}])(?![\w.+'-]{{0,64}}@))"
    rf"|(?P<opening>(?<=«){_SPACE}*)"
    rf"|(?P<closing>(?<=»)(?<![{_SPACES}«]»)|(?<={_SPACE})(?<![{_SPACES}«]{_SPACE}){_SPACE}*»)"
    rf"|(?P<number>(?<=[nN]°){_SPACE}*(?=\d))"
    rf"|(?P<wide>(?<=\S{_SPACE})(?<!{_SPACE}{_SPACE}){_SPACE}*(?=[:–…]))"
    rf"|(?P<thin>(?<=\S{_SPACE})(?<!{_SPACE}{_SPACE}){_SPACE}*(?=[;!?])"
    rf"|(?<=\d{_SPACE})(?=[%€]|\d{{3}}(?!\d))))"
)
_SLASH = re.compile(r"/(?<=[^\W\d_]{4}/)(?=[^\W\d_]{4,}(?![\w/:@]|\.\w))")
_LAST_WORD = re.compile(rf"[\s{_MARK}]")
_ADDRESS = re.compile(r"[:@=]|www\.|\w\.\w")
# Their content is no prose, or is sent back as it is; `title` within `svg` is prose, rightly.
_VERBATIM = "script|style|template|textarea|pre|code|kbd|samp"
_QUOTED = "\"[^\"]*+\"|'[^']*+'"
_MARKUP = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?P<verbatim>{_VERBATIM})\b.*?(?:</(?P=verbatim)\s*>|\Z)"
    rf"|<[a-z/!](?:[^<>\"']++|{_QUOTED})*+>|<|&(?!#x27;|#39;)#?\w++;|{_MARK}",
    re.DOTALL | re.IGNORECASE,
)


def typeset(text: str, space: str) -> str:
    """Plain text, with `space` (NARROW or WIDE) where the thin no-break space belongs."""
    return _replaced(text, _replacements(space))


def typeset_html(html: str, space: str) -> str:
    """HTML, a fragment or a whole page: tags, entities, scripts and typed values untouched."""
    return _around_markup(html, lambda text: typeset(_unescaped(text), space))


def typeset_page(html: str) -> str:
    """A whole page of the site: as above, and a line may end after the slash of two long words."""
    return _around_markup(html, lambda text: _SLASH.sub(_cut, typeset(_unescaped(text), NARROW)))


def typeset_screen(html: str) -> str:
    """HTML of the admin: spaces only. What an editor reads there is data too: its letters stay."""
    return _around_markup(html, typeset_label)


def typeset_label(text: str) -> str:
    """Plain text of the admin, by the same rules."""
    return _replaced(text, _replacements(NARROW) | {"apostrophe": "'"})


def _replaced(text: str, table: dict[str, str]) -> str:
    def replacement(match: re.Match[str]) -> str:
        rule = match.lastgroup or ""
        if rule == "apostrophe" and _in_address(match):
            return match[0]
        return table[rule]

    return _RULES.sub(replacement, text)


def _unescaped(text: str) -> str:
    return text.replace("&#x27;", "'").replace("&#39;", "'")


def _cut(match: re.Match[str]) -> str:
    return "/" if _in_address(match) else "/\u200b"


def _in_address(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 200) : match.start()]
    return _ADDRESS.search(_LAST_WORD.split(before)[-1]) is not None


def _around_markup(html: str, setting: Callable[[str], str]) -> str:
    kept: list[str] = []

    def stash(match: re.Match[str]) -> str:
        kept.append(match[0])
        return _MARK

    first, *others = setting(_MARKUP.sub(stash, html)).split(_MARK)
    return first + "".join(map("".join, zip(kept, others, strict=True)))


@lru_cache(maxsize=2)
def _replacements(space: str) -> dict[str, str]:
    return {
        "apostrophe": "’",
        "opening": f"«{WIDE}",
        "closing": f"{WIDE}»",
        "wide": WIDE,
        "thin": space,
        "number": f"°{space}",
    }
