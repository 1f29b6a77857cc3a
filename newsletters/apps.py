"""The newsletters application."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NewslettersConfig(AppConfig):
    name = "newsletters"
    verbose_name = "lettres"

    def ready(self) -> None:
        from newsletters import checks, receivers  # noqa: F401
        from newsletters.ledger_guard import guard

        post_migrate.connect(guard, sender=self, dispatch_uid="newsletters.ledger_guard")
