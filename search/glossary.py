"""Acronyms of urban policy and what they stand for: a query for one finds the other."""

import time

from search.models import Acronym
from search.queries import Glossary, build_glossary

# Only acronyms that readers use in both forms; the centre adds its own in the admin.
PAIRS = (
    ("AAP", "appel à projets"),
    ("ABS", "analyse des besoins sociaux"),
    ("ANCT", "Agence nationale de la cohésion des territoires"),
    ("ANRU", "Agence nationale pour la rénovation urbaine"),
    ("ASV", "atelier santé ville"),
    ("CAF", "caisse d'allocations familiales"),
    ("CCAS", "centre communal d'action sociale"),
    ("CISPD", "conseil intercommunal de sécurité et de prévention de la délinquance"),
    ("CLAS", "contrat local d'accompagnement à la scolarité"),
    ("CLAS", "accompagnement à la scolarité"),
    ("CLS", "contrat local de santé"),
    ("CLSM", "conseil local de santé mentale"),
    ("CLSPD", "conseil local de sécurité et de prévention de la délinquance"),
    ("CRPV", "centre de ressources politique de la ville"),
    ("CUCS", "contrat urbain de cohésion sociale"),
    ("DSU", "dotation de solidarité urbaine"),
    ("EPCI", "établissement public de coopération intercommunale"),
    ("ESS", "économie sociale et solidaire"),
    ("EVS", "espace de vie sociale"),
    ("FLE", "français langue étrangère"),
    ("FPH", "fonds de participation des habitants"),
    ("GPV", "grand projet de ville"),
    ("GUP", "gestion urbaine de proximité"),
    ("GUSP", "gestion urbaine et sociale de proximité"),
    ("IAE", "insertion par l'activité économique"),
    ("LAEP", "lieu d'accueil enfants parents"),
    ("MOUS", "maîtrise d'œuvre urbaine et sociale"),
    ("MSAP", "maison de services au public"),
    ("NPNRU", "nouveau programme national de renouvellement urbain"),
    ("ORU", "opération de renouvellement urbain"),
    ("PIA", "programme d'investissements d'avenir"),
    ("PLIE", "plan local pour l'insertion et l'emploi"),
    ("PMI", "protection maternelle et infantile"),
    ("PNRU", "programme national de rénovation urbaine"),
    ("PRE", "réussite éducative"),
    ("PRE", "programme de réussite éducative"),
    ("QPV", "quartier prioritaire de la politique de la ville"),
    ("QPV", "quartier prioritaire"),
    ("QVA", "quartier de veille active"),
    ("REAAP", "réseau d'écoute, d'appui et d'accompagnement des parents"),
    ("REP", "réseau d'éducation prioritaire"),
    ("RSA", "revenu de solidarité active"),
    ("SIAE", "structure d'insertion par l'activité économique"),
    ("TFPB", "taxe foncière sur les propriétés bâties"),
    ("VVV", "ville vie vacances"),
    ("ZFU", "zone franche urbaine"),
    ("ZUS", "zone urbaine sensible"),
)
_MAX_AGE = 30.0
_known: tuple[float, Glossary] | None = None


def glossary() -> Glossary:
    """The product's acronyms and the centre's, at most 30 seconds old."""
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > _MAX_AGE:
        own = Acronym.objects.values_list("acronym", "expansion")
        _known = (now, build_glossary([*PAIRS, *own]))
    return _known[1]


def forget() -> None:
    """Read the centre's acronyms again at the next query."""
    global _known
    _known = None
