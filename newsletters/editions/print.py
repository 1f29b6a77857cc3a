"""The print edition: a tagged four-page A4 PDF, one page for each section.

Nothing is ever cut: what does not fit flows onto another page and is reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletters.editions import laid_out
from newsletters.letter import EditionError, Item, Letter, Picture, Section, Visibility
from pages.typesetting.codes import qr_code
from pages.typesetting.nodes import nodes, printable
from pages.typesetting.press import TypesettingError, print_pdf
from pages.typography import NARROW

TEMPLATE = "newsletters/print/letter.typ"
PAGES = 4


@dataclass(frozen=True, slots=True)
class Logo:
    """A funder or a co-producer; `file` is a key of the edition's files, or "" for its name."""

    name: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class SectionPages:
    """Where a section is printed: pages from 1, both ends included."""

    key: str
    title: str
    first: int
    last: int

    @property
    def pages(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """`replaced`: characters no print font has, printed as « □ »."""

    pdf: bytes
    pages: int
    sections: tuple[SectionPages, ...]
    replaced: tuple[str, ...] = ()

    @property
    def overflowing(self) -> tuple[SectionPages, ...]:
        return tuple(section for section in self.sections if section.pages > 1)


@dataclass(frozen=True, slots=True)
class PrintFinding:
    """Something to mend before printing; `section` is a key of the letter, or ""."""

    code: str
    section: str
    what: str
    why: str
    mend: str


def render(
    letter: Letter,
    *,
    files: Mapping[str, bytes] | None = None,
    sheets: Mapping[int, dict[str, Any]] | None = None,
    funders: Sequence[Logo] = (),
    partners: Sequence[Logo] = (),
) -> PrintedLetter:
    """The PDF and where each section stands in it.

    `files`: bytes of the pictures, by `Picture.file` and `Logo.file`. `sheets`: what
    `pages.printing.sheet` makes, by page key; an experience without one shows its standfirst.
    `partners`: the co-producers with their logos; empty, the letter's names are printed.
    Raises EditionError when a picture is missing or the text cannot be composed.
    """
    shown = laid_out(letter, Visibility.MAIL, NARROW)
    pictures = _Files(files or {})
    data = _data(shown, pictures, sheets or {}) | {
        "funders": [pictures.logo(logo) for logo in funders],
        "partners": [pictures.logo(logo) for logo in partners]
        or [{"name": name, "file": ""} for name in shown.co_producers],
    }
    if letter.web_url:
        pictures.used["code.svg"] = qr_code(letter.web_url)
    pictures.used |= {n: f for n, f in (files or {}).items() if n.startswith("image-")}
    try:
        printed = print_pdf(TEMPLATE, data, pictures.used)
    except TypesettingError as error:
        raise EditionError(f"Édition imprimée : {error}") from error
    sections = tuple(
        SectionPages(section.key, section.title, *printed.spans[f"section-{rank}"])
        for rank, section in enumerate(shown.sections)
    )
    return PrintedLetter(printed.pdf, printed.pages, sections, printed.replaced)


def print_findings(printed: PrintedLetter) -> list[PrintFinding]:
    """What the preflight says of a print edition; empty when it holds on its four pages."""
    found = [
        PrintFinding(
            code="print-overflow",
            section=section.key,
            what=f"Rubrique « {section.title} » : elle occupe {section.pages} pages "
            f"({section.first} à {section.last}) de l'édition imprimée.",
            why="Chaque rubrique tient sur une page ; le texte n'est pas coupé, il déborde.",
            mend="Raccourcissez ses textes ou retirez un contenu.",
        )
        for section in printed.overflowing
    ]
    if not found and printed.pages > PAGES:
        found.append(
            PrintFinding(
                code="print-pages",
                section="",
                what=f"L'édition imprimée compte {printed.pages} pages au lieu de {PAGES}.",
                why="Un A3 plié porte quatre pages.",
                mend="Regroupez des rubriques, ou allégez la dernière pour y loger l'ours.",
            )
        )
    if printed.replaced:
        found.append(
            PrintFinding(
                code="print-characters",
                section="",
                what=f"Imprimés « □ » : {' '.join(printed.replaced)}",
                why="Ces caractères n'existent pas dans les polices de l'édition imprimée.",
                mend="Remplacez-les par des mots si le lecteur en a besoin.",
            )
        )
    return found


class _Files:
    """Gives each picture a plain name: a storage path may hold anything."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.used: dict[str, bytes] = {}
        self._names: dict[str, str] = {}

    def _name(self, file: str) -> str:
        if file not in self.files:
            raise EditionError(f"Édition imprimée : l'image « {file} » n'a pas été fournie.")
        suffix = "png" if self.files[file].startswith(b"\x89PNG") else "jpg"
        name = self._names.setdefault(file, f"picture-{len(self._names)}.{suffix}")
        self.used[name] = self.files[file]
        return name

    def logo(self, logo: Logo) -> dict[str, str]:
        return {"name": printable(logo.name), "file": self._name(logo.file) if logo.file else ""}

    def picture(self, picture: Picture | None) -> dict[str, Any] | None:
        if picture is None or not picture.file:
            return None
        return {
            "file": self._name(picture.file),
            "alt": printable(picture.alt),
            "credit": printable(picture.credit),
            "width": picture.width,
            "height": picture.height,
        }


def _data(letter: Letter, files: _Files, sheets: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    sender = letter.sender
    return {
        "periodical": printable(letter.periodical),
        "subtitle": printable(letter.subtitle),
        "title": printable(letter.title) or printable(letter.periodical),
        "period": printable(letter.period),
        "web_url": letter.web_url,
        "editorial": nodes(letter.editorial),
        "cover": files.picture(letter.cover),
        "sender": {
            name: printable(getattr(sender, name))
            for name in ("name", "address", "phone", "email", "website")
        },
        "sections": [_section(section, files, sheets) for section in letter.sections],
    }


def _section(
    section: Section, files: _Files, sheets: Mapping[int, dict[str, Any]]
) -> dict[str, Any]:
    items = [_item(item, files, sheets) for item in section.items]
    return {
        "title": printable(section.title),
        "intro": printable(section.intro),
        "items": items,
        "weight": _weight(items),
    }


def _weight(value: Any) -> int:
    """How many characters there are to print, about: where the fitting of a page starts."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_weight(part) for part in value.values())
    return sum(_weight(part) for part in value) if isinstance(value, list) else 0


def _item(item: Item, files: _Files, sheets: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": str(item.kind),
        "title": printable(item.title),
        "kicker": printable(item.kicker),
        "text": nodes(item.html),
        "byline": printable(item.byline),
        "url": item.url,
        "link_label": printable(item.link_label),
        "picture": files.picture(item.picture),
        "sheet": sheets.get(item.page_id) if item.page_id else None,
    }
