"""Fictitious subscribers, drawn from a fixed seed: the same people on every machine.

The names mean to trouble whatever reads them: accents, apostrophes, hyphens, very long ones,
none at all. Addresses are at `example.org` (RFC 2606): no mail can reach anybody.
"""

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
SEED = 2026

COMPOUND_NAMES = [
    "D'Almeida",
    "De La Tour du Breuil",
    "Le Bihan",
    "L'Hostis",
    "O'Sullivan-Prigent",
    "Ben Younès",
    "El Khattabi",
    "Van den Broucke",
    "Rakotomalala-Andriantsoa",
    "de Vasconcelos Pinheiro da Fonseca-Montalembert",
]
EMPLOYERS = {
    "collectivite": ("Ville {}", "Communauté d'agglomération", "CCAS {}", "Département"),
    "elu": ("Ville {}", "Conseil municipal {}"),
    "association": ("Centre social {}", "Les Voisines et voisins {}", "Régie {}"),
    "etat": ("Préfecture", "Délégation territoriale", "Éducation nationale, secteur {}"),
    "bailleur": ("Seine Habitat Solidaire", "Logis des Coteaux", "Office public de l'habitat"),
    "habitant": ("Conseil citoyen {}", "", ""),
    "expert": ("Cabinet Entre-lignes", "", "Coopérative Terrains communs"),
    "enseignement": ("Collège {}", "Université de l'ouest francilien", "Lycée {}"),
    "autre": ("", "Médiathèque {}", "Fondation des Rives"),
}
JOBS = {
    "collectivite": (
        "Cheffe de projet politique de la ville",
        "Chargé de mission santé",
        "Directrice de la cohésion sociale",
        "Coordinateur du programme de réussite éducative",
    ),
    "elu": ("Adjointe au maire", "Conseiller municipal délégué", "Maire adjoint aux solidarités"),
    "association": (
        "Directeur",
        "Présidente",
        "Référente familles",
        "Bénévole",
        "Médiateur social",
    ),
    "etat": ("Déléguée du préfet", "Chargé de mission", "Inspectrice de l'action sanitaire"),
    "bailleur": ("Responsable développement social urbain", "Gardienne d'immeuble", "Gérant"),
    "habitant": ("Membre du conseil citoyen", "", ""),
    "expert": ("Consultante", "Sociologue", "Urbaniste", "Évaluateur indépendant"),
    "enseignement": ("Principale de collège", "Enseignant-chercheur", "Étudiante en master"),
    "autre": ("", "Bibliothécaire", "Journaliste"),
}
# Shares in percent, close to who asks a resource centre for documents.
ACTOR_SHARES = {
    "collectivite": 34,
    "association": 24,
    "etat": 12,
    "elu": 7,
    "bailleur": 6,
    "habitant": 6,
    "enseignement": 5,
    "expert": 3,
    "autre": 3,
}
# How much a level of the territory graph weighs; a region or a free zone is rarely declared.
LEVEL_WEIGHTS = {"commune": 10, "quartier": 6, "epci": 12, "departement": 30, "zone": 5}
NEIGHBOURS = {"Seine-et-Marne", "Essonne", "Seine-Saint-Denis"}  # in the graph, not served
EMPTY_NAME_RATE = 0.04
COMPOUND_NAME_RATE = 0.06


def _read(name: str) -> Any:
    return json.loads((CONTENT / name).read_text(encoding="utf-8"))


def _weighted_territories() -> tuple[list[str], list[int]]:
    rows = [
        row
        for row in _read("territories.json")
        if row["kind"] in LEVEL_WEIGHTS and row["name"] not in NEIGHBOURS
    ]
    # A town with priority neighbourhoods has more people at work on them, hence more readers:
    named = [parent for row in rows for parent in row["parents"]]
    weights = [
        LEVEL_WEIGHTS[row["kind"]] + 8 * named.count(row["name"]) * (row["kind"] == "commune")
        for row in rows
    ]
    return [row["name"] for row in rows], list(accumulate(weights))


def _local_part(first: str, last: str, number: int) -> str:
    """ASCII, lower case, unique by its number: « marie-therese.n-diaye.0042 »."""
    name = unicodedata.normalize("NFKD", f"{first}.{last}".replace("œ", "oe").replace("Ø", "O"))
    plain = name.encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z.]+", "-", plain).strip(".-") or "contact"
    return f"{words[:50]}.{number:04d}"


def _of(town: str) -> str:
    """« de Cergy », « d'Asnières », « du Thillay », « des Mureaux »."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if town.startswith(article):
            return contracted + town.removeprefix(article)
    # The other names in H keep their « de ».
    return f"d'{town}" if re.match("[AEÉIOUY]|Herblay", town) else f"de {town}"


def _name(rng: random.Random, names: dict[str, list[str]]) -> tuple[str, str]:
    if rng.random() < EMPTY_NAME_RATE:
        return "", ""
    compound = rng.random() < COMPOUND_NAME_RATE
    last_names = COMPOUND_NAMES if compound else names["last_names"]
    return rng.choice(names["first_names"]), rng.choice(last_names)


def subscribers(count: int) -> Iterator[dict[str, Any]]:
    """`count` subscribers, one at a time; the first ones are the same whatever the count.

    Keys: email, first_name, last_name, organisation, job_title, actor_type, territory (a name of
    `territories.json`), themes (one to three codes of `themes.json`).
    """
    rng = random.Random(SEED)  # noqa: S311
    places, cumulated = _weighted_territories()
    names = _read("names.json")
    themes = [row["code"] for row in _read("themes.json")]
    towns = [row["name"] for row in _read("territories.json") if row["kind"] == "commune"]
    for number in range(1, count + 1):
        first, last = _name(rng, names)
        actor = rng.choices(list(ACTOR_SHARES), weights=list(ACTOR_SHARES.values()))[0]
        territory = rng.choices(places, cum_weights=cumulated)[0]
        town = territory if territory in towns else rng.choice(towns)
        yield {
            "email": f"{_local_part(first, last, number)}@example.org",
            "first_name": first,
            "last_name": last,
            "organisation": rng.choice(EMPLOYERS[actor]).format(_of(town)),
            "job_title": rng.choice(JOBS[actor]),
            "actor_type": actor,
            "territory": territory,
            "themes": rng.sample(themes, rng.randint(1, 3)),
        }
