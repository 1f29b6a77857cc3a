"""Every text an editor typed in a page, wherever it is: fields, blocks, repeated rows.

One walk serves the checks and the corrections. Streams are walked by their definition, so that
a choice, an address or an identifier is never taken for a text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models

from modelcluster.models import get_all_child_relations
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.rich_text import RichText

from pages.house_style import text_of

SHARED_FIELDS = ("title", "seo_title", "search_description")


class Position(int):
    """A step into a list block; a plain integer steps into a stream, a string into a struct."""


Step = str | int
Path = tuple[Step, ...]
Put = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Text:
    """`path`: field name, then keys and positions; `anchor`: where the editor shows it."""

    path: Path
    label: str
    anchor: str
    source: str
    is_html: bool
    replace: Callable[[str], None]

    @property
    def plain(self) -> str:
        return text_of(self.source) if self.is_html else self.source


def texts_of(page: Page) -> Iterator[Text]:
    """Every non-empty text of the page, those it keeps for the team left out."""
    for field in page._meta.get_fields():
        if is_text(field, page):
            yield from _field_text(page, field, (field.name,), f"id_{field.name}")
        elif isinstance(field, StreamField):
            value = getattr(page, field.name)
            yield from stream_texts(value, (field.name,), field.verbose_name)
    for relation in get_all_child_relations(type(page)):
        if relation.related_model._meta.app_label != "wagtailcore":
            yield from _rows(page, relation)


def is_text(field: Any, page: Page) -> bool:
    if type(field) not in (models.CharField, models.TextField, RichTextField) or field.choices:
        return False
    if field.model is Page and field.name not in SHARED_FIELDS:
        return False
    return field.editable and field.name not in getattr(page, "internal_fields", ())


def _field_text(holder: Any, field: Any, path: Path, anchor: str) -> Iterator[Text]:
    value = getattr(holder, field.name)
    if value:
        yield field_text(field, value, path, anchor, lambda new: setattr(holder, field.name, new))


def field_text(field: Any, value: str, path: Path, anchor: str, put: Callable[[str], None]) -> Text:
    label = str(field.verbose_name)
    is_html = isinstance(field, RichTextField)
    return Text(path, label[:1].upper() + label[1:], anchor, value, is_html, put)


def _rows(page: Page, relation: Any) -> Iterator[Text]:
    name = relation.get_accessor_name()
    for rank, row in enumerate(getattr(page, name).all()):
        for field in row._meta.get_fields():
            if is_text(field, page):
                anchor = f"inline_child_{name}-{rank}"
                yield from _field_text(row, field, (name, rank, field.name), anchor)


def stream_texts(value: Any, path: Path, label: str) -> Iterator[Text]:
    """The texts of a stream value; `label` names the field for a reader."""
    label = label[:1].upper() + label[1:]
    for rank, child in enumerate(value):
        anchor = f"block-{child.id}-section" if child.id else ""
        where = f"{label} › {child.block.label}"
        yield from _block(child.block, child.value, _setter(child), (*path, rank), where, anchor)


def _setter(holder: Any) -> Callable[[Any], None]:
    return lambda new: setattr(holder, "value", new)


def _block(block: Any, value: Any, put: Put, path: Path, label: str, at: str) -> Iterator[Text]:
    if isinstance(block, ImageBlock):
        yield from _alternative(value, path, label, at)
    elif isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            place = _key(value, name)
            where = f"{label} › {child.label}"
            yield from _block(child, value.get(name), place, (*path, name), where, at)
    elif isinstance(block, blocks.ListBlock):
        for rank, bound in enumerate(value.bound_blocks if value else ()):
            step = (*path, Position(rank))
            yield from _block(block.child_block, bound.value, _setter(bound), step, label, at)
    elif isinstance(block, blocks.StreamBlock):
        for rank, child in enumerate(value or ()):
            inner = f"block-{child.id}-section" if child.id else at
            where, step = f"{label} › {child.block.label}", (*path, rank)
            yield from _block(child.block, child.value, _setter(child), step, where, inner)
    elif isinstance(value, RichText) and value.source:
        yield Text(path, label, at, value.source, True, lambda new: put(RichText(new)))
    elif isinstance(block, blocks.CharBlock | blocks.TextBlock) and value:
        yield Text(path, label, at, str(value), False, put)


def _key(holder: Any, name: str) -> Put:
    return lambda new: holder.__setitem__(name, new)


def _alternative(image: Any, path: Path, label: str, at: str) -> Iterator[Text]:
    """An ImageBlock's value is the image itself, which carries the alternative of this use."""
    if image is not None and image.contextual_alt_text:
        put = partial(setattr, image, "contextual_alt_text")
        where, text = f"{label} › Texte alternatif", image.contextual_alt_text
        yield Text((*path, "alt_text"), where, at, text, False, put)
