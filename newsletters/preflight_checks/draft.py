"""What the checks read, and what they answer."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.urls import reverse

from bs4 import BeautifulSoup

from newsletters.delivery.links import counted_at_most
from newsletters.editions import email, filled, text, web
from newsletters.letter import Item, Letter, compose
from newsletters.models import IssuePage
from newsletters.richtext import plain
from newsletters.tokens import preferences_token, unsubscribe_token

# The largest id a row can have: no reader's link is longer.
_LARGEST_ID = 2**63 - 1
# Where Wagtail's editor shows a field; unknown names lead to the top of the form.
_PANELS = {
    "title": "panel-child-contenu-title-section",
    "period": "panel-child-contenu-periode-section",
    "cover": "panel-child-contenu-cover-section",
    "editorial": "panel-child-contenu-editorial-section",
    "body": "panel-child-contenu-body-section",
    "subject": "panel-child-courriel_et_mentions-courriel-section",
}


class Level(StrEnum):
    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to mend: a French label, and an address of the admin ("" when there is none)."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, in French: what (`message`), where, why it matters, how to mend it."""

    code: str
    level: Level
    message: str
    where: Place
    why: str
    how: str

    @property
    def blocks(self) -> bool:
        return self.level is Level.BLOCK

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "level": self.level.value,
            "message": self.message,
            "where": self.where.label,
            "url": self.where.url,
            "why": self.why,
            "how": self.how,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the letter, next to the block that the editor filled in."""

    item: Item
    value: Any
    section: str
    place: Place


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text somebody typed."""

    place: Place
    text: str


@dataclass
class Draft:
    """An issue as it stands, with its editions. Raises EditionError when it cannot be made."""

    issue: IssuePage
    letter: Letter = field(init=False)
    html: str = field(init=False)
    text: str = field(init=False)
    web: str = field(init=False)

    def __post_init__(self) -> None:
        self.letter = compose(self.issue)
        self.html = email.render(self.letter)
        self.text = text.render(self.letter)
        self.web = web.render(self.letter)

    def at(self, name: str, label: str) -> Place:
        """The place of a field in the editor."""
        return Place(label, f"{edit_url(self.issue)}#{_PANELS.get(name, '')}".rstrip("#"))

    def section(self, key: str) -> Place | None:
        """The place of the section that the letter knows by this key."""
        for section, block in zip(self.letter.sections, self.issue.body, strict=True):
            if section.key == key:
                return block_place(self.issue, f"Rubrique « {section.title} »", block.id)
        return None

    @property
    def series(self) -> Place:
        url = reverse("periodicals:edit", args=[self.issue.periodical_id])
        return Place(f"Série « {self.issue.periodical} »", url)

    @cached_property
    def mail(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of what the issue says."""
        content = json.dumps(asdict(self.letter), sort_keys=True)
        return sha256(content.encode()).hexdigest()

    @property
    def longest_mail(self) -> str:
        """The mail with the longest links a reader can have in it."""
        base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
        leave = reverse("newsletters:unsubscribe", args=[unsubscribe_token(_LARGEST_ID)])
        choose = reverse("newsletters:preferences", args=[preferences_token(_LARGEST_ID)])
        html = counted_at_most(self.html) if self.issue.periodical.counts_clicks else self.html
        return filled(html, unsubscribe=base + leave, preferences=base + choose)

    @cached_property
    def entries(self) -> list[Entry]:
        found = []
        for section, block in zip(self.letter.sections, self.issue.body, strict=True):
            children = block.value.get("items") or ()
            for rank, (item, child) in enumerate(zip(section.items, children, strict=True), 1):
                label = f"Rubrique « {section.title} », « {item.title or f'contenu {rank}'} »"
                place = block_place(self.issue, label, child.id)
                found.append(Entry(item, child.value, section.title, place))
        return found

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text of the issue, as typed: before the typographer's corrections."""
        return tuple(self._passages())

    def _passages(self) -> Iterator[Passage]:
        yield Passage(self.at("title", "Titre"), self.letter.title)
        yield Passage(self.at("subject", "Objet du courriel"), plain(self.issue.subject))
        yield Passage(self.at("subject", "Phrase d'accroche"), self.letter.preheader)
        yield Passage(self.at("editorial", "Éditorial"), words(self.letter.editorial))
        for section, block in zip(self.letter.sections, self.issue.body, strict=True):
            place = block_place(self.issue, f"Rubrique « {section.title} »", block.id)
            yield Passage(place, f"{section.title}\n{section.intro}")
        for entry in self.entries:
            item = entry.item
            texts = (item.title, item.kicker, item.byline, item.link_label, words(item.html))
            yield Passage(entry.place, "\n".join(filter(None, texts)))


def edit_url(issue: IssuePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[issue.pk]) if issue.pk else ""


def block_place(issue: IssuePage, label: str, block_id: str | None) -> Place:
    anchor = f"#block-{block_id}-section" if block_id else f"#{_PANELS['body']}"
    return Place(label, edit_url(issue) + anchor)


def words(html: str) -> str:
    """The text of clean rich text, one line for each block."""
    if not html:
        return ""
    lines = BeautifulSoup(html, "html.parser").get_text("\n" if "</p><p>" in html else "")
    return "\n".join(plain(line) for line in lines.split("\n"))
