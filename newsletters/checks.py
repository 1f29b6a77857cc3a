"""Settings of the sending that would fail silently, told at start."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import connection

from anymail.backends.base import AnymailBaseBackend

from newsletters.delivery.envelope import LOCAL_MAX
from newsletters.delivery.providers import Provider, provider_named
from newsletters.delivery.wire import WireError, ascii_address

_TRANSPORTS = ("smtp", "provider", "django")


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


@register(Tags.compatibility)
def transport(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What would only be said by the first sending, paused in front of its readers."""
    chosen = settings.NEWSLETTER_TRANSPORT
    if chosen not in _TRANSPORTS:
        words = f"NEWSLETTER_TRANSPORT = {chosen!r} : transport inconnu."
        return [Error(words, hint=f"Au choix : {', '.join(_TRANSPORTS)}.", id="newsletters.E004")]
    if chosen == "smtp":
        return []
    try:
        backend = get_connection()
    except ImproperlyConfigured as error:
        words = f"EMAIL_BACKEND est mal configuré : {str(error).splitlines()[0]}"
        return [Error(words, hint="Donnez la clé du fournisseur.", id="newsletters.E006")]
    if isinstance(backend, AnymailBaseBackend):
        return _batch(provider_named(backend.esp_name))
    if chosen == "django":
        return []
    return [
        Error(
            "NEWSLETTER_TRANSPORT = 'provider' demande qu’EMAIL_BACKEND soit d’Anymail.",
            hint="Par exemple anymail.backends.brevo.EmailBackend ; sinon « django ».",
            id="newsletters.E005",
        )
    ]


@register(Tags.security, deploy=True)
def provider_habits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What a provider does or leaves undone whatever our settings say."""
    if not settings.EMAIL_BACKEND.startswith("anymail.backends."):
        return []
    try:
        provider = provider_named(get_connection().esp_name)
    except ImproperlyConfigured:
        return []  # `transport` says it
    found: list[CheckMessage] = []
    if not provider.notices:
        words = f"{provider.name} n’annonce à Anymail ni rebonds ni plaintes."
        hint = "Relevez-les chez lui, ou envoyez par son relais SMTP avec une boîte des rebonds."
        found.append(Warning(words, hint=hint, id="newsletters.W004"))
    if not provider.untracked:
        words = f"{provider.name} décide lui-même de suivre ouvertures et clics de chaque personne."
        hint = "Désactivez ce suivi dans son compte ; aucun réglage du site ne le peut."
        found.append(Warning(words, hint=hint, id="newsletters.W005"))
    return found


@register(Tags.compatibility)
def bounces(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A way back for bounces that would only be missed once they are gone."""
    found: list[CheckMessage] = []
    for way in ("IMAP", "POP"):
        names = [f"BOUNCE_{way}_{part}" for part in ("HOST", "USER", "PASSWORD")]
        missing = [name for name in names if not getattr(settings, name)]
        if missing and len(missing) < len(names):
            words = f"La boîte des rebonds est à moitié réglée : {', '.join(missing)} manque."
            hint = f"Donnez {', '.join(names)}, ou aucun des trois."
            found.append(Error(words, hint=hint, id="newsletters.E007"))
    return found + _return_path()


def _return_path() -> list[CheckMessage]:
    if not settings.NEWSLETTER_BOUNCE_ADDRESS:
        return []
    named = "NEWSLETTER_BOUNCE_ADDRESS"
    try:
        address = ascii_address(settings.NEWSLETTER_BOUNCE_ADDRESS)
    except WireError as error:
        words = f"{named} n’est pas une adresse où des rebonds reviendraient : {error}."
        return [Error(words, hint="Par exemple rebonds@example.org.", id="newsletters.E008")]
    if len(address.partition("@")[0]) > LOCAL_MAX:
        words = f"{named} est trop longue avant « @ » pour recevoir le numéro de chaque message."
        hint = f"{LOCAL_MAX} caractères au plus, par exemple « rebonds »."
        return [Error(words, hint=hint, id="newsletters.E009")]
    if settings.NEWSLETTER_TRANSPORT == "provider":
        words = f"{named} reste sans effet : le fournisseur a sa propre adresse de retour."
        hint = "Ses rebonds arrivent par ses webhooks. Retirez ce réglage."
        return [Warning(words, hint=hint, id="newsletters.W003")]
    return []


def _batch(provider: Provider) -> list[CheckMessage]:
    wanted = settings.NEWSLETTER_PROVIDER_BATCH
    if wanted <= 1:
        return []
    asked = f"NEWSLETTER_PROVIDER_BATCH = {wanted}"
    if provider.no_batch:
        return [
            Warning(
                f"{asked} reste sans effet avec {provider.name} : {provider.no_batch}.",
                hint="Chaque personne aura son appel. Retirez ce réglage.",
                id="newsletters.W001",
            )
        ]
    if wanted > provider.batch:
        return [
            Warning(
                f"{asked} dépasse ce que {provider.name} accepte en un appel.",
                hint=f"Les appels compteront {provider.batch} personnes.",
                id="newsletters.W002",
            )
        ]
    return []
