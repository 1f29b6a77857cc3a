"""Registers what `viewsets` defines."""

from wagtail import hooks

from pages import (
    byte_ranges,
    embargo,
    recueil_hooks,  # noqa: F401 — registers its own
    rich_text,
)
from pages.viewsets import (
    VocabularyGroup,
    organisation_chooser,
    person_chooser,
    publication_collection_chooser,
    resource_chooser,
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
