"""The words under which people join (RGPD art. 13), kept word for word in the ledger."""

import hashlib
from dataclasses import dataclass
from typing import Final

# Of the wording below: change it with every change of meaning. No high punctuation there: the
# pages set its spaces, and what is kept must be what was read.
_DATE: Final = "2026-11-21"
_TEXT: Final = (
    "En validant, je demande à recevoir par courriel les lettres choisies, envoyées par {sender}, "
    "responsable du traitement. Mon adresse sert à me les envoyer, et ce que j’indique de mon "
    "activité à choisir ce qui me concerne et à connaître le lectorat. Seuls y accèdent les "
    "personnes chargées des abonnements et le prestataire qui achemine les courriels. Tout est "
    "effacé à ma demande, et au plus tard trois ans après ma dernière action. Je peux à tout "
    "moment retirer mon accord en me désinscrivant, modifier mes choix, obtenir une copie de mes "
    "données ou les faire effacer, par les liens placés au bas de chaque lettre, et saisir la CNIL."
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
