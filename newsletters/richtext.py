"""Rich text made safe for every edition.

The mail compiler escapes nothing, fails on markup that is not well formed and, on a very deep
tree, takes the process down with it. So what an editor typed or pasted reaches an edition only
through `clean`.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit

from wagtail.rich_text import expand_db_html

import nh3

TAGS = frozenset(
    {"p", "br", "b", "strong", "i", "em", "ul", "ol", "li", "a", "q", "cite", "blockquote", "sup"}
)
SCHEMES = frozenset({"http", "https", "mailto"})
MAX_BYTES = 512 * 1024
MAX_DEPTH = 100

# What XML forbids, the code points Unicode keeps for a program's own use, and the marks that
# reverse what follows them: a subject must read as it was approved.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
# RFC 3986 allows none of these bare, and « > » would end a tag for a naive reader.
_UNSAFE = re.compile(r"[\s<>\"\\^`{|}]")
_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")
_STORED_LINK = "linktype="
# NUL cannot be in a source whose control characters are gone.
_SEPARATOR = "\x00"


class RichTextError(ValueError):
    """The text cannot be shown; the message is French and meant for the editor."""


def strip_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def plain(text: object) -> str:
    """One line of plain text, control characters gone and white space collapsed; None is ""."""
    # Not str.split(): it would also eat the no-break spaces an editor meant.
    return re.sub(r"[ \t\r\n]+", " ", strip_controls(str(text or ""))).strip(" ")


def web_address(url: object, base_url: str = "") -> str:
    """The absolute http(s) or mailto address, or "" for anything else (`javascript:`, `#top`)."""
    text = plain(url)
    if not text or text.startswith("#"):
        return ""
    try:
        absolute = _UNSAFE.sub(lambda found: quote(found[0]), urljoin(base_url, text))
        parts = urlsplit(absolute)
    except ValueError:  # « http://[ » and the like
        return ""
    complete = parts.path if parts.scheme == "mailto" else parts.netloc
    return absolute if parts.scheme in SCHEMES and complete else ""


def expand_all(sources: Iterable[str]) -> list[str]:
    """The stored texts with their internal links resolved, all in one pass of queries."""
    stripped = [strip_controls(source) for source in sources]
    if not any(_STORED_LINK in source for source in stripped):
        return stripped
    expanded = expand_db_html(_SEPARATOR.join(stripped)).split(_SEPARATOR)
    # An unfinished « <a » swallows its neighbour's separator: then each goes alone.
    return expanded if len(expanded) == len(stripped) else [expand_db_html(s) for s in stripped]


def depth(html: str) -> int:
    """How deep the elements of cleaned HTML nest; `br` has no end tag and counts for nothing."""
    deepest = level = 0
    for closing, name in _TAG.findall(html):
        if name != "br":
            level += -1 if closing else 1
            deepest = max(deepest, level)
    return deepest


def clean(html: str, *, base_url: str = "") -> str:
    """Well-formed HTML of allowed elements only, its links absolute.

    `html`: as stored by Wagtail or already expanded. `base_url`: what relative links start
    from. Raises RichTextError above 512 KB or 100 nested elements.
    """
    html = strip_controls(html)
    if len(html.encode()) > MAX_BYTES:
        raise RichTextError("le texte dépasse 512 Ko. Raccourcissez-le ou scindez-le.")
    if _STORED_LINK in html:
        html = expand_db_html(html)

    def absolute(tag: str, attribute: str, value: str) -> str | None:
        return web_address(value, base_url) or None

    # Relative addresses are judged by `absolute`: nh3 lets « //host » and « ../ » through.
    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        attribute_filter=absolute,
        link_rel=None,
    ).replace("&nbsp;", "\u00a0")
    # Again: « &#1; » was six harmless letters before.
    cleaned = strip_controls(cleaned)
    if depth(cleaned) > MAX_DEPTH:
        raise RichTextError(
            f"le texte imbrique plus de {MAX_DEPTH} éléments. Recollez-le sans mise en forme."
        )
    # Draft.js leaves an empty paragraph where the editor pressed Enter twice.
    return re.sub(r"<p>[\s\u00a0]*</p>", "", cleaned).strip()
