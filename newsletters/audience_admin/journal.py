"""Who looked at addresses, when, how many: lines of Wagtail's history without any address."""

from typing import Any, Final

from wagtail.log_actions import log

from newsletters.models import Subscriber

_FILE: Final = "Fichier des abonné·es"
ACTIONS: Final = {
    "listed": ("Consulter", "Adresses consultées"),
    "opened": ("Ouvrir", "Fiche consultée"),
    "exported": ("Exporter", "Adresses exportées"),
    "suppressions": ("Liste repoussoir", "Liste repoussoir exportée ou complétée"),
    "imported": ("Importer", "Étape d'import"),
    "acted": ("Agir", "Action sur des abonné·es"),
    "added": ("Inscrire", "Inscription à la main"),
}


def note(user: Any, action: str, *, what: str, count: int, person: int = 0) -> None:
    """Write that `user` (None for a command) did `action` (a key of ACTIONS) on `count` addresses.

    `what` is French and says which list. `person` is the key of a subscriber, 0 the whole file:
    the entry is labelled by a number, as a name in the history is a name shown to everybody.
    """
    title = f"Abonné·e n° {person}" if person else _FILE
    log(
        Subscriber(pk=person),
        f"newsletters.audience.{action}",
        user=user,
        title=title,
        data={"what": what, "count": count},
    )
