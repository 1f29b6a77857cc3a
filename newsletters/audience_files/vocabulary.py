"""What people write for a type of actor, a place or a theme, and what it means here."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, Self

from pages.imports.names import fold
from pages.models import ActorType, Territory, Theme

_ACTORS: Final = {
    "collectivite": "collectivites|collectivite territoriale|mairie|ville|commune|agent|epci",
    "elu": "elus|elue|elues|elu e|elu local",
    "association": "associations|asso|associatif|centre social",
    "etat": "services de l etat|service de l etat|institution|prefecture|etat et institutions",
    "bailleur": "bailleurs|bailleurs sociaux|hlm",
    "habitant": "habitante|habitants|habitant e|conseil citoyen|citoyen",
    "expert": "experte|experts|individuel|consultant|consultante|particulier",
    "enseignement": "recherche|universite|ecole|chercheur|etudiant|education",
    "autre": "autres|divers",
}
_SAINT: Final = re.compile(r"\bst(e?)\b")
# Of two places of the same name, what somebody means who gives no more than the name.
_RANKS: Final = ("commune", "departement", "epci", "quartier", "region", "zone")

# Different cells after which no near word is looked for: it takes milliseconds each, and a list of
# every French commune would take minutes.
_HINTED: Final = 500


class Vocabulary:
    """Loaded once a file; each answer is remembered, as lists repeat themselves."""

    def __init__(
        self, actors: Mapping[str, str], places: Mapping[str, int], themes: Mapping[str, int]
    ) -> None:
        self.actors, self.places, self.themes = actors, places, themes
        self._read: dict[tuple[int, str], tuple[list[int], list[str]]] = {}

    @classmethod
    def load(cls) -> Self:
        actors = {name: code for code, names in _ACTORS.items() for name in names.split("|")}
        for code, label in ActorType.choices:
            actors |= {fold(code): code, fold(label): code, fold(label.split("(")[0]): code}
        places: dict[str, int] = {}
        rows = sorted(Territory.objects.all(), key=lambda t: -_RANKS.index(t.kind))
        for place in rows:
            names = [place.name, str(place), *([place.code] if place.code else [])]
            places |= dict.fromkeys(map(_place_key, names), place.pk)
        themes: dict[str, int] = {}
        for theme in Theme.objects.all():
            themes |= {fold(theme.code): theme.pk, fold(theme.name): theme.pk}
        return cls(actors, places, themes)

    def actor(self, text: str) -> str | None:
        """A code of ActorType; None for a word that means none of them."""
        return self.actors.get(fold(text))

    def territories(self, text: str) -> tuple[list[int], list[str]]:
        """Keys of the places named, and what is wrong with the others, in French."""
        return self._several(text, self.places)

    def topics(self, text: str) -> tuple[list[int], list[str]]:
        return self._several(text, self.themes)

    def _several(self, text: str, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
        key = (id(known), text)
        if key not in self._read:
            self._read[key] = _split(text, known, hint=len(self._read) < _HINTED)
        return self._read[key]


def _place_key(text: str) -> str:
    return _SAINT.sub(r"saint\1", fold(text))


def _split(text: str, known: Mapping[str, int], *, hint: bool) -> tuple[list[int], list[str]]:
    """Cut at `|`, `;` and line ends, then at commas: but a name may itself hold commas."""
    found, doubts = [], []
    for part in filter(None, map(str.strip, re.split(r"[|;\n]", text))):
        pieces = part.split(",")
        start = 0
        while start < len(pieces):
            for end in range(len(pieces), start, -1):
                key = known.get(_place_key(",".join(pieces[start:end])))
                if key is not None:
                    found.append(key)
                    start = end
                    break
            else:
                if pieces[start].strip():
                    doubts.append(_unknown(pieces[start].strip(), known if hint else {}))
                start += 1
    return list(dict.fromkeys(found)), doubts


def _unknown(text: str, known: Mapping[str, int]) -> str:
    near = get_close_matches(_place_key(text), known, n=1, cutoff=0.8)
    hint = f" (proche de « {near[0]} »)" if near else ""
    return f"{quoted(text)} inconnu{hint}, laissé de côté"


def quoted(text: str) -> str:
    """What a report repeats of a cell: never an address, put in the wrong column or in a note."""
    return "« … » (une adresse)" if "@" in text else f"« {text[:60]} »"
