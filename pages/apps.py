"""The site's content as an app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Contenus"

    def ready(self) -> None:
        from wagtail.actions import action_registry

        from pages.models import ExperiencePage
        from pages.publishing import PublishSheet

        action_registry.register(ExperiencePage, PublishSheet)
