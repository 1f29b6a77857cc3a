"""The pages as an app: what must follow every publication, whoever triggers it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Contenus"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from wagtail.actions import action_registry
        from wagtail.signals import page_published

        from pages import domains, receivers
        from pages.blocks.typesetting import register_adapters
        from pages.models import DomainRedirect, ExperiencePage
        from pages.publishing import PublishSheet

        page_published.connect(receivers.index_references)
        register_adapters()
        action_registry.register(ExperiencePage, PublishSheet)
        for signal in (post_save, post_delete):
            signal.connect(domains.forget, sender=DomainRedirect)
