"""French typography on every public page, whatever was typed: what a visitor reads of it."""

import re
from html import unescape

from django.db.models import CharField, TextField

from wagtail.models import Page

import pytest

from tests.samples import sample_addresses

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

NOT_READ = re.compile(r"<!--.*?-->|<(script|style|textarea|template|code|pre)\b.*?</\1>", re.S)
INLINE = re.compile(r"</?(?:a|abbr|b|cite|em|i|q|s|span|strong|sup|time|wbr)\b[^>]*>")
FAULT = re.compile(r".{0,30}(?:\w'(?=\w)|[^\s]\s+(?=[;:!?»])|«\s).{0,20}")
BREAKING = str.maketrans({"\u00a0": "·", "\u202f": "·"})


def faults(html: str) -> list[str]:
    """Straight apostrophes, and spaces where a line could break, with the words around them."""
    text = INLINE.sub("", NOT_READ.sub("", html))
    lines = re.split(r"<[^>]*>", text)
    return [
        found[0] for line in lines for found in FAULT.finditer(unescape(line).translate(BREAKING))
    ]


def type_carelessly(page: Page) -> None:
    """What a keyboard gives, at the end of every plain text that the page shows."""
    for field in page._meta.get_fields():
        plain = type(field) in (CharField, TextField) and not field.choices
        if plain and field.name not in {"slug", "url_path", "path", "title", "draft_title"}:
            value = f"{getattr(page, field.name)} : l'« eau », c'est l'air !"
            setattr(page, field.name, value[: field.max_length])
    page.title = "L'eau : qu'est-ce que « l'air » ?"
    page.save(clean=False)


def test_every_type_of_page_is_set_in_french(client):
    addresses = sample_addresses()
    for page in Page.objects.filter(depth__gt=1).specific():
        type_carelessly(page)
    pages = {name: client.get(path).content.decode() for name, path in addresses.items()}
    assert "qu’est-ce que «\u00a0l’air\u00a0»\u202f?" in pages["PublicationPage"]
    assert {name: found for name, html in pages.items() if (found := faults(html))} == {}
