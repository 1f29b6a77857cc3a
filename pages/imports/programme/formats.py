"""Part a printed title from the format that follows it (« – groupe de travail »)."""

import re

from pages.imports.names import fold

_NAMES = (
    "cycle", "formation", "atelier", "groupe de travail", "groupes de travail", "groupe d’",
    "groupes d’", "groupe de pairs", "groupe de", "réunion", "réseau",
    "cooper’villes", "petit déjeuner", "petits déjeuners", "petit-déjeuner", "samedi des élu",
    "samedis des élu", "5 à 7", "après-midi", "matinée", "rencontre", "journée", "demi-journée",
    "séminaire", "visite", "voyage d’étude", "restitution", "forum", "expérimentation",
    "appui", "accompagnement", "étude", "capitalisation", "recherche-action",
    "mission d’accompagnement", "contribution", "conférence", "colloque", "table ronde",
    "webinaire", "visioconférence", "débat", "soirée", "café", "club", "module", "stage",
    "parcours", "plateforme", "exposition", "session", "sensibilisation",
)  # fmt: skip
# A whole word, not what it begins: « Rencontrer les entreprises » names no format.
_BEGINS = re.compile(
    rf"(?:{'|'.join(re.escape(fold(name)) for name in _NAMES)})(?:e?s|x)?\b|groupes? inter"
)
_DASH = re.compile(r"\s[-–—]\s*|[–—]\s*")
_PARTNERS = re.compile(r"^(?:en\s+)?partenariat\b|^en lien avec\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\((?P<partners>(?:en\s+)?partenariat\b[^()]*)\)$", re.IGNORECASE)


def is_format(text: str) -> bool:
    """Tell whether a text begins with the name of a format (« Les ateliers » too)."""
    return bool(_BEGINS.match(re.sub(r"^(?:les?|la|un|une|des)\s+", "", fold(text))))


def split_title(text: str) -> tuple[str, str, str]:
    """Part a printed title into (title, format, partners named after it); each may be empty."""
    text, partners = text.strip(), ""
    if match := _IN_BRACKETS.search(text):
        text, partners = text[: match.start()], match["partners"]
    for dash in reversed(list(_DASH.finditer(text))):
        head, tail = text[: dash.start()].rstrip(), text[dash.end() :].strip()
        if _PARTNERS.match(tail) and head:
            partners = "; ".join(part for part in (tail, partners) if part)
            text = head
        elif head and is_format(tail) and len(tail.split()) <= 20:
            return head, tail, partners
    return text, "", partners
