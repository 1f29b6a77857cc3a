"""Absolute addresses and descriptions for search engines and social cards."""

import json
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from wagtail.models import Page

from pages.models import BasePage
from pages.structured_data import CARD_SIZE, breadcrumbs

register = template.Library()

# As django.utils.html.json_script: no value may close the element or open a comment.
SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def card_image(context: Context, page: BasePage) -> str:
    """Absolute URL of the cover at the size of social cards, or ""."""
    cover = getattr(page, "cover", None)
    if cover is None:
        return ""
    url = cover.get_rendition(CARD_SIZE).url
    request = context.get("request")
    return request.build_absolute_uri(url) if request else url


@register.simple_tag(takes_context=True)
def breadcrumb_data(context: Context, home: Page | None) -> SafeString | str:
    """The way from the home page to this one; nothing on the home page itself, nor on a page
    that search engines are not led to: what was withdrawn must not be named."""
    page = context["page"]
    if home is None or page.pk == home.pk or not (page.live and page.get_sitemap_urls()):
        return ""
    return as_data_block(breadcrumbs([home, *context.get("breadcrumbs", []), page]))


def as_data_block(data: dict[str, Any]) -> SafeString:
    """A JSON-LD data block: browsers never execute it, a Content-Security-Policy ignores it.

    Nothing at all for a page that has nothing to say.
    """
    if not data:
        return mark_safe("")
    text = json.dumps(data, ensure_ascii=False).translate(SCRIPT_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
