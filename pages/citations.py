"""A publication as reference managers read it: RIS, BibTeX, CSL-JSON, and `<meta>` tags.

Pure: no database, no request. Sources of the formats: RIS as Zotero's and EndNote's importers
read the type RPRT (T2 collection, SN number, M3 kind, PB institution); BibTeX's `@techreport`;
the CSL-JSON schema 1.0; Google Scholar's « Highwire » tags; Dublin Core in HTML (RFC 2731).
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

CONTENT_TYPES = {
    "ris": "application/x-research-info-systems; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}
BIBTEX_MONTHS = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
BIBTEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
        "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or a body (`is_body`), whose name is `family` whole and never cut in two."""

    family: str
    given: str = ""
    is_body: bool = False

    @property
    def inverted(self) -> str:
        """« Diallo, Awa »"""
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True, slots=True)
class Citation:
    """`contributions`: (French role, name) of those who are not authors; months 1 to 12."""

    title: str
    kind: str
    url: str
    publisher: str
    authors: tuple[Name, ...] = ()
    contributions: tuple[tuple[str, Name], ...] = ()
    year: int | None = None
    month: int | None = None
    collection: str = ""
    number: str = ""
    pages: int | None = None
    abstract: str = ""
    licence: str = ""
    keywords: tuple[str, ...] = ()
    pdf_url: str = ""
    language: str = field(default="fr")

    @property
    def signed(self) -> tuple[Name, ...]:
        """The authors; the publisher signs what nobody signed, or the entry could not be cited."""
        return self.authors or (Name(self.publisher, is_body=True),)

    @property
    def roles(self) -> str:
        """« Coproduction : Maison des habitant·es ; Financement : Région »"""
        return " ; ".join(f"{role} : {name.family}" for role, name in self.contributions)

    @property
    def key(self) -> str:
        """« diallo2024marches »: ASCII, as old BibTeX tools want it."""
        first_word = next((w for w in _ascii(self.title).split() if len(w) > 3), "texte")
        author = _ascii(self.signed[0].family).split()[:1]
        return f"{''.join(author)}{self.year or ''}{first_word}"

    @property
    def date(self) -> str:
        """« 2024-11 », « 2024 » or nothing (ISO 8601)."""
        if not self.year:
            return ""
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("·", "")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def render(citations: Iterable[Citation], form: str) -> str:
    """The file of these citations; `form` is a key of CONTENT_TYPES."""
    if form == "ris":
        return "".join(_ris(citation) for citation in citations)
    if form == "bib":
        return "\n".join(_bibtex(found) for found in citations)
    return json.dumps([_csl(found) for found in citations], ensure_ascii=False, indent=1)


def _ris(citation: Citation) -> str:
    date = f"{citation.year}/{citation.month:02d}//" if citation.month else ""
    fields: list[tuple[str, object]] = [
        ("TY", "RPRT"),
        ("TI", citation.title),
        *(("AU", _ris_name(name)) for name in citation.signed),
        ("M3", citation.kind),
        ("PB", citation.publisher),
        ("PY", citation.year),
        ("DA", date),
        ("T2", citation.collection),
        ("SN", citation.number),
        ("SP", citation.pages),
        ("AB", citation.abstract),
        *(("KW", word) for word in citation.keywords),
        ("LA", citation.language),
        ("N1", citation.roles),
        ("UR", citation.url),
        ("L1", citation.pdf_url),
    ]
    lines = [f"{tag}  - {_one_line(str(value))}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _ris_name(name: Name) -> str:
    # Importers cut at the first comma, even in the name of a ministry.
    return name.family.replace(", ", " – ") if name.is_body else name.inverted


def _bibtex(citation: Citation) -> str:
    fields = {
        "title": f"{{{_escape(citation.title)}}}",
        "author": " and ".join(_bibtex_name(name) for name in citation.signed),
        "institution": _escape(citation.publisher),
        "type": _escape(citation.kind),
        "year": str(citation.year or ""),
        "series": _escape(citation.collection),
        "number": _escape(citation.number),
        "pagetotal": str(citation.pages or ""),
        "abstract": _escape(citation.abstract),
        "keywords": _escape(", ".join(citation.keywords)),
        "note": _escape(citation.roles),
        "language": "french",
        "url": citation.url,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if citation.month:
        lines.append(f"  month = {BIBTEX_MONTHS[citation.month - 1]},")
    return "\n".join([f"@techreport{{{citation.key},", *lines, "}", ""])


def _bibtex_name(name: Name) -> str:
    return f"{{{_escape(name.family)}}}" if name.is_body else _escape(name.inverted)


def _escape(text: str) -> str:
    return _one_line(text).translate(BIBTEX_ESCAPES)


def _csl(citation: Citation) -> dict[str, object]:
    found: dict[str, object] = {
        "id": citation.key,
        "type": "report",
        "title": citation.title,
        "genre": citation.kind,
        "author": [_csl_name(name) for name in citation.signed],
        "contributor": [_csl_name(name) for _role, name in citation.contributions],
        "publisher": citation.publisher,
        "collection-title": citation.collection,
        "number": citation.number,
        "number-of-pages": citation.pages,
        "abstract": citation.abstract,
        "keyword": ", ".join(citation.keywords),
        "language": citation.language,
        "note": citation.roles,
        "URL": citation.url,
    }
    if citation.year:
        found["issued"] = {"date-parts": [[n for n in (citation.year, citation.month) if n]]}
    return {key: value for key, value in found.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    if name.is_body or not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given}


def meta_tags(citation: Citation) -> list[tuple[str, str]]:
    """(name, content) for `<meta>`: Highwire first, then Dublin Core; nothing empty."""
    names = [name.family if name.is_body else name.inverted for name in citation.signed]
    found = [
        ("citation_title", citation.title),
        *(("citation_author", name) for name in names),
        ("citation_publication_date", citation.date.replace("-", "/")),
        ("citation_technical_report_institution", citation.publisher),
        ("citation_technical_report_number", citation.number),
        ("citation_language", citation.language),
        ("citation_abstract_html_url", citation.url),
        ("citation_pdf_url", citation.pdf_url),
        ("DC.title", citation.title),
        *(("DC.creator", name) for name in names),
        *(("DC.contributor", name.family) for _role, name in citation.contributions),
        ("DC.publisher", citation.publisher),
        ("DC.date", citation.date),
        ("DC.type", citation.kind),
        ("DC.language", citation.language),
        ("DC.identifier", citation.url),
        ("DC.description", citation.abstract),
        ("DC.rights", citation.licence),
        *(("DC.subject", word) for word in citation.keywords),
    ]
    return [(name, _one_line(content)) for name, content in found if content]
