"""The words of a page as its fields and blocks store them."""

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db.models import CharField, Field, TextField

from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.search.index import SearchField

from pages.models import BasePage

_BREAK = re.compile(r"</(?:p|li|h[1-6]|blockquote|div|tr)>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
# The lead and the places of a document.
_READ_ELSEWHERE = {"standfirst", "abstract", "territory_label"}
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")


def plain(markup: str) -> str:
    """Rich text as lines of text: one a paragraph or list item."""
    if "<" in markup:
        markup = _TAG.sub(" ", _BREAK.sub("\n", markup))
    lines = _SPACES.sub(" ", html.unescape(markup)).split("\n")
    return "\n".join(filter(None, map(str.strip, lines)))


def texts_of(page: BasePage) -> tuple[list[str], list[str]]:
    """Intertitles and running text of every rich or composed field of the page's own type."""
    headings: list[str] = []
    body: list[str] = []
    for name, kind in _fields_of(type(page)):
        value = getattr(page, name)
        if kind is StreamField:
            for child in value.raw_data:
                block = value.stream_block.child_blocks.get(child["type"])
                target = headings if child["type"] == "heading" else body
                target += _block_texts(block, child["value"])
        elif kind is RichTextField:
            body.append(plain(value))
        else:
            body.append(str(value or ""))
    return headings, [text for text in body if text]


@cache
def _fields_of(model: type[BasePage]) -> list[tuple[str, type[Field[Any, Any]]]]:
    """Name and kind of the fields that hold text: StreamField, RichTextField or plain."""
    declared = {field.field_name for field in model.search_fields if isinstance(field, SearchField)}
    found: list[tuple[str, type[Field[Any, Any]]]] = []
    for field in model._meta.local_fields:
        if isinstance(field, StreamField | RichTextField):
            kind = StreamField if isinstance(field, StreamField) else RichTextField
            found.append((field.name, kind))
        elif isinstance(field, CharField | TextField) and (
            field.name == "intro" or field.name in declared - _READ_ELSEWHERE
        ):
            found.append((field.name, TextField))
    return found


def _block_texts(block: blocks.Block | None, raw: Any) -> Iterator[str]:
    """Texts of a stored block. Read raw: making values would fetch every image and page."""
    match block:
        case blocks.RichTextBlock() if raw:
            yield plain(raw)
        case blocks.CharBlock() | blocks.TextBlock() if raw:
            yield str(raw)
        case blocks.BaseStreamBlock():
            for child in raw or ():
                yield from _block_texts(block.child_blocks.get(child["type"]), child["value"])
        case blocks.BaseStructBlock():
            for name, inner in block.child_blocks.items():
                yield from _block_texts(inner, (raw or {}).get(name))
        case blocks.ListBlock():
            for child in raw or ():
                value = child["value"] if _is_list_item(child) else child
                yield from _block_texts(block.child_block, value)


def _is_list_item(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.get("type") == "item" and "value" in raw
