"""What a reader of documents hands over: plain values and the doubts about them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


class RecueilError(ValueError):
    """The file is not a collection of experience sheets; French message naming the line."""


@dataclass(frozen=True)
class Doubt:
    """Something an editor must check: line of the file, dataclass field, French message."""

    line: int
    field: str
    message: str


@dataclass(frozen=True)
class Quote:
    """Words reported from a person; `speaker` is None unless the text leaves no choice."""

    text: str
    speaker: str | None


Inline: TypeAlias = str | Quote


@dataclass(frozen=True)
class Block:
    """An intertitle or a paragraph; its parts, put end to end, give the printed text."""

    kind: Literal["heading", "paragraph"]
    content: tuple[Inline, ...]


@dataclass(frozen=True)
class Contact:
    """A person or a mailbox.

    `email` is empty when the printed address is malformed; `raw` keeps what was printed.
    """

    name: str
    role: str
    organisation: str
    email: str
    raw: str


@dataclass(frozen=True)
class Sheet:
    """One experience sheet; `line` is that of its title, `months` holds 1 to 12."""

    line: int
    title: str
    short_title: str
    standfirst: str
    territory_label: str
    holder: str
    months: tuple[int, ...]
    year: int | None
    body: tuple[Block, ...]
    contacts: tuple[Contact, ...]
    photo_credit: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Recueil:
    """A yearly collection; `authors` are those of the whole, the print names none per sheet."""

    year: int | None
    sheets: tuple[Sheet, ...]
    authors: tuple[str, ...]
    doubts: tuple[Doubt, ...]
