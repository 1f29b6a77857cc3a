"""What machines read of each type of page: schema.org, the social card, the sitemap."""

import json
import re

import pytest

from tests.samples import sample_pages

pytestmark = pytest.mark.django_db

DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
META = re.compile(r'<meta property="(og:[\w:]+)" content="([^"]*)">')
# The properties that schema.org's readers (Google's rich results) ask of each type.
REQUIRED = {
    "ActionPage": ("EventSeries", {"name", "url"}),
    "DossierPage": ("Collection", {"name", "url", "hasPart"}),
    "EventPage": ("Event", {"name", "startDate", "location", "eventStatus"}),
    "ExperiencePage": ("Article", {"headline", "publisher"}),
    "HomePage": ("NGO", {"name", "url", "@id"}),
    "IssuePage": ("PublicationIssue", {"name", "url", "isPartOf", "datePublished"}),
    "JobPage": (
        "JobPosting",
        {"title", "description", "datePosted", "hiringOrganization", "jobLocation"},
    ),
    "PeriodicalPage": ("Periodical", {"name", "url"}),
    "ProgrammePage": ("CreativeWork", {"name", "url", "hasPart"}),
    "PublicationPage": ("Report", {"name", "url", "datePublished", "publisher"}),
    "RecordingPage": ("PodcastEpisode", {"name", "url", "associatedMedia"}),
    "ToolPage": ("DigitalDocument", {"name", "url"}),
}
CARD = {"og:type", "og:locale", "og:site_name", "og:title", "og:url"}


def test_every_type_of_page_describes_itself_to_machines(client):
    samples = sample_pages()
    closed = samples.pop("410")
    wanting = {}
    listed = client.get("/sitemap.xml").content.decode()
    for name, page in samples.items():
        html = client.get(page.url).content.decode()
        found = {data["@type"]: data for data in map(json.loads, DATA.findall(html))}
        default = "CollectionPage" if name.endswith("IndexPage") else None
        kind, required = REQUIRED.get(name, (default, {"name", "url"}))
        kind = kind or next(iter(found.keys() - {"BreadcrumbList"}), None)
        missing = required - found.get(kind, {}).keys()
        card = dict(META.findall(html))
        missing |= CARD - card.keys() | {key for key, value in card.items() if not value}
        if name != "HomePage":
            missing |= {"BreadcrumbList"} - found.keys()
        if f"<loc>{page.full_url}</loc>" not in listed:
            missing.add("sitemap")
        if missing:
            wanting[name] = (kind, sorted(missing), sorted(found))
    assert wanting == {}
    assert closed.full_url not in listed
