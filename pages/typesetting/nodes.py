"""Rich text as a tree that a typst template walks: what an editor typed is never source.

A node is a string, or {"t": kind, "c": [nodes]} of a kind below; "a" also has "href".
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

Node = str | dict[str, Any]

BLOCKS = frozenset({"p", "ul", "ol", "blockquote"})
KINDS = BLOCKS | {"b", "i", "li", "a", "q", "sup"}
ALIASES = {"strong": "b", "em": "i", "cite": "i", "div": "p"} | {f"h{n}": "p" for n in range(1, 7)}
# Their text is not for readers.
HIDDEN = frozenset({"script", "style", "template", "head", "title"})
# typst walks the tree recursively; what is nested deeper is printed, without its style.
MAX_DEPTH = 24

# C0, C1, surrogates, noncharacters, and the marks of direction that could reorder a line.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_SPACES = re.compile(r"[ \t\r\n]+")


def printable(text: object) -> str:
    """One line of text without control characters; None is ""."""
    return _SPACES.sub(" ", _CONTROLS.sub("", str(text or ""))).strip(" ")


def nodes(
    html: str, *, base_url: str = "", finish: Callable[[str], str] = lambda text: text
) -> list[Node]:
    """The blocks of `html`, any HTML: unknown elements are left out and their text kept.

    `base_url`: what relative links start from. `finish`: applied to every run of text
    (typography). Links that are not http(s) or mailto become plain text.
    """
    tree = _Tree(base_url, finish)
    tree.feed(html)
    tree.close()
    return _paragraphs(tree.root)


class _Tree(HTMLParser):
    def __init__(self, base_url: str, finish: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.base_url = base_url
        self.finish = finish
        self.root: list[Node] = []
        self.stack: list[tuple[str, list[Node]]] = [("", self.root)]
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = ALIASES.get(tag, tag)
        if tag in HIDDEN:
            self.hidden += 1
        elif tag == "br":
            self.stack[-1][1].append({"t": "br"})
        elif tag in KINDS:
            self._open(tag, dict(attrs).get("href"))

    def _open(self, tag: str, href: str | None) -> None:
        if tag == "p":
            self._close_up_to("p")  # HTML ends a paragraph where the next begins.
        children = self.stack[-1][1]
        node: dict[str, Any] = {"t": tag, "c": []}
        if tag == "a":
            node["href"] = _address(href, self.base_url)
        if len(self.stack) < MAX_DEPTH and (tag != "a" or node["href"]):
            children.append(node)
            children = node["c"]
        self.stack.append((tag, children))

    def handle_endtag(self, tag: str) -> None:
        tag = ALIASES.get(tag, tag)
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in KINDS:
            self._close_up_to(tag)

    def _close_up_to(self, tag: str) -> None:
        for depth in range(len(self.stack) - 1, 0, -1):
            if self.stack[depth][0] == tag:
                del self.stack[depth:]
                return
            if tag == "p" and self.stack[depth][0] == "li":
                return

    def handle_data(self, data: str) -> None:
        text = _SPACES.sub(" ", _CONTROLS.sub("", data))
        if text and not self.hidden:
            self.stack[-1][1].append(self.finish(text))


def _address(href: str | None, base_url: str) -> str:
    try:
        absolute = urljoin(base_url, printable(href)) if href and href[0] != "#" else ""
        parts = urlsplit(absolute)
    except ValueError:
        return ""
    complete = parts.netloc if parts.scheme in ("http", "https") else parts.scheme == "mailto"
    return absolute if complete else ""


def _paragraphs(children: list[Node]) -> list[Node]:
    """Blocks only: runs of text between two blocks become paragraphs, empty ones go."""
    blocks: list[Node] = []
    run: list[Node] = []
    for child in [*children, {"t": "p", "c": []}]:
        if isinstance(child, dict) and child["t"] in BLOCKS:
            if _has_text(run):
                blocks.append({"t": "p", "c": run})
            run = []
            if _has_text(child["c"]):
                blocks.append(_tidied(child))
        else:
            run.append(child)
    return blocks


def _tidied(block: dict[str, Any]) -> dict[str, Any]:
    if block["t"] in ("ul", "ol"):
        entries = [child for child in block["c"] if _has_text([child])]
        return block | {"c": [_entry(child) for child in entries]}
    return block


def _entry(child: Node) -> Node:
    """A list holds entries only: typst would refuse a stray text."""
    if isinstance(child, dict) and child["t"] == "li":
        return child | {"c": [_tidied(c) if isinstance(c, dict) and "c" in c else c
                              for c in child["c"]]}  # fmt: skip
    return {"t": "li", "c": [child]}


def _has_text(children: list[Node]) -> bool:
    return any(
        child.strip() if isinstance(child, str) else _has_text(child.get("c", []))
        for child in children
    )
