"""The search application."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = "recherche"

    def ready(self) -> None:
        from search import checks, receivers  # noqa: F401  the checks register themselves

        receivers.connect()
