"""The composition root as an app: its commands, its static files and its checks."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "Site"

    def ready(self) -> None:
        from cms import checks  # noqa: F401
