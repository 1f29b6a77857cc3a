"""schema.org descriptions (JSON-LD) of the publications, recordings, tools and dossiers."""

from typing import TYPE_CHECKING, Any

from django.utils.html import strip_tags

if TYPE_CHECKING:
    from pages.models.base import BasePage
    from pages.models.documents import CentreDocument
    from pages.models.publication import PublicationPage
    from pages.models.recording import RecordingPage


def described(page: "BasePage", kind: str, **properties: Any) -> dict[str, Any]:
    """The properties every work has, and those given; empty ones are left out."""
    published, changed = page.first_published_at, page.last_published_at
    found = {
        "@context": "https://schema.org",
        "@type": kind,
        "name": page.title,
        "url": page.full_url or "",
        "inLanguage": "fr",
        "description": page.summary(),
        "dateCreated": published.date().isoformat() if published else "",
        "dateModified": changed.isoformat() if changed else "",
    } | properties
    return {key: value for key, value in found.items() if value}


def person(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name}


def body(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name}


def download(document: "CentreDocument", root_url: str) -> dict[str, Any]:
    """https://schema.org/MediaObject"""
    return {
        "@type": "MediaObject",
        "contentUrl": f"{root_url}{document.url}",
        "encodingFormat": document.content_type,
        "name": document.title,
    }


def report(page: "PublicationPage") -> dict[str, Any]:
    """https://schema.org/Report"""
    citation, site = page.citation(), page.get_site()
    by_role: dict[str, list[dict[str, str]]] = {}
    for made in page.organisations.all():
        key = {"financeur": "funder", "commanditaire": "sponsor", "auteur": ""}.get(
            made.role, "contributor"
        )
        by_role.setdefault(key, []).append(body(made.organisation.name))
    by_role.pop("", None)
    series = {"@type": "CreativeWorkSeries", "name": citation.collection}
    return described(
        page,
        "Report",
        abstract=page.abstract,
        genre=citation.kind,
        datePublished=citation.date,
        numberOfPages=page.page_count,
        author=[
            body(name.family) if name.is_body else person(f"{name.given} {name.family}".strip())
            for name in citation.authors
        ],
        publisher=body(citation.publisher),
        isPartOf=series | {"position": page.number} if citation.collection else None,
        license=page.licence_choice.url,
        isAccessibleForFree=page.access == page.Access.FREE,
        about=list(citation.keywords),
        spatialCoverage=[territory.name for territory in page.territories.all()],
        encoding=[
            download(found.document, site.root_url if site else "") for found in page.files.all()
        ],
        **by_role,
    )


def episode(page: "RecordingPage") -> dict[str, Any]:
    """https://schema.org/PodcastEpisode or https://schema.org/VideoObject"""
    site = page.get_site()
    sound = page.kind == page.Kind.PODCAST
    media: dict[str, Any] = {"@type": "AudioObject" if sound else "VideoObject"}
    if page.media_file:
        media = download(page.media_file, site.root_url if site else "") | media
    elif page.media_url:
        media["url"] = page.media_url
    media["transcript"] = strip_tags(page.transcript)
    shared = {
        "datePublished": page.released_on.isoformat() if page.released_on else "",
        "duration": f"PT{page.seconds}S" if page.seconds else "",
        "actor": [person(speaker.person.full_name) for speaker in page.speakers.all()],
        "about": [theme.name for theme in page.themes.all()],
    }
    if sound:
        return described(page, "PodcastEpisode", associatedMedia=media, **shared)
    uploaded = shared["datePublished"]
    return described(page, "VideoObject", uploadDate=uploaded, **(media | shared))
