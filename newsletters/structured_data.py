"""schema.org descriptions of the series and their issues."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from newsletters.letter import Kind, Visibility
from pages.linked_data import described
from pages.structured_data import cover_url, publisher, without_empty

if TYPE_CHECKING:
    from wagtail.blocks import StructValue
    from wagtail.models import Site

    from newsletters.models import IssuePage, Periodical, PeriodicalPage

TYPES = {Kind.EXPERIENCE: "Article", Kind.NEWS: "NewsArticle"}


def periodical(page: "PeriodicalPage") -> dict[str, Any]:
    """https://schema.org/Periodical"""
    series, site = page.periodical, page.get_site()
    return described(
        page,
        "Periodical",
        **_series(series),
        publisher=_publisher(series, site),
        startDate=series.started_on.isoformat() if series.started_on else "",
        endDate=series.ended_on.isoformat() if series.ended_on else "",
        image=cover_url(page, site),
    )


def issue(page: "IssuePage") -> dict[str, Any]:
    """https://schema.org/PublicationIssue; its parts are the titled items the site shows."""
    site, archive = page.get_site(), page.get_parent()
    series = {
        "@type": "Periodical",
        **_series(page.periodical),
        "url": archive.full_url if archive else "",
    }
    return described(
        page,
        "PublicationIssue",
        issueNumber=page.number,
        datePublished=_month(page),
        isPartOf=without_empty(series),
        publisher=_publisher(page.periodical, site),
        contributor=[
            {"@type": "Organization", "name": row.organisation.name}
            for row in page.co_producers.select_related("organisation")
        ],
        image=cover_url(page, site),
        hasPart=list(_parts(page)),
    )


def _series(series: "Periodical") -> dict[str, Any]:
    found = {"name": series.title, "alternateName": series.subtitle, "issn": series.issn}
    return without_empty(found)


def _publisher(series: "Periodical", site: "Site | None") -> dict[str, Any]:
    if series.publisher:
        return {"@type": "Organization", "name": series.publisher.name}
    return publisher(site)


def _month(page: "IssuePage") -> str:
    """The month printed on the issue rather than the day an old one was put on line."""
    if page.period:
        return f"{page.period.year:04d}-{page.period.first:02d}"
    return page.first_published_at.date().isoformat() if page.first_published_at else ""


def _parts(page: "IssuePage") -> Iterator[dict[str, str]]:
    for section in page.body:
        for item in section.value.get("items") or []:
            part = _part(Kind(item.block_type), item.value)
            if part and item.value.get("visibility") != Visibility.MAIL:
                yield part


def _part(kind: Kind, value: "StructValue") -> dict[str, str] | None:
    page = value.get("page")
    title = value.get("title") or getattr(page, "title", "")
    if not title:
        return None
    url = page.full_url if page and page.live else ""
    return without_empty({"@type": TYPES.get(kind, "CreativeWork"), "name": title, "url": url})
