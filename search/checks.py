"""Settings of the search that could not work, said at start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.utils.module_loading import import_string

from search.engine import DEFAULT_ENGINE, ENGINES


@register(Tags.compatibility)
def engine_exists(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    chosen = getattr(settings, "SEARCH_ENGINE", DEFAULT_ENGINE)
    try:
        import_string(ENGINES.get(chosen, chosen))
    except ImportError:
        return [
            Error(
                f"SEARCH_ENGINE = {chosen!r} : moteur de recherche inconnu.",
                hint=f"Au choix : {', '.join(ENGINES)}, ou le chemin d’une classe.",
                id="search.E001",
            )
        ]
    if chosen == "postgres" and connection.vendor != "postgresql":
        return [
            Error(
                "SEARCH_ENGINE = 'postgres' demande une base PostgreSQL (DATABASE_URL).",
                hint="Avec SQLite, laissez « whoosh » : l’index est alors sur le disque.",
                id="search.E002",
            )
        ]
    return []
