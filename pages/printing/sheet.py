"""An experience sheet as the data of a print template."""

from functools import partial
from typing import Any

from wagtail.rich_text import expand_db_html

from pages.models import ExperiencePage
from pages.templatetags.site_tags import french_list
from pages.typesetting.nodes import nodes, printable
from pages.typesetting.pictures import Pictures
from pages.typography import NARROW, typeset

_set = partial(typeset, space=NARROW)


def typeset_text(text: object) -> str:
    """One printable line."""
    return _set(printable(text))


def rich(html: object, base_url: str) -> list[Any]:
    """The nodes of a stored rich text, its internal links resolved."""
    source = str(getattr(html, "source", html) or "")
    return nodes(expand_db_html(source), base_url=base_url, finish=_set)


def sheet(page: ExperiencePage, pictures: Pictures, base_url: str) -> dict[str, Any]:
    """Everything printed of the sheet; `pictures` collects its images.

    Raises TypesettingError when one of them is lost.
    """
    return {
        "id": page.pk,
        "title": typeset_text(page.title),
        "short_title": typeset_text(page.short_title or page.title),
        "standfirst": typeset_text(page.standfirst),
        "territory": typeset_text(page.territory_label),
        "period": page.period_label,
        "project_period": typeset_text(page.project_period),
        "holders": typeset_text(
            french_list(h.organisation.name for h in page.holders.select_related("organisation"))
        ),
        "authors": french_list(a.person.full_name for a in page.authors.select_related("person")),
        "cover": pictures.add(page.cover),
        "blocks": [part for block in page.body for part in parts(block, pictures, base_url)],
        "contacts": [
            {
                "name": typeset_text(contact.name),
                "function": typeset_text(contact.function),
                "organisation": typeset_text(contact.organisation),
                "email": printable(contact.email),
            }
            for contact in page.contacts.all()
            if contact.is_public
        ],
        "url": page.full_url or "",
    }


def parts(block: Any, pictures: Pictures, base_url: str) -> list[dict[str, Any]]:
    """What is printed of one block of an article, as `typesetting/article.typ` reads it."""
    value = block.value
    match block.block_type:
        case "heading":
            return [{"t": "heading", "text": typeset_text(value)}]
        case "paragraph":
            # One part for each paragraph: columns are balanced between parts.
            return [{"t": "prose", "c": [node]} for node in rich(value, base_url)]
        case "quote":
            return [{"t": "quote"} | {k: typeset_text(value.get(k)) for k in QUOTATION}]
        case "key_figures":
            rows = [{k: typeset_text(f.get(k)) for k in FIGURE} for f in value["figures"]]
            return [{"t": "figures", "entries": rows}]
        case "figure":
            return _figure(value, pictures)
        case "joining":
            return []  # a form means nothing on paper
    raise NotImplementedError(f"no print form for the block {block.block_type!r}")


QUOTATION = ("text", "speaker", "role")
FIGURE = ("value", "label")


def _figure(value: Any, pictures: Pictures) -> list[dict[str, Any]]:
    image = value.get("image")
    if image is None:
        return []
    alt = "" if image.decorative else image.contextual_alt_text or ""
    picture = pictures.add(image, alt=alt)
    return [{"t": "figure", "picture": picture, "caption": typeset_text(value.get("caption"))}]
