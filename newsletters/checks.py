"""Settings of the sending that would fail silently, told at start."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.security)
def provider_webhooks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A provider without an authenticated way back: bounces would go unheard, or be forged."""
    by_provider = settings.EMAIL_BACKEND.startswith("anymail.backends.")
    if not by_provider or settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return []
    return [
        Error(
            "ANYMAIL_WEBHOOK_SECRET manque : rebonds et plaintes ne seraient pas reçus.",
            hint="Un identifiant et un mot de passe, « nom:secret », donnés aussi au fournisseur.",
            id="newsletters.E001",
        )
    ]


@register(Tags.compatibility)
def scale_out(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Several machines need a database that they share, and the package that wakes them."""
    if not settings.NEWSLETTER_SCALE_OUT:
        return []
    found: list[CheckMessage] = []
    if connection.vendor != "postgresql":
        found.append(
            Error(
                "NEWSLETTER_SCALE_OUT demande une base PostgreSQL (DATABASE_URL).",
                hint="Avec SQLite, « send_mailings --workers N » envoie depuis une seule machine.",
                id="newsletters.E002",
            )
        )
    if find_spec("procrastinate") is None:
        found.append(
            Error(
                "NEWSLETTER_SCALE_OUT demande procrastinate, qui n’est pas installé.",
                hint="pip install -c constraints.txt '.[scale]'",
                id="newsletters.E003",
            )
        )
    return found
