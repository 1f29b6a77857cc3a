"""The letter: what an issue says, before any edition is made of it.

One immutable tree, composed once from the issue; the e-mail, text, web and print editions
read nothing else. Rich text in it is already clean (`newsletters.richtext`).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletters.models import IssuePage


class EditionError(Exception):
    """The issue cannot be made into an edition; the message is French and names the culprit."""


class Visibility(StrEnum):
    BOTH = "both"
    WEB = "web"
    MAIL = "mail"


class Kind(StrEnum):
    """What an item is; each kind has a template in every edition."""

    TEXT = "text"
    EXPERIENCE = "experience"
    NEWS = "news"
    RESOURCE = "resource"
    PRESS = "press"
    ZOOM = "zoom"
    IMAGE = "image"
    PAGE = "page"


KIND_LABELS = {
    Kind.TEXT: "Texte libre",
    Kind.EXPERIENCE: "Fiche expérience",
    Kind.NEWS: "Actualité",
    Kind.RESOURCE: "Ressource",
    Kind.PRESS: "Revue de presse",
    Kind.ZOOM: "Zoom",
    Kind.IMAGE: "Image",
    Kind.PAGE: "Page du site",
}
KIND_CHOICES = [(kind.value, label) for kind, label in KIND_LABELS.items()]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image at mail width: absolute `url`, pixel size, alternative ("" = decorative).

    `file`: its name in the media storage, for print; "" when it has none.
    """

    url: str
    width: int
    height: int
    alt: str
    credit: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a section.

    `anchor`: stable id within the issue. `kicker`: the short line above the title (« National »,
    « Podcast », the media). `html`: clean rich text. `byline`: source, author or place. `url`:
    absolute, or "". `link_label`: a text that stands alone (RGAA 6.1). `page_id`: the site's
    page it comes from, which print shows whole.
    """

    kind: Kind
    anchor: str
    title: str = ""
    kicker: str = ""
    html: str = ""
    byline: str = ""
    url: str = ""
    link_label: str = ""
    picture: Picture | None = None
    visibility: Visibility = Visibility.BOTH
    page_id: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """`number` is the page in print, from 1."""

    key: str
    number: int
    title: str
    intro: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs the letter; printed in the footer that cannot be removed."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """`web_url` is absolute and carries no token; `periodical` is the name of the series."""

    periodical: str
    subtitle: str
    title: str
    period: str
    subject: str
    preheader: str
    web_url: str
    sender: Sender
    editorial: str = ""
    cover: Picture | None = None
    logo: Picture | None = None
    co_producers: tuple[str, ...] = ()
    partner_logos: tuple[Picture, ...] = ()
    sections: tuple[Section, ...] = ()

    def for_edition(self, wanted: Visibility) -> "Letter":
        """The letter as this edition shows it: items meant for the other one left out."""
        kept = tuple(
            replace(
                section,
                items=tuple(i for i in section.items if i.visibility in (Visibility.BOTH, wanted)),
            )
            for section in self.sections
        )
        return replace(self, sections=tuple(s for s in kept if s.items or s.intro))


def compose(issue: "IssuePage", *, base_url: str | None = None) -> Letter:
    """The letter this issue is, whatever a draft still lacks.

    `base_url`: what addresses start from; None: the page's site, else WAGTAILADMIN_BASE_URL.
    Reads the database, and makes the image sizes that do not exist yet. Raises EditionError
    for a text above 512 KB or 100 nested elements and for an image whose file is lost.
    """
    # Not at the top: the models import this module for its vocabulary, and composing needs
    # the models.
    from newsletters.composition import compose_issue

    return compose_issue(issue, base_url)
