"""From the issue's blocks to the letter tree; see `newsletters.letter.compose`."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.text import Truncator, capfirst, slugify

from wagtail.models import Page, Site

from newsletters.letter import Item, Kind, Letter, Section, Sender, Visibility
from newsletters.richtext import plain, web_address
from newsletters.sources import Sources
from pages.models import BasePage, CentreSettings
from pages.period import MONTHS

if TYPE_CHECKING:
    from newsletters.models import IssuePage

# A link label is read aloud in one breath.
LABEL_LENGTH = 80


def compose_issue(issue: "IssuePage", base_url: str | None) -> Letter:
    site = issue.get_site() or Site.objects.filter(is_default_site=True).first()
    base = base_url or (site.root_url if site else "") or settings.WAGTAILADMIN_BASE_URL
    centre = CentreSettings.objects.filter(site=site).select_related("logo").first()
    logo = centre.logo if centre else None
    sources = Sources(issue, base, logo)
    periodical = issue.periodical
    return Letter(
        periodical=plain(periodical.title),
        subtitle=plain(periodical.subtitle),
        title=plain(issue.title),
        period=issue.period_label,
        subject=plain(issue.mail_subject),
        preheader=plain(issue.preheader),
        web_url=urljoin(base, issue.url or "/"),
        sender=_sender(periodical.sender_name, centre, base),
        editorial=sources.html(issue.editorial, "Éditorial"),
        cover=sources.picture(issue.cover, "Image de couverture", None),
        logo=sources.logo(logo),
        co_producers=tuple(plain(partner.name) for partner in sources.partners),
        partner_logos=sources.partner_logos(),
        sections=_sections(issue, sources),
    )


def _sender(name: str, centre: CentreSettings | None, base: str) -> Sender:
    if centre is None:
        return Sender(name=plain(name), website=base)
    lines = (plain(line) for line in centre.address.splitlines())
    return Sender(
        name=plain(name),
        address=", ".join(line.rstrip(",") for line in lines if line),
        phone=plain(centre.phone),
        email=plain(centre.email),
        website=base,
    )


def _sections(issue: "IssuePage", sources: Sources) -> tuple[Section, ...]:
    titles = {row.key: row.title for row in issue.periodical.sections.all()}
    sections = []
    for number, block in enumerate(issue.body, start=1):
        raw = plain(block.value.get("key"))
        key = slugify(raw) or f"rubrique-{number}"
        title = plain(block.value.get("title") or titles.get(raw) or f"Rubrique {number}")
        items = tuple(
            _item(child, f"{key}-{rank}", f"Rubrique « {title} », contenu n° {rank}", sources)
            for rank, child in enumerate(block.value.get("items") or (), start=1)
        )
        sections.append(Section(key, number, title, plain(block.value.get("intro")), items))
    return tuple(sections)


def _item(block: Any, rank: str, place: str, sources: Sources) -> Item:
    """`rank` stands for the block's id where it has none: a stream written by a program."""
    value = block.value
    kind = Kind(block.block_type)
    title = plain(value.get("title"))
    item = Item(
        kind=kind,
        anchor=f"{kind}-{block.id[:8]}" if block.id else rank,
        title=title,
        html=sources.html(value.get("text"), f"{place} « {title} »" if title else place),
        url=web_address(value.get("url"), sources.base_url),
        visibility=_visibility(value.get("visibility")),
    )
    return BUILDERS[kind](item, value, place, sources)


def _visibility(stored: str | None) -> Visibility:
    return Visibility(stored) if stored in tuple(Visibility) else Visibility.BOTH


def _choice(value: Any, name: str) -> str:
    """What the editor reads for the choice stored under `name`."""
    choices = dict(value.block.child_blocks[name].field.choices)
    return plain(choices.get(value.get(name), "")) if value.get(name) else ""


def _label(verb: str, item: Item) -> str:
    """A link text that stands alone (RGAA 6.1), or "" without a link."""
    title = Truncator(item.title).chars(LABEL_LENGTH, truncate="…")
    return f"{verb} « {title} »" if item.url else ""


def _paragraph(text: object) -> str:
    # Apostrophes stay: as entities they would escape the typographer.
    return f"<p>{escape(plain(text), quote=False)}</p>" if text else ""


def _text(item: Item, value: Any, place: str, sources: Sources) -> Item:
    label = plain(value.get("link_label")) if item.url else ""
    return replace(item, link_label=label or _label("En savoir plus sur", item))


def _news(item: Item, value: Any, place: str, sources: Sources) -> Item:
    return replace(
        item,
        kicker=_choice(value, "scope"),
        byline=plain(value.get("source")),
        link_label=_label("Lire", item),
    )


def _resource(item: Item, value: Any, place: str, sources: Sources) -> Item:
    """What is written for the letter, and from the resource chosen what is not."""
    chosen = value.get("resource")
    by = [plain(value.get(name) or getattr(chosen, name, "")) for name in ("author", "publisher")]
    if chosen:
        item = replace(
            item,
            title=item.title or plain(chosen.title),
            html=item.html or _paragraph(chosen.note),
            url=item.url or web_address(chosen.url, sources.base_url),
        )
    return replace(
        item,
        kicker=chosen.get_kind_display() if chosen else _choice(value, "kind"),
        byline=", ".join(filter(None, by)),
        link_label=_label("Découvrir", item),
    )


def _press(item: Item, value: Any, place: str, sources: Sources) -> Item:
    date = value.get("date")
    day = "1er" if date and date.day == 1 else date and date.day
    return replace(
        item,
        kicker=plain(value.get("media")),
        byline=f"{day} {MONTHS[date.month - 1]} {date.year}" if date else "",
        link_label=_label("Lire", item),
    )


def _experience(item: Item, value: Any, place: str, sources: Sources) -> Item:
    """Picture, title and standfirst: the sheet itself is read on the site, never mailed."""
    page = value.get("page")
    if page is None:
        return item
    item = replace(
        item,
        title=item.title or plain(page.short_title or page.title),
        kicker=plain(page.territory_label),
        html=item.html or _paragraph(page.standfirst),
        url=urljoin(sources.base_url, page.url) if page.url else "",
        picture=sources.picture(page.cover, place, None),
        page_id=page.pk,
    )
    return replace(item, link_label=_label("Lire la fiche", item))


def _page(item: Item, value: Any, place: str, sources: Sources) -> Item:
    """What the page itself says, unless the editor wrote otherwise for the letter."""
    page = sources.specific(value.get("page"))
    if page is None:
        return item
    item = replace(
        item,
        title=item.title or plain(page.title),
        kicker=plain(capfirst(page._meta.verbose_name)),
        html=item.html or _paragraph(page_summary(page)),
        url=urljoin(sources.base_url, page.url) if page.url else "",
        picture=sources.thumbnail(getattr(page, "cover", None), place),
    )
    return replace(item, link_label=_label("Lire", item))


def page_summary(page: Page) -> str:
    """The sentence a page gives of itself, whatever its type."""
    return page.summary() if isinstance(page, BasePage) else page.search_description


def _zoom(item: Item, value: Any, place: str, sources: Sources) -> Item:
    return item


def _image(item: Item, value: Any, place: str, sources: Sources) -> Item:
    image = value.get("image")
    alt = "" if image is None or image.decorative else image.contextual_alt_text or ""
    return replace(
        item,
        html=_paragraph(value.get("caption")),
        picture=sources.picture(image, place, alt),
    )


BUILDERS: dict[Kind, Callable[[Item, Any, str, Sources], Item]] = {
    Kind.TEXT: _text,
    Kind.EXPERIENCE: _experience,
    Kind.NEWS: _news,
    Kind.RESOURCE: _resource,
    Kind.PRESS: _press,
    Kind.ZOOM: _zoom,
    Kind.IMAGE: _image,
    Kind.PAGE: _page,
}
