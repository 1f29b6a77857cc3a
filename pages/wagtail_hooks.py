"""Registers what `viewsets` defines, the log actions and the rights an administrator grants."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from wagtail import hooks

from pages import (
    byte_ranges,
    contents_menu,
    embargo,
    quality_admin,
    record_admin,  # noqa: F401 — registers its own
    recueil_hooks,  # noqa: F401 — registers its own
    review_admin,
    rich_text,
)
from pages.choosers import (
    organisation_chooser,
    person_chooser,
    publication_collection_chooser,
    resource_chooser,
)
from pages.dashboard import AccessibilityReminder
from pages.page_viewsets import page_viewsets
from pages.review_history import ReviewEntry
from pages.viewsets import (
    DomainRedirectViewSet,
    VocabularyGroup,
    resource_screens,
)

hooks.register("register_admin_viewset", lambda: VocabularyGroup())
hooks.register("register_admin_viewset", lambda: organisation_chooser)
hooks.register("register_admin_viewset", lambda: person_chooser)
hooks.register("register_admin_viewset", lambda: publication_collection_chooser)
hooks.register("register_admin_viewset", lambda: resource_chooser)
hooks.register("register_admin_viewset", lambda: resource_screens)
hooks.register("register_rich_text_features", rich_text.register)
hooks.register("before_serve_document", embargo.refuse_embargoed)
# After the embargo, which raises: hooks of the same order run as they were registered.
hooks.register("before_serve_document", byte_ranges.serve_part)
hooks.register("register_admin_viewset", lambda: list(page_viewsets()))
hooks.register("register_admin_viewset", lambda: DomainRedirectViewSet())
hooks.register("register_admin_urls", review_admin.admin_urls)
hooks.register("register_admin_urls", quality_admin.admin_urls)
hooks.register("register_admin_menu_item", contents_menu.item)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    for name, (label, message) in ReviewEntry.ACTIONS.items():
        formatter = type(name, (ReviewEntry,), {"label": label, "message": message})
        actions.register_action(f"pages.review.{name}")(formatter)
    actions.register_action(
        "pages.quality.harmonised", "Harmoniser", "Écriture inclusive harmonisée"
    )
    actions.register_action("pages.quality.healed", "Recoller", "Mots coupés recollés")


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    names = ["publish_unvalidated", "add_reviewlink", "change_reviewlink"]
    return Permission.objects.filter(content_type__app_label="pages", codename__in=names)


@hooks.register("construct_homepage_panels")
def homepage_panels(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(AccessibilityReminder())


@hooks.register("insert_editor_js")
def editor_js() -> SafeString:
    scripts = [(static(f"js/{name}.js"),) for name in ("word_paste", "editor_links")]
    return format_html_join("\n", '<script src="{}"></script>', scripts)
