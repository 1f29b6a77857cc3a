"""The editions: one pure function each, from the letter tree to what is sent or served.

Nothing here reads or writes the database, or sees a request: the same letter gives the same
bytes, and their hash is what an approval is bound to.
"""

from dataclasses import replace

from django.utils.safestring import mark_safe

from newsletters.letter import Item, Letter, Picture, Section, Visibility
from pages.typography import typeset, typeset_html

UNSUBSCRIBE_TOKEN = "%%unsubscribe_url%%"  # noqa: S105 — a placeholder, filled per recipient
PREFERENCES_TOKEN = "%%preferences_url%%"  # noqa: S105 — the same


def filled(content: str, *, unsubscribe: str, preferences: str) -> str:
    """An edition outside any sending, with these addresses in place of a person's own links."""
    return content.replace(UNSUBSCRIBE_TOKEN, unsubscribe).replace(PREFERENCES_TOKEN, preferences)


def without_links(content: str) -> str:
    """For previews: the personal links lead nowhere."""
    return filled(content, unsubscribe="#", preferences="#")


def laid_out(letter: Letter, wanted: Visibility, space: str) -> Letter:
    """The letter as one edition shows it, typeset; its rich text is marked safe for templates."""
    letter = letter.for_edition(wanted)
    return replace(
        letter,
        periodical=typeset(letter.periodical, space),
        subtitle=typeset(letter.subtitle, space),
        title=typeset(letter.title, space),
        preheader=typeset(letter.preheader, space),
        editorial=_html(letter.editorial, space),
        cover=_picture(letter.cover, space),
        logo=_picture(letter.logo, space),
        co_producers=tuple(typeset(name, space) for name in letter.co_producers),
        sections=tuple(_section(section, space) for section in letter.sections),
    )


def _section(section: Section, space: str) -> Section:
    return replace(
        section,
        title=typeset(section.title, space),
        intro=typeset(section.intro, space),
        items=tuple(_item(item, space) for item in section.items),
    )


def _item(item: Item, space: str) -> Item:
    return replace(
        item,
        title=typeset(item.title, space),
        kicker=typeset(item.kicker, space),
        html=_html(item.html, space),
        byline=typeset(item.byline, space),
        link_label=typeset(item.link_label, space),
        picture=_picture(item.picture, space),
    )


def _picture(picture: Picture | None, space: str) -> Picture | None:
    if picture is None:
        return None
    return replace(picture, alt=typeset(picture.alt, space), credit=typeset(picture.credit, space))


def _html(html: str, space: str) -> str:
    # Safe because the tree only holds what `richtext.clean` let through.
    return mark_safe(typeset_html(html, space))  # noqa: S308
