"""schema.org descriptions of the pages, for search engines and aggregators."""

from typing import Any

from pages.models import ExperiencePage


def experience_article(
    page: ExperiencePage, *, publisher: str, image_url: str = ""
) -> dict[str, Any]:
    """An Article (https://schema.org/Article); empty properties are left out.

    `image_url`: absolute, or "".
    """
    published, changed = page.first_published_at, page.last_published_at
    found = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "description": page.summary(),
        "inLanguage": "fr",
        "url": page.full_url,
        "image": image_url,
        "datePublished": published.isoformat() if published else "",
        "dateModified": changed.isoformat() if changed else "",
        "author": [
            {"@type": "Person", "name": author.person.full_name}
            for author in page.authors.select_related("person")
        ],
        "publisher": {"@type": "Organization", "name": publisher},
        "about": [theme.name for theme in page.themes.all()],
        "contentLocation": page.territory_label,
    }
    return {key: value for key, value in found.items() if value}
