"""Curated dossiers: a subject, an introduction, and what is worth reading, in order."""

from typing import Any, Self

from django.db import models

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index

from pages.blocks.dossier import DossierStream
from pages.blocks.text import PARAGRAPH_FEATURES
from pages.linked_data import described
from pages.models.base import BasePage
from pages.models.listing import CatalogueIndexPage, CatalogueQuerySet
from pages.models.taxonomy import Territory, Theme


class DossierQuerySet(CatalogueQuerySet):
    """Newest first, by first publication."""

    def as_cards(self) -> Self:
        """With the bodies: a card counts what the dossier holds."""
        return super().as_cards().defer(None)


class DossierIndexPage(CatalogueIndexPage):
    entry_name = ("dossier", "dossiers")
    template = CatalogueIndexPage.template
    filters = ("territory",)
    subpage_types = ["pages.DossierPage"]

    class Meta:
        verbose_name = "liste des dossiers"
        verbose_name_plural = "listes des dossiers"

    def entries(self) -> DossierQuerySet:
        return DossierPage.objects.child_of(self).live().public()


class DossierPage(BasePage):
    abstract = models.TextField("résumé", help_text="Deux ou trois phrases, pour les listes.")
    intro = RichTextField("introduction", blank=True, features=PARAGRAPH_FEATURES)
    body = StreamField(DossierStream(), verbose_name="sélection", blank=True)
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="dossiers", verbose_name="thématiques"
    )
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="dossiers", verbose_name="territoires"
    )

    objects = PageManager.from_queryset(DossierQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        "abstract",
        "cover",
        "intro",
        "body",
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("territories")], heading="Classement"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("abstract"),
        index.SearchField("intro"),
        index.SearchField("body"),
    ]
    api_fields = [
        APIField("abstract"),
        APIField("intro"),
        APIField("body"),
        APIField("themes"),
        APIField("territories"),
        APIField("cover"),
    ]
    parent_page_types = ["pages.DossierIndexPage"]
    feed_slug, feed_title = "dossiers", "Dossiers"
    subpage_types: list[str] = []
    template = "pages/dossier_page.html"

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"

    def summary(self) -> str:
        return self.search_description or self.abstract

    @property
    def kicker(self) -> str:
        # As stored: iterating over the blocks would fetch the pages they choose.
        count = sum(raw["type"] not in {"heading", "paragraph"} for raw in self.body.raw_data)
        return f"{count} ressource{'s' if count > 1 else ''}" if count else ""

    def entries(self) -> list[dict[str, Any]]:
        """The blocks in order, with the chosen page as readers may see it.

        One query for all pages, one more per type. A page since withdrawn or made private is
        left out; so is a resource or a file that was deleted.
        """
        chosen = {block.value["page"].pk for block in self._with_pages() if block.value["page"]}
        pages = Page.objects.live().public().filter(pk__in=chosen).specific(defer=False)
        visible = {page.pk: page for page in pages}
        found = []
        for block in self.body:
            entry = {"kind": block.block_type, "block": block, "page": None}
            if block.block_type == "content":
                page = block.value["page"]
                entry["page"] = visible.get(page.pk) if page else None
                if entry["page"] is None:
                    continue
            if block.block_type in {"resource", "document"} and not block.value[block.block_type]:
                continue
            found.append(entry)
        return found

    def _with_pages(self) -> list[Any]:
        return [block for block in self.body if block.block_type == "content"]

    def json_ld(self) -> dict[str, Any]:
        """https://schema.org/Collection"""
        parts = [
            {"@type": "CreativeWork", "name": entry["page"].title, "url": entry["page"].full_url}
            for entry in self.entries()
            if entry["page"]
        ]
        about = [theme.name for theme in self.themes.all()]
        return described(self, "Collection", about=about, hasPart=parts)
