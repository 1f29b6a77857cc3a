"""Acronyms of urban policy and what they stand for: a query for one finds the other; and words
that readers and authors use for the same thing."""

import time
from collections.abc import Sequence

from search.models import Acronym, NearWords
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
# What visitors say on the left, mostly, and what the field writes on the right. They only complete
# a search that found too little, so that a loose neighbour costs nothing to a precise query.
NEAR = (
    "travail, emploi, métier, insertion professionnelle, embauche, recrutement",
    "chômeur, demandeur d'emploi, chômage",
    "diplôme, qualification, formation",
    "apprendre, apprentissage, formation, enseigner",
    "maison, logement, habitat, immeuble, appartement, HLM",
    "loyer, locataire, bailleur",
    "sans-abri, SDF, hébergement, mal-logement",
    "travaux, rénovation, réhabilitation, renouvellement urbain",
    "démolir, démolition, relogement",
    "école, scolaire, scolarité, élève, éducation, enseignant",
    "collège, lycée, scolaire",
    "devoirs, soutien scolaire, accompagnement à la scolarité",
    "décrocheur, déscolarisé, absentéisme, exclu",
    "parents, parentalité, famille, familial",
    "enfant, petite enfance, crèche",
    "jeunes, adolescents, jeunesse",
    "vieux, âgé, senior, aîné, vieillissement, retraité",
    "solitude, seul, isolement, lien social",
    "femme, fille, féminin",
    "homme, garçon, masculin",
    "couple, conjugal, conjoint, mari",
    "battu, violence, maltraitance, agression",
    "manger, alimentation, alimentaire, repas, nourriture, nourrir, cuisine, nutrition",
    "ordinateur, numérique, informatique, internet, en ligne",
    "papiers, démarches, administratif, accès aux droits",
    "soins, santé, médical, médecin, sanitaire, hôpital, malade, maladie",
    "psychologique, psychique, santé mentale, souffrance",
    "épidémie, pandémie, covid, crise sanitaire, confinement",
    "handicap, invalide, autonomie",
    "drogue, alcool, addiction",
    "proche, aidant",
    "aide, accompagnement, soutien, appui",
    "quartier, banlieue, cité, quartier prioritaire",
    "pauvre, pauvreté, précarité, précaire, défavorisé",
    "argent, financement, financeur, budget, subvention, cher, prix",
    "dette, impayé, surendettement, facture",
    "impôt, taxe, fiscal",
    "acheter, achat, courses, commerce, magasin, boutique",
    "entreprise, employeur, patron, économie",
    "ville, commune, mairie, municipalité",
    "élu, maire, conseiller municipal",
    "étranger, immigré, migrant, migration",
    "loi, droit, juridique, justice",
    "prison, détention, incarcération, justice",
    "sécurité, insécurité, tranquillité, délinquance, police",
    "émeute, révolte, violences urbaines",
    "conflit, dispute, médiation",
    "transport, mobilité, déplacement, bus, train, voiture",
    "sport, football, foot",
    "vacances, séjour, loisirs, colonie",
    "livre, lecture, bibliothèque, documentation",
    "art, artistique, culture, culturel, spectacle, théâtre",
    "souvenir, mémoire, histoire, patrimoine",
    "écologie, environnement, développement durable, transition écologique",
    "nature, jardin, jardinage, potager, végétalisation",
    "agriculteur, agriculture, agricole, maraîchage",
    "chaleur, canicule, climat",
    "froid, chauffage, énergie",
    "déchets, ordures, propreté",
    "réunion, rencontre, atelier",
    "enquête, étude, diagnostic, questionnaire",
    "voisin, habitant, riverain",
    "participation, concertation, participer",
    "vélo, bicyclette",
    "racisme, discrimination, préjugé",
    "religion, laïcité, culte",
    "langue, français, traduction, interprète",
    "bénévole, bénévolat, engagement",
    "78, Yvelines",
    "92, Hauts-de-Seine",
    "93, Seine-Saint-Denis",
    "95, Val-d'Oise",
)
_MAX_AGE = 30.0
_known: dict[int, tuple[float, Glossary]] = {}


def glossary(explained: Sequence[tuple[str, str]] = ()) -> Glossary:
    """The product's entries and the centre's, at most 30 seconds old, with the acronyms that
    the texts of the index explain."""
    now = time.monotonic()
    made, found = _known.get(len(explained), (0.0, None))
    if found is None or now - made > _MAX_AGE:
        own = Acronym.objects.values_list("acronym", "expansion")
        near = NearWords.objects.values_list("words", flat=True)
        groups = (text.split(",") for text in (*NEAR, *near))
        found = build_glossary([*PAIRS, *own, *explained], groups)
        _known.clear()
        _known[len(explained)] = (now, found)
    return found


def forget() -> None:
    """Read the centre's entries again at the next query."""
    _known.clear()
