"""The pages as an app: what must follow every publication, whoever triggers it."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Contenus"

    def ready(self) -> None:
        from wagtail.signals import page_published

        from pages import receivers

        page_published.connect(receivers.index_references)
