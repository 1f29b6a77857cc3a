"""Fetches what the print edition of an issue needs beside its letter, and keeps its PDF."""

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from wagtail.models import Site

from newsletters.editions.print import (
    TEMPLATE,
    Logo,
    PrintedLetter,
    PrintFinding,
    print_findings,
    render,
)
from newsletters.letter import EditionError, Letter, Picture, compose
from pages.models import CentreSettings, CreditedRendition, ExperiencePage, Organisation
from pages.printing.sheet import sheet
from pages.typesetting.pictures import LOGO, Pictures
from pages.typesetting.press import SHARED, TEMPLATES, TypesettingError
from pages.typesetting.responses import pdf_response

if TYPE_CHECKING:
    from newsletters.models import IssuePage

# Seconds: from the first check of an afternoon to the approval.
REMEMBERED = 4 * 3600


@dataclass(frozen=True, slots=True)
class Materials:
    """The keyword arguments of `editions.print.render`."""

    files: dict[str, bytes] = field(default_factory=dict)
    sheets: dict[int, dict[str, Any]] = field(default_factory=dict)
    funders: tuple[Logo, ...] = ()
    partners: tuple[Logo, ...] = ()


def materials(issue: "IssuePage", letter: Letter) -> Materials:
    """Pictures, whole sheets and logos of the letter. Raises EditionError for a lost file."""
    pictures = Pictures()
    try:
        sheets = _sheets(letter, pictures)
        partners = [row.organisation for row in issue.co_producers.all()]
        return Materials(
            sheets=sheets,
            partners=_logos(partners, pictures),
            funders=_logos(_funders(issue), pictures),
            files=pictures.files | _letter_pictures(letter),
        )
    except TypesettingError as error:
        raise EditionError(f"Édition imprimée : {error}") from error


def print_issue(issue: "IssuePage", *, base_url: str | None = None) -> PrintedLetter:
    """The issue, draft or live, as it would be printed. Raises EditionError."""
    letter = compose(issue, base_url=base_url)
    return _rendered(letter, materials(issue, letter))


def _rendered(letter: Letter, found: Materials) -> PrintedLetter:
    return render(
        letter,
        files=found.files,
        sheets=found.sheets,
        funders=found.funders,
        partners=found.partners,
    )


def paper_findings(issue: "IssuePage", letter: Letter) -> list[PrintFinding]:
    """What the print edition of this letter would show to mend: composed once for each content.

    Raises EditionError when it cannot be made.
    """
    found = materials(issue, letter)
    key = f"print-findings:{fingerprint(letter, found)}"
    findings: list[PrintFinding] | None = caches["default"].get(key)
    if findings is None:
        findings = print_findings(_rendered(letter, found))
        caches["default"].set(key, findings, REMEMBERED)
    return findings


def published_response(issue: "IssuePage", request: HttpRequest) -> HttpResponseBase:
    """The PDF of a published issue: composed once for each content, then kept.

    Raises EditionError when it cannot be made.
    """
    letter = compose(issue)
    found = materials(issue, letter)
    key = fingerprint(letter, found)
    cache = caches["print"]
    pdf = cache.get(key)
    if pdf is None:
        pdf = _rendered(letter, found).pdf
        cache.set(key, pdf, None)
    response = pdf_response(pdf, issue.slug)
    response["ETag"] = f'"{key}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def fingerprint(letter: Letter, found: Materials) -> str:
    """SHA-256, in hexadecimal, of everything that shapes the PDF, our templates included."""
    content = json.dumps(
        [asdict(letter), found.sheets, [asdict(x) for x in (*found.funders, *found.partners)]],
        sort_keys=True,
    )
    digest = sha256(content.encode() + _templates())
    for name in sorted(found.files):
        digest.update(name.encode() + sha256(found.files[name]).digest())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _templates() -> bytes:
    paths = [*sorted(SHARED.glob("*.typ")), TEMPLATES / TEMPLATE]
    return b"".join(path.read_bytes() for path in paths)


def _sheets(letter: Letter, pictures: Pictures) -> dict[int, dict[str, Any]]:
    keys = [item.page_id for s in letter.sections for item in s.items if item.page_id]
    base_url = letter.sender.website
    pages = ExperiencePage.objects.filter(pk__in=keys).select_related("cover")
    return {page.pk: sheet(page, pictures, base_url) for page in pages} if keys else {}


def _funders(issue: "IssuePage") -> list[Organisation]:
    site = issue.get_site() or Site.objects.filter(is_default_site=True).first()
    centre = CentreSettings.objects.filter(site=site).first()
    found = centre.funders.current().with_logos() if centre else []
    return [funder.organisation for funder in found]


def _logos(organisations: list[Organisation], pictures: Pictures) -> tuple[Logo, ...]:
    logos = []
    for organisation in organisations:
        shown = pictures.add(organisation.logo, LOGO)
        logos.append(Logo(organisation.name, shown["file"] if shown else ""))
    return tuple(logos)


def _letter_pictures(letter: Letter) -> dict[str, bytes]:
    items = [item.picture for section in letter.sections for item in section.items]
    shown = [letter.cover, *items]
    return {p.file: _read(p) for p in shown if p and p.file}


def _read(picture: Picture) -> bytes:
    storage: Storage = CreditedRendition._meta.get_field("file").storage
    try:
        with storage.open(picture.file, "rb") as stream:
            content: bytes = stream.read()
    except OSError as error:
        raise EditionError(
            f"Édition imprimée : le fichier de l'image « {picture.alt or picture.file} » "
            "est introuvable. Remplacez-le dans la médiathèque."
        ) from error
    return content
