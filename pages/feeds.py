"""RSS 2.0 and Atom of what is live and public: everything, one type, one theme.

Partners' portals read these: addresses are absolute, and an entry keeps its identifier when its
page is renamed or moved.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from wagtail.models import PageQuerySet

from pages.models import BasePage, Theme
from pages.syndication import EVERYTHING, everything, feed_link, followed_types

ENTRIES = 30
FORMATS = {"rss": Rss201rev2Feed, "atom": Atom1Feed}
# XML 1.0 §2.2: one of these, pasted from a word processor, would take the whole feed down.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a feed holds: live public pages, its title, and the path it is known by."""

    title: str
    path: str
    sources: tuple[PageQuerySet, ...]

    def newest(self) -> list[BasePage]:
        """ENTRIES pages at most, the last published first, whatever their types."""
        found: list[BasePage] = []
        for source in self.sources:
            dated = source.exclude(first_published_at=None).defer_streamfields()
            found += dated.order_by("-first_published_at", "-pk")[:ENTRIES]
        return sorted(found, key=lambda page: page.first_published_at, reverse=True)[:ENTRIES]


class PagesFeed(Feed):
    """A Selection as Django's syndication wants it."""

    language = "fr"
    item_guid_is_permalink = False

    def __init__(self, selection: Selection, feed_type: type) -> None:
        self.selection, self.feed_type = selection, feed_type

    def title(self) -> str:
        return _clean(self.selection.title)

    description = subtitle = title

    def link(self) -> str:
        return self.selection.path

    def items(self) -> list[BasePage]:
        return self.selection.newest()

    def item_title(self, item: BasePage) -> str:
        # Not escaped twice as Django does: Atom titles and today's RSS readers take plain text.
        return _clean(item.title)

    def item_description(self, item: BasePage) -> str:
        # HTML by convention in RSS, by declaration in Django's Atom.
        return escape(_clean(item.summary()))

    def item_link(self, item: BasePage) -> str:
        return item.full_url

    def item_guid(self, item: BasePage) -> str:
        return f"urn:uuid:{item.translation_key}"

    def item_pubdate(self, item: BasePage) -> datetime:
        return item.first_published_at

    def item_updateddate(self, item: BasePage) -> datetime:
        return item.last_published_at or item.first_published_at

    def item_categories(self, item: BasePage) -> list[str]:
        return [_clean(theme.name) for theme in item.themes.all()] if has_themes(item) else []

    def item_enclosures(self, item: BasePage) -> list[Enclosure]:
        enclosure = item.feed_enclosure()
        return [enclosure] if enclosure else []


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def has_themes(page: BasePage | type[BasePage]) -> bool:
    return any(field.name == "themes" for field in page._meta.many_to_many)


def respond(request: HttpRequest, selection: Selection, file_format: str) -> HttpResponse:
    """Raises Http404 for a format that is neither rss nor atom."""
    if file_format not in FORMATS:
        raise Http404("Ce format de flux n'existe pas.")
    return PagesFeed(selection, FORMATS[file_format])(request)


@require_safe
@cache_control(public=True, max_age=900)
@conditional_page
def feed(request: HttpRequest, kind: str, format: str, theme: str = "") -> HttpResponse:
    """GET /flux/<kind>.<format> or /flux/<kind>/<theme>.<format>; `kind` may be « tout »."""
    models = [model for model in followed_types() if kind in (EVERYTHING, model.feed_slug)]
    chosen = Theme.objects.filter(code=theme).first() if theme else None
    if chosen:
        models = [model for model in models if has_themes(model)]
    if not models or (theme and not chosen):
        raise Http404("Ce flux n'existe pas.")
    name = everything() if kind == EVERYTHING else feed_link(models[0].feed_title, kind)
    shown = name.about(chosen) if chosen else name
    return respond(request, Selection(shown.title, shown.rss, _sources(models, chosen)), format)


def _sources(models: Iterable[type[BasePage]], theme: Theme | None) -> tuple[PageQuerySet, ...]:
    found = []
    for model in models:
        pages = model.listed()
        if has_themes(model):
            pages = pages.prefetch_related("themes")
        found.append(pages.filter(themes=theme) if theme else pages)
    return tuple(found)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """GET /flux/: what can be followed, in words."""
    every = everything()
    return render(
        request,
        "pages/feeds.html",
        {
            "types": [every, *(feed_link(m.feed_title, m.feed_slug) for m in followed_types())],
            "themes": [every.about(theme) for theme in Theme.objects.all()],
        },
    )
