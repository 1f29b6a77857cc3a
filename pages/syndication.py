"""Which feeds exist, and where: known without loading a single model.

A page type enters the feeds by declaring `feed_slug` and `feed_title`; nothing is listed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.urls import reverse

if TYPE_CHECKING:
    from pages.models.base import BasePage
    from pages.models.taxonomy import Theme

# The address of the feed that holds every type; no type may take it, nor that of the series.
EVERYTHING, SERIES = "tout", "serie"


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed's title and the paths of its two formats."""

    title: str
    rss: str
    atom: str
    kind: str = ""

    def about(self, theme: "Theme") -> "FeedLink":
        return feed_link(f"{self.title} – {theme.name}", self.kind, theme.code)


def feed_link(title: str, kind: str, theme: str = "") -> FeedLink:
    chosen = {"kind": kind} | ({"theme": theme} if theme else {})
    rss, atom = (reverse("pages:feed", kwargs=chosen | {"format": f}) for f in ("rss", "atom"))
    return FeedLink(title, rss, atom, kind)


def everything() -> FeedLink:
    return feed_link("Tout ce qui paraît", EVERYTHING)


def followed_types() -> Iterator[type["BasePage"]]:
    """The page types that have a feed, in the order of their titles."""
    declared = [model for model in apps.get_models() if getattr(model, "feed_slug", "")]
    return iter(sorted(declared, key=lambda model: model.feed_title))
