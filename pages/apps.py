"""The site's content as an app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Contenus"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from wagtail.actions import action_registry

        from pages import domains
        from pages.models import DomainRedirect, ExperiencePage
        from pages.publishing import PublishSheet

        action_registry.register(ExperiencePage, PublishSheet)
        for signal in (post_save, post_delete):
            signal.connect(domains.forget, sender=DomainRedirect)
