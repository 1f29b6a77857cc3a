"""French typography applied when an edition is made, never stored.

Spaces before « : ; ! ? % € », inside guillemets and after « n° » become no-break; the straight
apostrophe between letters becomes « ’ ». Only a space that is there is changed, except inside
guillemets: adding one before « ? » or « : » would break times, addresses and brand names.
Tags and addresses are left alone, and doing it twice changes nothing.
"""

import re
from functools import lru_cache

NARROW = "\u202f"
"""For the web and print: the narrow no-break space of French typesetting."""
WIDE = "\u00a0"
"""For mail: the fonts of old Outlook draw U+202F as a box."""

# Every repetition below starts where the characters before it cannot belong to it: without
# these look-behinds a long word or a run of spaces costs the square of its length.
_SPACE = "[ \u00a0\u202f]"
_ADDRESS = r"(?:https?://|www\.|mailto:)[^\s<\"]+|(?<![\w.+'-])[\w.+'-]+@[\w.-]+"
_RULES = (
    rf"(?P<apostrophe>(?<=[^\W\d_])'(?=[^\W\d_]|[«<]))"
    rf"|(?P<opening>«){_SPACE}*"
    rf"|(?<![ \u00a0\u202f«]){_SPACE}*(?P<closing>»)"
    rf"|(?P<number>[nN]°){_SPACE}*(?=\d)"
    rf"|(?P<before>(?<=[^\s\u00a0\u202f]){_SPACE}+(?=[:;!?])"
    rf"|(?<=\d){_SPACE}(?=[%€]|\d{{3}}(?!\d)))"
)
_TEXT = re.compile(f"(?P<skip>{_ADDRESS})|{_RULES}")
_HTML = re.compile(f"(?P<skip><[^>]*>|&\\w+;|{_ADDRESS})|{_RULES}")


def typeset(text: str, space: str) -> str:
    """Plain text, with `space` (NARROW or WIDE) wherever a line must not break."""
    return _apply(_TEXT, text, space)


def typeset_html(html: str, space: str) -> str:
    """Cleaned HTML, its tags and entities untouched."""
    return _apply(_HTML, html, space)


@lru_cache(maxsize=4)
def _replacements(space: str) -> dict[str, str]:
    return {"apostrophe": "’", "opening": f"«{space}", "closing": f"{space}»", "before": space}


def _apply(pattern: re.Pattern[str], text: str, space: str) -> str:
    table = _replacements(space)

    def replacement(match: re.Match[str]) -> str:
        rule = match.lastgroup or "skip"
        if rule == "skip":
            return match[0]
        return match["number"] + space if rule == "number" else table[rule]

    return pattern.sub(replacement, text)
