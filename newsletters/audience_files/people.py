"""From a row to a person, or to the reason why it is none. No reason quotes an address."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from newsletters.audience_files.cells import revived
from newsletters.audience_files.columns import Column
from newsletters.audience_files.table import Row, Table
from newsletters.audience_files.vocabulary import Vocabulary, quoted
from newsletters.models.audience import Subscriber, normalise
from pages.imports.names import fold

_INVISIBLE: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_BRACKETED: Final = re.compile(r"<([^<>]+)>\s*\Z")
_YES: Final = frozenset({"oui", "o", "x", "1", "vrai", "true", "yes", "y", "adherent", "adherente"})
_PLAIN: Final = (Column.FIRST_NAME, Column.LAST_NAME, Column.ORGANISATION, Column.JOB_TITLE)
_WIDTHS: Final = {column: Subscriber._meta.get_field(column).max_length or 0 for column in _PLAIN}
# Said of a subscription, by our own export and by other tools': whoever a file says gone, refused,
# dead or unconfirmed is not enrolled by that very file.
_REFUSED: Final = re.compile(
    r"\b(?:desinscri|desabonn|unsubscri|bloqu|block|blacklist|cleaned|bounce|rebond|plainte|"
    r"complain|spam|oppos|refus|inactif|inactive|optout|opt out|left\b|attente|pending|unconfirmed|"
    r"non (?:confirm|abonn|inscri)|(?:non ?|not )subscrib|efface|supprime)"
)
# Before it nobody had an address to give.
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DATES: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y")


@dataclass(frozen=True, slots=True)
class Person:
    """`doubts`: what was kept out of an otherwise good line, in French."""

    line: int
    email: str
    key: str
    plain: Mapping[str, str] = field(default_factory=dict)
    actor_type: str = ""
    territories: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()
    is_member: bool = False
    joined_at: datetime | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    line: int
    reason: str


def read_people(
    table: Table, mapping: Mapping[str, int], vocabulary: Vocabulary
) -> Iterator[Person | Unusable]:
    """`mapping`: values of Column → index of the cell. Raises FileRefused where the file breaks."""
    headings = [fold(heading) for heading in table.headings]
    for row in table.rows:
        if [fold(cell) for cell in row.cells] == headings:
            yield Unusable(row.line, "ligne de titres répétée")
        elif any(row.cells[len(headings) :]):
            yield Unusable(row.line, f"plus de cellules que de titres ({len(headings)})")
        else:
            yield _person(row, mapping, vocabulary)


def _person(row: Row, mapping: Mapping[str, int], vocabulary: Vocabulary) -> Person | Unusable:
    for name, index in mapping.items():
        if index in row.formulas:
            label = Column(name).label
            return Unusable(row.line, f"« {label} » contient une formule, et non une valeur")
    cells = {name: _cell(row, index) for name, index in mapping.items()}
    email, reason = _address(cells.pop(Column.EMAIL.value))
    if reason:
        return Unusable(row.line, reason)
    if _REFUSED.search(fold(cells.pop(Column.STATUS.value, ""))):
        return Unusable(row.line, "désinscrite, bloquée ou non confirmée d'après le fichier")
    plain, doubts = _plain(cells)
    actor_text = cells.get(Column.ACTOR_TYPE.value, "")
    actor = vocabulary.actor(actor_text) if actor_text else ""
    if actor is None:
        doubts.append(f"{Column.ACTOR_TYPE.label} : {quoted(actor_text)} inconnu, laissé vide")
    places, wrong_places = vocabulary.territories(cells.get(Column.TERRITORIES.value, ""))
    themes, wrong_themes = vocabulary.topics(cells.get(Column.THEMES.value, ""))
    joined, wrong_date = _date(cells.get(Column.JOINED.value, ""))
    return Person(
        line=row.line,
        email=email,
        key=normalise(email),
        plain=plain,
        actor_type=actor or "",
        territories=tuple(places),
        themes=tuple(themes),
        is_member=fold(cells.get(Column.MEMBER.value, "")) in _YES,
        joined_at=joined,
        doubts=(*doubts, *wrong_places, *wrong_themes, *wrong_date),
    )


def _plain(cells: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    plain, doubts = {}, []
    for column in _PLAIN:
        text = cells.get(column.value, "")
        if len(text) > _WIDTHS[column]:
            doubts.append(f"{column.label} : plus de {_WIDTHS[column]} caractères, laissé vide")
            text = ""
        plain[column.value] = text
    return plain, doubts


def _cell(row: Row, index: int) -> str:
    text = row.cells[index] if index < len(row.cells) else ""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", revived(text).replace("\xa0", " "))).strip()


def _address(text: str) -> tuple[str, str]:
    """The address and nothing, or nothing and why. « Prénom Nom <a@example.org> » is accepted."""
    if not text:
        return "", "courriel absent"
    bracketed = _BRACKETED.search(text)
    email = (bracketed[1] if bracketed else text).removeprefix("mailto:").strip()
    if email.count("@") > 1:
        return "", "plusieurs adresses dans la cellule"
    try:
        validate_email(email)
    except ValidationError:
        return "", "adresse de courriel invalide"
    return (email, "") if len(email) <= 254 else ("", "adresse de courriel trop longue")


def _date(text: str) -> tuple[datetime | None, list[str]]:
    if not text:
        return None, []
    for form in _DATES:
        try:
            found = datetime.strptime(text[:10], form).replace(hour=12, tzinfo=UTC)
        except ValueError:
            continue
        if _FIRST <= found <= timezone.now():
            return found, []
    return None, [f"{Column.JOINED.label} : date illisible ou impossible, laissée de côté"]
