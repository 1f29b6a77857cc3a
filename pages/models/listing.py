"""What the filtered lists of the site have in common: one query set, one page."""

from typing import Any, Self

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, QueryDict

from wagtail.api import APIField
from wagtail.models import PageQuerySet

from pages.filters import CatalogueFilterForm
from pages.models.base import BasePage
from pages.models.taxonomy import Territory, Theme

ENTRIES_PER_PAGE = 18


class CatalogueQuerySet(PageQuerySet):
    """Pages with themes and a `kind`; `year_fields` are the lookups that hold a year."""

    year_fields: tuple[str, ...] = ("year",)

    def about(self, theme: Theme) -> Self:
        return self.filter(themes=theme)

    def located_in(self, territory: Territory) -> Self:
        """Entries about the territory or any place below it."""
        places = Territory.objects.within([territory])
        return self.filter(territories__in=places).distinct()

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def of_year(self, year: int) -> Self:
        """Published that year, or belonging to it."""
        wanted = models.Q()
        for field in self.year_fields:
            wanted |= models.Q(**{field: year})
        return self.filter(wanted)

    def years(self) -> list[int]:
        """Every year `of_year` would find something for, newest first."""
        found: set[int] = set()
        for field in self.year_fields:
            found |= set(self.order_by().values_list(field, flat=True).distinct())
        return sorted(found - {None}, reverse=True)

    def kinds(self) -> list[str]:
        return list(self.order_by().values_list("kind", flat=True).distinct())

    def newest_first(self) -> Self:
        return self.order_by("-first_published_at", "-pk")

    def as_cards(self) -> Self:
        """Newest first, with the covers and their renditions, without the bodies."""
        cards = self.newest_first().select_related("cover").prefetch_related("cover__renditions")
        return cards.defer_streamfields()


class CatalogueIndexPage(BasePage):
    """A list of its own children, filtered by a plain GET form and cut into pages."""

    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "intro", "cover"]
    api_fields = [APIField("intro")]
    parent_page_types = ["pages.HomePage"]
    max_count_per_parent = 1
    template = "pages/catalogue_index_page.html"
    entry_name = ("contenu", "contenus")
    # Which optional filters the children can answer: "kind", "territory", "year".
    filters: tuple[str, ...] = ("kind", "territory", "year")

    class Meta:
        abstract = True

    def summary(self) -> str:
        return self.search_description or self.intro

    def entries(self) -> CatalogueQuerySet:
        """Everything the list may show to anybody."""
        raise NotImplementedError

    def filter_form(self, chosen: QueryDict) -> CatalogueFilterForm:
        return CatalogueFilterForm(chosen, entries=self.entries(), filters=self.filters)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        form = self.filter_form(request.GET)
        cards = form.narrowed().as_cards()
        context["filter_form"] = form
        context["entries"] = Paginator(cards, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        return context
