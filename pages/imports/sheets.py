"""Read one experience sheet from its printed blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pages.imports import contacts, quotations
from pages.imports.casing import Spellings, sentence_case
from pages.imports.contents import Entry, best_entry, split_entry
from pages.imports.layout import CONTACT, CREDIT, Printed, Region
from pages.imports.names import fold, near_twins
from pages.imports.paragraphs import Passage, excerpt, flow, is_ended, rejoin, starts_inside
from pages.imports.records import Block, Contact, Doubt, Quote, Sheet
from pages.imports.text import Line

HEADING_WORDS = 25  # a longer passage is text, whatever its last character
_STANDFIRST_WORDS = 120  # 30 to 66 measured; far beyond, it is the article that begins


@dataclass(frozen=True)
class Source:
    """What the whole collection tells about each of its sheets."""

    year: int | None
    entries: tuple[Entry, ...]
    spellings: Spellings
    words: dict[str, int]


@dataclass
class _Reader:
    region: Region
    source: Source
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, line: int, name: str, message: str) -> None:
        self.doubts.append(Doubt(line, name, message))

    def read(self) -> Sheet:
        line = self.region.title.line
        label = self._cased(line, "territory_label", self.region.label)
        if not label:
            self.doubt(line, "territory_label", "Aucun territoire au-dessus du titre.")
        title = self._cased(line, "title", self.region.title.text)
        short_title, holder, months, year = self._announced(label)
        text, contact_lines = self._parts()
        credit = self._credit()
        standfirst, body = self._article(text)
        people, found = contacts.parse(contact_lines)
        self.doubts += found
        if not people:
            self.doubt(line, "contacts", "Aucun contact trouvé.")
        self._compare_names(body, people)
        doubts = tuple(sorted(self.doubts, key=lambda doubt: doubt.line))
        return Sheet(
            line, title, short_title, standfirst, label, holder, months, year, body, people,
            credit, doubts,
        )  # fmt: skip

    def _cased(self, line: int, name: str, text: str) -> str:
        result, unsure = sentence_case(text, self.source.spellings)
        if unsure:
            self.doubt(line, name, f"Majuscule ou minuscule à vérifier : {', '.join(unsure)}.")
        return result

    def _announced(self, label: str) -> tuple[str, str, tuple[int, ...], int | None]:
        """Return short title, holder, months and year by the contents list."""
        title = self.region.title
        entry = best_entry(self.source.entries, title.text)
        if entry is None:
            self.doubt(title.line, "months", "Absente du sommaire : porteur et période à saisir.")
            return "", "", (), self.source.year
        listed, holder = split_entry(entry.what, title.text, label)
        if not holder:
            self.doubt(entry.line, "holder", "Porteur introuvable dans la ligne du sommaire.")
        first, last = entry.months[0], entry.months[-1]
        if len(entry.months) > 2 or last - first != len(entry.months) - 1:
            self.doubt(entry.line, "months", "Période autre qu’un mois ou deux mois consécutifs.")
        holder = self._cased(entry.line, "holder", holder)
        year = entry.year or self.source.year
        if fold(listed) == fold(title.text):
            return "", holder, entry.months, year
        short = self._cased(entry.line, "short_title", listed)
        self.doubt(
            entry.line,
            "title",
            f"Titre différent au sommaire, proposé en titre court : « {short} ».",
        )
        return short, holder, entry.months, year

    def _parts(self) -> tuple[list[Printed], list[Line]]:
        """Part the blocks into article and contacts; credits go to the sheet they stand in."""
        text: list[Printed] = []
        people: list[Line] = []
        state = "text"
        for block in self.region.blocks:
            if CREDIT.match(block[0][1]):
                continue
            if CONTACT.match(block[0][1]) and (state == "text" or "@" in _joined(block)):
                state = "contacts"
                people += block
            elif state == "text":
                text.append(block)
            elif _belongs_to_contacts(block, people):
                people += block
            else:
                line, first = block[0]
                message = f"Texte après les contacts, non repris : « {excerpt(first, 12)} »."
                self.doubt(line, "body", message)
        return text, people

    def _credit(self) -> str:
        """Return the credit printed above the label, or flag the one that stands elsewhere."""
        inside = [line for block in self.region.blocks for line in block if CREDIT.match(line[1])]
        found = [*self.region.credits, *inside]
        names = list(dict.fromkeys(_credited(text) for _, text in found))
        if inside:
            text = "Crédit photo isolé dans la fiche : vérifier l’image qu’il concerne."
            self.doubt(inside[0][0], "photo_credit", text)
        if len(names) > 1:
            text = f"Plusieurs crédits photo : {' ; '.join(names)}."
            self.doubt(found[0][0], "photo_credit", text)
        return names[0] if names else ""

    def _article(self, printed: Sequence[Printed]) -> tuple[str, tuple[Block, ...]]:
        flows = [flow(block, self.source.words) for block in printed]
        passages = rejoin(flows, self.source.words, HEADING_WORDS)
        standfirst = ""
        if passages and _is_standfirst(passages[0]):
            self._note(passages[0])
            standfirst = passages.pop(0).text.replace("*", "")
        else:
            self.doubt(self.region.title.line, "standfirst", "Chapô introuvable.")
        passages, found = quotations.balance(passages)
        self.doubts += found
        body = tuple(self._block(passage, passages[i + 1 :]) for i, passage in enumerate(passages))
        if not body:
            self.doubt(self.region.title.line, "body", "La fiche n’a pas de corps.")
        return standfirst, body

    def _note(self, passage: Passage) -> None:
        for line, message in passage.notes:
            self.doubt(line, "body", message)

    def _block(self, passage: Passage, following: Sequence[Passage]) -> Block:
        self._note(passage)
        if not _is_heading(passage):
            content, found = quotations.parse(passage)
            self.doubts += found
            if starts_inside(passage.text):
                message = f"Paragraphe commençant en cours de phrase : « {excerpt(passage.text)} »."
                self.doubt(passage.line, "body", message)
            return Block("paragraph", content)
        if not following or _is_heading(following[0]):
            message = f"Intertitre sans texte à sa suite : « {excerpt(passage.text)} »."
            self.doubt(passage.line, "body", message)
        return Block("heading", (passage.text.replace("*", ""),))

    def _compare_names(self, body: Sequence[Block], people: Sequence[Contact]) -> None:
        """Flag a speaker and a contact whose names differ by a letter or two."""
        spoken = [p.speaker for b in body for p in b.content if isinstance(p, Quote) and p.speaker]
        listed = [contact.name for contact in people if contact.name]
        for left, right in near_twins([*spoken, *listed]):
            message = f"Nom écrit de deux façons : « {left} » et « {right} »."
            self.doubt(self.region.title.line, "contacts", message)


def read(region: Region, source: Source) -> Sheet:
    """Return the sheet, with everything in it that an editor must check."""
    return _Reader(region, source).read()


def _joined(block: Printed) -> str:
    return " ".join(line for _, line in block)


def _credited(text: str) -> str:
    match = CREDIT.match(text)
    return match["who"].strip() if match else ""


def _belongs_to_contacts(block: Printed, people: Sequence[Line]) -> bool:
    """Tell whether a block after « CONTACT : » is one more contact: address, or heading alone."""
    only_heading = not re.sub(CONTACT, "", people[-1][1]).strip(" :")
    return only_heading or "@" in _joined(block) or people[-1][1].endswith((",", ":", ";", " et"))


def _is_standfirst(passage: Passage) -> bool:
    return is_ended(passage.text) and 8 <= len(passage.text.split()) <= _STANDFIRST_WORDS


def _is_heading(passage: Passage) -> bool:
    text = passage.text
    if len(text.split()) > HEADING_WORDS or text.startswith(("-", "•", "–", ">")):
        return False
    asks = text.endswith(("?", "!")) and len(re.findall(r"[.!?]", text)) == 1
    return not starts_inside(text) and (asks or not is_ended(text))
