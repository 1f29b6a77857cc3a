"""The yearly collection in the admin: its addresses, its buttons, its log entry."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, path, reverse

from wagtail import hooks
from wagtail.admin.widgets import Button

from pages import recueil_views
from pages.models import ExperienceIndexPage, RecueilPage


@hooks.register("register_admin_urls")
def recueil_urls() -> list[URLPattern]:
    return [
        path("recueils/creer/<int:index_id>/", recueil_views.create, name="recueil_create"),
        path("recueils/<int:page_id>/pdf/", recueil_views.keep, name="recueil_keep"),
    ]


@hooks.register("register_log_actions")
def recueil_log_actions(actions: Any) -> None:
    actions.register_action("pages.recueil_kept", "PDF de référence", "PDF de référence enregistré")


@hooks.register("register_page_header_buttons")
def recueil_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """« Créer le recueil AAAA » on the list of the sheets, « PDF de référence » on a volume."""
    shown, rights = page.specific_deferred, page.permissions_for_user(user)
    if isinstance(shown, ExperienceIndexPage) and rights.can_add_subpage():
        for year in recueil_views.years_to_collect()[:1]:
            yield Button(
                f"Créer le recueil {year}",
                reverse("recueil_create", args=[page.pk]),
                icon_name="doc-full",
                priority=15,
            )
    elif isinstance(shown, RecueilPage) and rights.can_publish():
        yield Button(
            "PDF de référence",
            reverse("recueil_keep", args=[page.pk]),
            icon_name="doc-full",
            priority=15,
        )
