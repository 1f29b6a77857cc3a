"""The yearly collection in the admin: its address and its button."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse

from wagtail import hooks
from wagtail.admin.widgets import Button

from pages import recueil_views
from pages.models import ExperienceIndexPage


@hooks.register("register_admin_urls")
def recueil_urls() -> list[URLPattern]:
    return [
        path("recueils/creer/<int:index_id>/", recueil_views.create, name="recueil_create"),
    ]


@hooks.register("register_page_header_buttons")
def recueil_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """« Créer le recueil AAAA » on the list of the sheets."""
    shown, rights = page.specific_deferred, page.permissions_for_user(user)
    if isinstance(shown, ExperienceIndexPage) and rights.can_add_subpage():
        for year in recueil_views.years_to_collect()[:1]:
            yield Button(
                f"Créer le recueil {year}",
                reverse("recueil_create", args=[page.pk]),
                icon_name="doc-full",
                priority=15,
            )
