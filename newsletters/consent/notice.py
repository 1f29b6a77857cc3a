"""The words under which people join, kept word for word in the ledger."""

import hashlib
from dataclasses import dataclass
from typing import Final

# Of the wording below: change it with every change of meaning.
_DATE: Final = "2026-11"
_TEXT: Final = (
    "En validant, je demande à recevoir par courriel les lettres choisies, envoyées par {sender}. "
    "Mon adresse et ce que j’indique de mon activité servent à cela seulement et ne sont transmis "
    "à personne. Je peux à tout moment modifier mes choix, obtenir une copie de mes données, les "
    "faire effacer ou me désinscrire, par les liens placés au bas de chaque lettre."
)


@dataclass(frozen=True, slots=True)
class Notice:
    """`version` names the wording and, by a digest, the very text shown (RGPD art. 7.1)."""

    text: str
    version: str


def joining_notice(sender: str) -> Notice:
    """What the public form and the API show before anybody joins; `sender` is the centre."""
    text = _TEXT.format(sender=sender)
    return Notice(text, f"{_DATE}.{hashlib.sha256(text.encode()).hexdigest()[:12]}")
