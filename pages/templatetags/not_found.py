"""What an address that leads nowhere still says about the page it meant."""

import re
from urllib.parse import unquote

from django import template

from wagtail.models import Page

register = template.Library()

LONGEST = 80  # characters of a question made from an address
SHOWN = 5


def _steps(path: str) -> list[str]:
    return [step for step in unquote(path).split("/") if step]


@register.filter
def words_of_path(path: str) -> str:
    """« /fiches/un-jardin-partage.html » asks for « un jardin partage »."""
    last = _steps(path)[-1:]
    return " ".join(re.findall(r"[^\W\d_]{2,}", re.sub(r"\.\w+$", "", "".join(last))))[:LONGEST]


@register.simple_tag
def pages_once_at(path: str) -> list[Page]:
    """Pages that still bear the last name of the address: one that moved is found again.

    Two light queries and no search: robots ask for unknown addresses all day.
    """
    slug = "".join(_steps(path)[-1:])
    # Also keeps a NUL from PostgreSQL, which refuses the whole query.
    if not re.fullmatch(r"[\w-]{1,255}", slug):
        return []
    return list(Page.objects.live().public().filter(slug=slug, depth__gt=2)[:SHOWN])
