"""The words of a page as its fields and blocks store them."""

import html
import re
from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, TextField

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
    lines = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", markup))).split("\n")
    return "\n".join(line for line in (_SPACES.sub(" ", raw).strip() for raw in lines) if line)


def texts_of(page: BasePage) -> tuple[list[str], list[str]]:
    """Intertitles and running text of every rich or composed field of the page's own type."""
    headings: list[str] = []
    body: list[str] = []
    declared = {field.field_name for field in page.search_fields if isinstance(field, SearchField)}
    for model_field in page._meta.local_fields:
        if isinstance(model_field, StreamField):
            stream = getattr(page, model_field.name)
            for child in stream.raw_data:
                block = stream.stream_block.child_blocks.get(child["type"])
                target = headings if child["type"] == "heading" else body
                target += _block_texts(block, child["value"])
        elif isinstance(model_field, RichTextField):
            body.append(plain(getattr(page, model_field.name)))
        elif isinstance(model_field, CharField | TextField) and (
            model_field.name == "intro" or model_field.name in declared - _READ_ELSEWHERE
        ):
            body.append(str(getattr(page, model_field.name) or ""))
    return headings, [text for text in body if text]


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
