"""Settings of the sending that would fail silently, told at start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


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
