"""The newsletters application."""

from django.apps import AppConfig


class NewslettersConfig(AppConfig):
    name = "newsletters"
    verbose_name = "lettres"

    def ready(self) -> None:
        from newsletters import checks, receivers  # noqa: F401
