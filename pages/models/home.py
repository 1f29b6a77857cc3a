"""The front page."""

from typing import Any

from django.db import models

from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField

from pages import structured_data
from pages.models.base import BasePage
from pages.syndication import FeedLink, everything


class HomePage(BasePage):
    """What the centre is, and what is new; lists fill themselves from what is published."""

    tagline = models.CharField("accroche", max_length=200, blank=True)
    presentation = RichTextField(
        "présentation", blank=True, features=["bold", "italic", "link", "ul"]
    )

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("tagline"), FieldPanel("presentation"), FieldPanel("cover")],
            heading="Présentation du centre",
        ),
    ]
    api_fields = [APIField("tagline"), APIField("presentation")]
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    template = "pages/home_page.html"

    class Meta:
        verbose_name = "page d'accueil"
        verbose_name_plural = "pages d'accueil"

    def summary(self) -> str:
        return self.search_description or self.tagline

    def json_ld(self) -> dict[str, Any]:
        return structured_data.organisation(self)

    def feeds(self) -> list[FeedLink]:
        return [everything()]
