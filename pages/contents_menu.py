"""« Contenus »: one entry of the admin's menu per family, leading to its own list of pages."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.models import Page, get_page_models
from wagtail.permissions import policy_registry

from pages.models import BasePage


class ContentsMenu(Menu):
    """Its entries are the index pages that exist: families come and go with the site's tree."""

    def __init__(self) -> None:
        super().__init__(register_hook_name=None)

    def menu_items_for_request(self, request: HttpRequest) -> list[MenuItem]:
        """Asked twice for one page, to know whether to show the group, then to draw it."""
        if not hasattr(request, "_contents_menu"):
            request._contents_menu = list(self._entries(request))
        return request._contents_menu

    def _entries(self, request: HttpRequest) -> Iterator[MenuItem]:
        explorable = policy_registry.get_by_type(Page).explorable_instances(request.user)
        found = explorable.type(*family_indexes()).order_by("path").only("pk", "title")
        for rank, page in enumerate(found):
            url = reverse("wagtailadmin_explore", args=[page.pk])
            yield MenuItem(
                page.title, url, name=f"contenus-{page.pk}", icon_name="folder", order=rank
            )


class ContentsMenuItem(SubmenuMenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(self.menu.menu_items_for_request(request))


def family_indexes() -> list[type[Page]]:
    """Page types that list others: an index names the types it may hold."""
    own = (model for model in get_page_models() if issubclass(model, BasePage))
    return [model for model in own if getattr(model, "subpage_types", None)]


def item() -> Any:
    return ContentsMenuItem(
        "Contenus", ContentsMenu(), name="contenus", icon_name="folder-open-inverse", order=120
    )
