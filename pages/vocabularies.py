"""Vocabularies that a new site starts with; its editors change them afterwards."""

from pages.models.formats import ActionFormat

Family = ActionFormat.Family

# (name, family, other names under which programmes print it)
FORMATS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Appui-accompagnement", Family.SUPPORT, ("Appui", "Accompagnement", "Mission d'appui")),
    ("Mission d'accompagnement", Family.SUPPORT, ("MA", "Missions d'accompagnement")),
    ("Étude", Family.SUPPORT, ("Capitalisation", "Étude/capitalisation", "Études")),
    ("Expérimentation", Family.SUPPORT, ("Expérimentations",)),
    ("Recherche-action", Family.SUPPORT, ("Recherche action", "Recherches-actions")),
    ("Contribution à des instances", Family.SUPPORT, ("Participation à des instances",)),
    ("Cycle de qualification", Family.TRAINING, ("Cycles de qualification", "Cycle")),
    ("Formation", Family.TRAINING, ("Formations", "Journées de formation", "Module de formation")),
    ("Formation-action", Family.TRAINING, ("Formation action", "Formations-actions")),
    ("Atelier", Family.WORKSHOP, ("Ateliers", "Atelier(s)", "Atelier de travail")),
    ("Atelier flash", Family.WORKSHOP, ("Ateliers flash",)),
    ("Petit déjeuner", Family.WORKSHOP, ("Petits déjeuners", "Petit déjeuner du Pôle")),
    ("5 à 7", Family.WORKSHOP, ("Cinq à sept",)),
    ("Après-midi", Family.WORKSHOP, ("Après-midis", "Après midi")),
    ("Samedi des élu·es", Family.WORKSHOP, ("Samedi des élu(e)s", "Samedi des élus")),
    ("Journée thématique", Family.DAY, ("Journées thématiques", "Journée d'étude")),
    ("Rencontre", Family.DAY, ("Rencontres", "Rencontre départementale", "Rencontre régionale",
                               "Rencontre métropolitaine", "Rencontre-forum")),
    ("Soirée-débat", Family.DAY, ("Rencontre soirée-débat", "Soirée débat", "Ciné-débat")),
    ("Séminaire", Family.DAY, ("Séminaires", "Séminaire permanent", "Séminaire départemental")),
    ("Forum", Family.DAY, ("Forums",)),
    ("Visite sur site", Family.DAY, ("Visites sur site", "Visite(s) sur site", "Visite")),
    ("Restitution", Family.DAY, ("Restitutions",)),
    ("Groupe de travail", Family.PEERS, ("Groupes de travail",)),
    ("Groupe de pairs", Family.PEERS, ("Groupes de pairs", "Groupe d'échanges",
                                       "Groupe d'échange")),
    ("Réseau", Family.PEERS, ("Réseaux", "Mise en réseau")),
    ("Réunion dédiée", Family.PEERS, ("Réunions dédiées",)),
)  # fmt: skip


def ensure_formats() -> None:
    """Create the formats that are missing; those an editor has changed stay as they are."""
    for name, family, aliases in FORMATS:
        ActionFormat.objects.get_or_create(
            name=name, defaults={"family": family, "aliases": "\n".join(aliases)}
        )
