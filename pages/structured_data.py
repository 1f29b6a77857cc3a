"""schema.org descriptions of the pages (JSON-LD), for search engines and aggregators.

Each page type builds its own in `json_ld`; a template tag writes it. Empty properties are left
out, and what a draft lacks is simply absent: previews go through here too.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from wagtail.models import Page, Site

from pages.linked_data import described

if TYPE_CHECKING:
    from pages.models import BasePage, CentreSettings, ExperiencePage, HomePage

CONTEXT = "https://schema.org"
CARD_SIZE = "fill-1200x630|format-jpeg"


def without_empty(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value}


def dates(page: "BasePage") -> dict[str, str]:
    published, changed = page.first_published_at, page.last_published_at
    return {
        "datePublished": published.isoformat() if published else "",
        "dateModified": changed.isoformat() if changed else "",
    }


def cover_url(page: "BasePage", site: Site | None) -> str:
    """Absolute address of the cover, at the size of social cards; "" without cover or site."""
    if not (page.cover and site):
        return ""
    return urljoin(site.root_url, page.cover.get_rendition(CARD_SIZE).url)


def centre_of(site: Site | None) -> "CentreSettings":
    """The settings of the site; the defaults for a page that belongs to none yet."""
    # Not at the top: the models import this module.
    from pages.models import CentreSettings

    return CentreSettings.for_site(site) if site else CentreSettings()


def publisher(site: Site | None) -> dict[str, Any]:
    """The centre in few words; the home page describes it in full, under the same @id."""
    found = {"@type": "NGO", "name": centre_of(site).name}
    return found | ({"@id": f"{site.root_url}/#centre"} if site else {})


def organisation(page: "HomePage") -> dict[str, Any]:
    """The centre, https://schema.org/NGO."""
    site = page.get_site()
    centre = centre_of(site)
    logo = centre.logo.get_rendition("max-600x600").url if centre.logo and site else ""
    lines = (line.strip().rstrip(",") for line in centre.address.splitlines())
    found = {
        "@context": CONTEXT,
        **publisher(site),
        "name": centre.name,
        "description": page.summary(),
        "url": page.full_url or "",
        "address": ", ".join(line for line in lines if line),
        "telephone": centre.phone,
        "email": centre.email,
        "logo": urljoin(site.root_url, logo) if site and logo else "",
        "image": cover_url(page, site),
    }
    return without_empty(found)


def collection(page: "BasePage") -> dict[str, Any]:
    """A list of pages, https://schema.org/CollectionPage."""
    return described(page, "CollectionPage")


def web_page(page: "BasePage") -> dict[str, Any]:
    """Any other page, https://schema.org/WebPage."""
    return described(page, "WebPage")


def experience_article(page: "ExperiencePage") -> dict[str, Any]:
    """https://schema.org/Article"""
    site = page.get_site()
    image = cover_url(page, site)
    credit = page.cover.credit if page.cover else ""
    picture = {"@type": "ImageObject", "url": image, "creditText": credit}
    return described(
        page,
        "Article",
        headline=page.title,
        abstract=page.standfirst,
        image=without_empty(picture) if image else "",
        **dates(page),
        author=[
            {"@type": "Person", "name": author.person.full_name}
            for author in page.authors.select_related("person")
        ],
        publisher=publisher(site),
        about=[theme.name for theme in page.themes.all()],
        contentLocation=page.territory_label,
    )


def breadcrumbs(trail: Iterable[Page]) -> dict[str, Any]:
    """https://schema.org/BreadcrumbList; `trail` goes from the home page to the page itself."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": rank, "name": page.title, "item": page.full_url}
            for rank, page in enumerate(trail, start=1)
        ],
    }
