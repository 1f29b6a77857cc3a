"""The labels of an action's block (« Public : », « Nombre de séances : ») and their values."""

import re
import unicodedata


def _plain(text: str) -> str:
    """The same text without accents, letter for letter: capitals often lose theirs in print."""
    return "".join(unicodedata.normalize("NFD", char)[0] for char in text)


_FIELDS = {
    "period": r"dates?(?:\s+ou\s+périodes?)?|périodes?|calendrier|échéances?|échéancier|quand"
    r"|périodicité|dates?\s+et\s+(?:lieux?|horaires?)|mise\s+en\s+œuvre",
    "sessions": r"nombre\s+(?:de|d[’'])\s*(?:séances?|jours?|journées?|demi-journées?|rencontres?"
    r"|réunions?|modules?|ateliers?|sessions?)|durée",
    "audiences": r"publics?|cibles?|publics?[ /-]cibles?|destinataires?|participants?"
    r"|bénéficiaires?|pour\s+qui",
    "territories": r"territoires?|sites?\s+concernés?|échelle|périmètre|secteurs?\s+concernés?"
    r"|villes?\s+concernées?|communes?\s+concernées?",
    "place": r"lieux?(?:\s+et\s+(?:dates?|horaires?))?|adresse",
    "animation": r"(?:co-?)?animation|animateurs?|animatrices?|animée?\s+par|pilotage|pilotes?",
    "speakers": r"intervenants?|intervenante?s?|intervenant[·.(-]e[·.)-]*s?\)?|interventions?"
    r"|experts?|avec",
    "partnerships": r"partenariats?|partenaires?|(?:partenaires?|experts?)\s*(?:/|et|ou|,)\s*"
    r"(?:partenaires?|experts?|intervenants?)|en\s+partenariat\s+avec",
    "format": r"formats?|formes?|type\s+d[’']action|modalités?|nature",
    "contents": r"contenus?|programme|thèmes?(?:\s+abordés?)?|thématiques?(?:\s+abordées?)?"
    r"|déroulement|déroulé|séances",
    "objectives": r"objectifs?|finalités?|buts?|enjeux\s+et\s+objectifs",
}
_BOTH = r"animation\s*(?:et|/|&)\s*interventions?"
_QUALIFIER = (
    r"(?:\s+(?:envisagé|engagé|pressenti|concerné|visé|prévu|prévisionnel|potentiel|possible"
    r"|ciblé|attendu|proposé|souhaité|associé)(?:[·.(-]?e)?[·.)-]*(?:le)?s?\)?"
    r"|\s+(?:de\s+l[’']action|général(?:e|s)?|généraux|prioritaires?))*"
)
_KNOWN = "|".join(rf"(?P<{name}>{pattern})" for name, pattern in {"both": _BOTH, **_FIELDS}.items())
# Matched against `_plain` texts.
_FORMS = rf"(?:{_plain(_KNOWN)}){_plain(_QUALIFIER)}"
_LABEL = re.compile(rf"{_FORMS}(?:\s*[(](?P<note>[^()]{{1,50}})[)])?(?:\s*:|$)", re.IGNORECASE)
_INLINE = re.compile(
    rf"(?<=[^\s(:])\s+(?=[A-Z]){_FORMS}\s*:", re.IGNORECASE
)  # a second label on the line
_UNKNOWN = re.compile(r"(?P<label>[A-ZÀ-Ý][\w’'()/ -]{1,44}?)\s*:(?!//)\s*(?P<value>.*)$")
_BULLET = re.compile(r"^(?:[•▪●○◦‣➢►✓»*·>]|[-–—.](?=\s))\s*")
_PENDING = re.compile(
    r"\b(?:non|pas|en cours)\b.*\b(?:determin|defini|precis|fix|confirm)|^a venir"
    r"|\ba (?:\w+ )?(?:determiner|definir|preciser|fixer|confirmer)\b",
    re.IGNORECASE,
)

Label = tuple[str, str, str]  # field, label as printed, value begun on the line


def at_start(text: str) -> Label | None:
    """Return the label that begins a line, if it is one of those that such blocks use."""
    bare = _BULLET.sub("", text)
    match = _LABEL.match(_plain(bare))
    if match is None or not bare[:1].isupper():
        return None
    if match.end() == len(bare) and ":" not in match[0] and len(bare.split()) > 3:
        return None
    label = re.sub(r"\s*:$", "", bare[: match.end()])
    return _field(match), label, bare[match.end() :].strip()


def unknown(text: str) -> Label | None:
    """Return a short label of no known field; only to be asked inside a block."""
    match = _UNKNOWN.match(_BULLET.sub("", text))
    if match is None or len(match["label"].split()) > 6:
        return None
    return "other", match["label"], match["value"]


def split(text: str) -> list[Label]:
    """Return the labels of one line with their values: « Animation : X Intervenants : Y »."""
    first = at_start(text) or unknown(text)
    if first is None:
        return []
    found = [first]
    while (match := _next_label(found[-1][2])) is not None:
        name, label, value = found.pop()
        found.append((name, label, value[: match.start()].strip()))
        printed = re.sub(r"\s*:$", "", value[match.start() : match.end()].strip())
        found.append((_field(match), printed, value[match.end() :].strip()))
    return found


def _next_label(value: str) -> re.Match[str] | None:
    """Find a label inside a value: it begins with a capital, which the pattern cannot ask."""
    found = _INLINE.finditer(_plain(value))
    return next((match for match in found if match[0].strip()[0].isupper()), None)


def _field(match: re.Match[str]) -> str:
    return next(name for name in ("both", *_FIELDS) if match[name])


def is_rule(text: str) -> bool:
    """Tell whether a line is a drawn rule (« ------ »)."""
    return bool(re.fullmatch(r"[-–—_=*.\s]{6,}", text)) and bool(text.strip(" ."))


def bullet(text: str) -> str | None:
    """Return what follows the bullet that begins a line; None without bullet."""
    match = _BULLET.match(text)
    return text[match.end() :] if match else None


def is_pending(text: str) -> bool:
    """Tell whether a value says that it is not known yet (« non encore déterminé »)."""
    return bool(_PENDING.search(_plain(text)))
