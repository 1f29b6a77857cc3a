"""Settings that would harm in production, caught before the first request."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_settings(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Run by `manage.py check --deploy`."""
    found: list[Any] = []
    if settings.SECRET_KEY.startswith(("development", "test")):
        found.append(
            Error("SECRET_KEY est celle du développement.", hint="Définissez-la.", id="cms.E001")
        )
    if not settings.WAGTAILADMIN_BASE_URL.startswith("https://"):
        found.append(
            Error(
                "SITE_URL n'est pas en https : les liens de désinscription des lettres non plus.",
                hint="RFC 8058 exige https pour la désinscription en un clic.",
                id="cms.E002",
            )
        )
    if settings.SHOW_CAUGHT_MAIL:
        found.append(
            Error("Les courriels attrapés seraient publics (SHOW_CAUGHT_MAIL).", id="cms.E003")
        )
    if settings.DEFAULT_FROM_EMAIL.endswith("@example.org"):
        found.append(Warning("DEFAULT_FROM_EMAIL est une adresse d'exemple.", id="cms.W001"))
    if settings.EMAIL_HOST_PASSWORD and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        found.append(Error("Le mot de passe du relais voyagerait en clair.", id="cms.E004"))
    return found
