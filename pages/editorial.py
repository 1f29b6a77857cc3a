"""« À vérifier »: what an editor left to be checked must not be published.

The form of the editor refuses to publish and names the fields (`pages.editing`); `BasePage.save`
refuses the same for everything else that puts a page online.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from wagtail import blocks
from wagtail.models import Page

from pages.text_fields import Position, Text, texts_of

# Capitals only for TODO and XXX: « XXXe congrès » and « todo list » are ordinary text.
MARKERS = re.compile(
    r"\(\s*\?{2,}\s*\)|\[\s*\?+\s*\]"
    r"|\[\s*(?i:[àa]\s+(?:v[ée]rifier|compl[ée]ter|confirmer|pr[ée]ciser|valider))[^\]]{0,80}\]"
    r"|\((?i:\s*[àa]\s+v[ée]rifier)[^)]{0,80}\)"
    r"|(?<!\w)(?:TODO|FIXME|XXX)(?!\w)"
)
# Half of a pair of UTF-16: an emoji cut in two by a paste. The rich-text editor posts it as JSON.
_HALF = re.compile("[\ud800-\udfff]")
MESSAGE = "« {} » reste à vérifier : complétez ou retirez ce repère avant de publier."


@dataclass(frozen=True, slots=True)
class Marker:
    text: Text
    found: str

    @property
    def message(self) -> str:
        return MESSAGE.format(self.found)


def markers_in(texts: Iterable[Text]) -> list[Marker]:
    """The first marker of each text that has one, in reading order."""
    matches = ((text, MARKERS.search(text.plain)) for text in texts)
    return [Marker(text, match[0]) for text, match in matches if match]


class HalfCharacter(Marker):
    @property
    def message(self) -> str:
        return "Un caractère est incomplet (un emoji coupé ?) : effacez-le, puis retapez-le."


def halves_in(texts: Iterable[Text]) -> list[Marker]:
    """Each text that no database can store."""
    return [HalfCharacter(text, found[0]) for text in texts if (found := _HALF.search(text.source))]


def markers_of(page: Page) -> list[Marker]:
    return markers_in(texts_of(page))


def refuse_markers(page: Page) -> None:
    """Raises ValidationError naming every field in doubt."""
    markers = markers_of(page)
    if markers:
        raise ValidationError([f"{marker.text.label} : {marker.message}" for marker in markers])


def stream_error(markers: list[Marker]) -> ValidationError:
    """The errors at their blocks, as the editor shows them; paths start with the field."""
    return _nested({marker.text.path[1:]: marker.message for marker in markers})


def _nested(messages: dict[tuple[Any, ...], str]) -> ValidationError:
    if () in messages:
        return ValidationError(messages[()])
    parts: dict[Any, dict[tuple[Any, ...], str]] = {}
    for (step, *rest), message in messages.items():
        parts.setdefault(step, {})[tuple(rest)] = message
    errors = {step: _nested(inner) for step, inner in parts.items()}
    first = next(iter(errors))
    if isinstance(first, str):
        return blocks.StructBlockValidationError(block_errors=errors)
    if isinstance(first, Position):
        return blocks.ListBlockValidationError(block_errors=errors)
    return blocks.StreamBlockValidationError(block_errors=errors)
