"""Turn a parsed collection into draft pages; an editor reads, corrects and publishes them."""

import re
from dataclasses import dataclass
from html import escape

from django.db import transaction
from django.utils.text import slugify

from pages.imports.recueil import Block, Contact, Doubt, Inline, Quote, Recueil, Sheet
from pages.models import (
    ExperienceContact,
    ExperienceHolder,
    ExperienceIndexPage,
    ExperiencePage,
    Organisation,
    Person,
    Territory,
)

PLACE_SEPARATOR = re.compile(r",\s*|\s+et\s+")
PRINTED_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True)
class Draft:
    """One sheet of the collection and its page; `made` is False when it was already there."""

    page: ExperiencePage
    made: bool
    doubts: tuple[Doubt, ...]


@transaction.atomic
def create_drafts(*, recueil: Recueil, index: ExperienceIndexPage) -> list[Draft]:
    """One draft for each sheet, all or none; a sheet already imported is left untouched.

    A sheet is known by its title and the year of the collection, so that an editor's
    corrections survive a second import.
    """
    for name in recueil.authors:
        _person(name)
    return [_draft(sheet, recueil, index) for sheet in recueil.sheets]


def _draft(sheet: Sheet, recueil: Recueil, index: ExperienceIndexPage) -> Draft:
    slug = slugify(f"{sheet.title[:80]}-{sheet.year or 'sans-date'}")
    existing = ExperiencePage.objects.child_of(index).filter(slug=slug).first()
    if existing:
        return Draft(existing, made=False, doubts=sheet.doubts)
    page = ExperiencePage(
        title=sheet.title,
        slug=slug,
        short_title=sheet.short_title[:120],
        standfirst=sheet.standfirst,
        territory_label=sheet.territory_label,
        year=sheet.year,
        first_month=sheet.months[0] if sheet.months else None,
        last_month=sheet.months[-1] if len(sheet.months) > 1 else None,
        stage=ExperiencePage.Stage.VALIDATED,
        body=[_stream_child(block) for block in sheet.body],
        import_notes=_notes(sheet, recueil),
        live=False,
    )
    page.territories = territories_of(sheet.territory_label)
    if sheet.holder:
        page.holders = [ExperienceHolder(organisation=_organisation(sheet.holder))]
    page.contacts = [_contact(contact) for contact in sheet.contacts]
    index.add_child(instance=page)
    # clean=False: a draft keeps its doubts (a malformed address…); publishing refuses them.
    page.save_revision(clean=False)
    return Draft(page, made=True, doubts=sheet.doubts)


def _stream_child(block: Block) -> tuple[str, object]:
    if block.kind == "heading":
        return "heading", _plain(block.content)
    if len(block.content) == 1 and isinstance(block.content[0], Quote):
        quote = block.content[0]
        return "quote", {"text": quote.text, "speaker": quote.speaker or "", "role": ""}
    inner = "".join(
        f"<q>{escape(part.text)}</q>" if isinstance(part, Quote) else escape(part)
        for part in block.content
    )
    return "paragraph", f"<p>{inner}</p>"


def _plain(content: tuple[Inline, ...]) -> str:
    return "".join(part.text if isinstance(part, Quote) else part for part in content)


def _contact(contact: Contact) -> ExperienceContact:
    printed = PRINTED_ADDRESS.search(contact.raw)
    return ExperienceContact(
        name=contact.name,
        function=contact.role,
        organisation=contact.organisation,
        # A malformed address stays as printed: publishing will ask for its correction.
        email=contact.email or (printed.group() if printed else ""),
    )


def _notes(sheet: Sheet, recueil: Recueil) -> str:
    lines = [f"Ligne {doubt.line} – {doubt.message}" for doubt in sheet.doubts]
    if sheet.photo_credit:
        lines.append(f"Crédit photo imprimé : © {sheet.photo_credit}")
    if recueil.authors:
        lines.append(f"Auteur·rices du recueil entier : {', '.join(recueil.authors)}")
    return "\n".join(lines)


def territories_of(label: str) -> list[Territory]:
    """The places a printed label names exactly; none is guessed from a part of a name."""
    known = {_key(t.name): t for t in Territory.objects.all()}
    whole = known.get(_key(label))
    names = [label] if whole else PLACE_SEPARATOR.split(label)
    return [known[_key(name)] for name in names if _key(name) in known]


def _key(name: str) -> str:
    return slugify(name.replace("'", " ").replace("’", " "))


def _organisation(name: str) -> Organisation:
    existing = Organisation.objects.filter(name__iexact=name).first()
    return existing or Organisation.objects.create(name=name)


def _person(name: str) -> Person:
    first, _, last = name.partition(" ")
    first, last = (first, last) if last else ("", first)
    existing = Person.objects.filter(first_name=first, last_name=last).first()
    return existing or Person.objects.create(first_name=first, last_name=last)
