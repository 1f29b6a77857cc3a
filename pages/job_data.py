"""schema.org description (JSON-LD) of the job offers."""

from typing import TYPE_CHECKING, Any

from pages.linked_data import body, described

if TYPE_CHECKING:
    from pages.models.job import JobPage

EMPLOYMENT = {
    "cdd": "TEMPORARY",
    "alternance": "OTHER",
    "stage": "INTERN",
    "service_civique": "VOLUNTEER",
    "mission": "CONTRACTOR",
}


def posting(page: "JobPage") -> dict[str, Any]:
    """https://schema.org/JobPosting"""
    published = page.first_published_at
    address = {"@type": "PostalAddress", "addressCountry": "FR"}
    locality = page.place or ", ".join(found.name for found in page.territories.all())
    if locality:
        address["addressLocality"] = locality
    return described(
        page,
        "JobPosting",
        title=page.title,
        datePosted=published.date().isoformat() if published else "",
        validThrough=page.closes_at.isoformat() if page.closes_at else "",
        hiringOrganization=body(page.employer_label) if page.employer_label else None,
        jobLocation={"@type": "Place", "address": address},
        employmentType=EMPLOYMENT.get(page.contract, ""),
        workHours=page.working_time,
        about=[theme.name for theme in page.themes.all()],
    )
