"""Which column holds what, guessed from its heading in French or English."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import TextChoices

from newsletters.audience_files.table import FileRefused
from pages.imports.names import fold


class Column(TextChoices):
    EMAIL = "email", "Courriel"
    FIRST_NAME = "first_name", "Prénom"
    LAST_NAME = "last_name", "Nom"
    ORGANISATION = "organisation", "Organisme"
    JOB_TITLE = "job_title", "Fonction"
    ACTOR_TYPE = "actor_type", "Type d'acteur"
    TERRITORIES = "territories", "Territoires"
    THEMES = "themes", "Thématiques"
    MEMBER = "is_member", "Adhérent·e"
    JOINED = "joined_at", "Date d'inscription"
    STATUS = "status", "Statut"


# Folded headings: without accents, case or punctuation.
_NAMES: Final[Mapping[Column, str]] = {
    Column.EMAIL: "courriel|email|e mail|mail|mel|adresse mail|adresse e mail|adresse email|"
    "adresse courriel|adresse de courriel|adresse electronique|email address|e mail address",
    Column.FIRST_NAME: "prenom|prenoms|first name|firstname|given name",
    Column.LAST_NAME: "nom|nom de famille|nom d usage|last name|lastname|surname|family name|name",
    Column.ORGANISATION: "organisme|organisation|structure|employeur|association|collectivite|"
    "societe|entreprise|etablissement|organization|company|nom de la structure",
    Column.JOB_TITLE: "fonction|poste|metier|intitule du poste|qualite|titre|job|job title|"
    "position|role|profession",
    Column.ACTOR_TYPE: "type d acteur|type acteur|type|categorie|type de structure|actor type|"
    "categorie d acteur|college",
    Column.TERRITORIES: "territoire|territoires|commune|communes|ville|departement|quartier|"
    "territory|territories|city|town|lieu",
    Column.THEMES: "theme|themes|thematique|thematiques|centres d interet|interets|topics",
    Column.MEMBER: "adherent|adherente|adherent e|adherents|membre|member|adhesion",
    Column.JOINED: "date d inscription|inscrit le|inscrit e le|date inscription|inscription|"
    "subscribed at|created at|date",
    Column.STATUS: "statut|etat|status|state|statut de l abonnement|etat de l abonnement|"
    "statut d abonnement|statut abonnement|statut email|subscription status|email status",
}
_BY_NAME: Final = {name: column for column, text in _NAMES.items() for name in text.split("|")}
_MAIL_WORDS: Final = frozenset({"courriel", "email", "mail", "mel", "emails", "mails"})


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Column → index of the first heading that names it.

    Raises FileRefused when two headings say the same thing, when none names an address, or when
    one holds an address: a file without headings, whose first person every screen would show.
    """
    if any("@" in heading for heading in headings):
        raise FileRefused(
            "Ligne 1 : une adresse y figure. Il faut une première ligne de titres, dont "
            "« Courriel »."
        )
    found: dict[str, int] = {}
    folded = [fold(heading) for heading in headings]
    for index, name in enumerate(folded):
        if name not in _BY_NAME:
            continue
        column = _BY_NAME[name]
        if name in folded[:index]:
            raise FileRefused(
                f"La colonne « {headings[index][:40]} » figure deux fois "
                f"(colonnes {folded.index(name) + 1} et {index + 1}) : gardez-en une."
            )
        found.setdefault(column.value, index)
    if Column.EMAIL.value not in found:
        mails = [index for index, name in enumerate(folded) if _MAIL_WORDS & set(name.split())]
        if not mails:
            raise FileRefused(
                "Ligne 1 : aucune colonne de courriel. Il faut une première ligne de titres, dont "
                "« Courriel »."
            )
        found[Column.EMAIL.value] = mails[0]
    return found
