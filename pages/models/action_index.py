"""The list of the actions, and the way to the programmes."""

from typing import Any

from django.db import models
from django.http import HttpRequest, QueryDict

from pages.action_filters import ActionFilterForm
from pages.models.action import ActionPage, ActionQuerySet
from pages.models.listing import CatalogueIndexPage
from pages.models.programme import ProgrammePage


class ActionIndexPage(CatalogueIndexPage):
    """The actions of every year, and the programmes that present them."""

    entry_name = ("action", "actions")
    filters = ("territory", "year")
    template = "pages/action_index_page.html"
    subpage_types = ["pages.ActionPage", "pages.ProgrammePage"]

    class Meta:
        verbose_name = "liste des actions et des programmes"
        verbose_name_plural = "listes des actions et des programmes"

    def entries(self) -> ActionQuerySet:
        return ActionPage.objects.child_of(self).live().public()

    def filter_form(self, chosen: QueryDict) -> ActionFilterForm:
        return ActionFilterForm(chosen, entries=self.entries(), filters=self.filters)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        programmes = ProgrammePage.objects.child_of(self).live().public()
        context["programmes"] = programmes.order_by(models.F("year").desc(nulls_last=True), "pk")
        return context
