"""The « Recherche » menu: glossary, results put forward, what visitors look for."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, reverse

from wagtail import hooks
from wagtail.admin.auth import user_passes_test
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.contrib.search_promotions.wagtail_hooks import SearchPicksMenuItem

from search.viewsets import AcronymViewSet, NearWordsViewSet, SearchedReport


def may_read_report(user: Any) -> bool:
    return bool(user.has_perm("search.view_searched"))


class ReportMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_read_report(request.user)


class SearchGroup(ViewSetGroup):
    menu_label = "Recherche"
    menu_icon = "search"
    menu_order = 350
    items = (AcronymViewSet, NearWordsViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        return [
            *super().get_submenu_items(),
            SearchPicksMenuItem(
                "À la une", reverse("wagtailsearchpromotions:index"),
                name="a-la-une", icon_name="pick", order=200,
            ),
            ReportMenuItem(
                "Mots cherchés", reverse("search_report"),
                name="recherches", icon_name="list-ul", order=300,
            ),
        ]  # fmt: skip


hooks.register("register_admin_viewset", lambda: SearchGroup())


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[Any]:
    allowed = user_passes_test(may_read_report)
    view = allowed(SearchedReport.as_view())
    results = allowed(SearchedReport.as_view(results_only=True))
    return [
        path("recherche/visiteurs/", view, name="search_report"),
        path("recherche/visiteurs/resultats/", results, name="search_report_results"),
    ]


@hooks.register("construct_settings_menu")
def hide_double(request: HttpRequest, items: list[MenuItem]) -> None:
    """« À la une » has its place here; Wagtail also puts it among the settings."""
    items[:] = [item for item in items if item.name != "promoted-search-results"]


@hooks.register("construct_reports_menu")
def hide_unused(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's own report counts nothing here."""
    items[:] = [item for item in items if item.name != "search-terms"]
