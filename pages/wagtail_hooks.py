"""Registers what `viewsets` defines."""

from wagtail import hooks

from pages import (
    recueil_hooks,  # noqa: F401 — registers its own
    rich_text,
)
from pages.viewsets import VocabularyGroup, organisation_chooser, person_chooser

hooks.register("register_admin_viewset", lambda: VocabularyGroup())
hooks.register("register_admin_viewset", lambda: organisation_chooser)
hooks.register("register_admin_viewset", lambda: person_chooser)
hooks.register("register_rich_text_features", rich_text.register)
