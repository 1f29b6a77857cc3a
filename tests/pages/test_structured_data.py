"""What search engines and aggregators read of each page: JSON-LD, Open Graph, canonical."""

import json
import re
from datetime import date

from wagtail.models import Site

import pytest

from newsletters.models import IssueCoProducer
from pages.models import BasePage, CentreSettings, ExperiencePage, Organisation
from tests.builders import make_experience, make_home, make_issue, make_periodical

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


def descriptions(client, path):
    """By @type, every data block of the page."""
    response = client.get(path)
    assert response.status_code == 200
    found = [json.loads(block) for block in BLOCK.findall(response.content.decode())]
    assert all(block["@context"] == "https://schema.org" for block in found)
    assert len({block["@type"] for block in found}) == len(found)
    return {block["@type"]: block for block in found}


def meta(client, path):
    html = client.get(path).content.decode()
    return dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', html))


@pytest.fixture
def centre(picture):
    make_home()
    centre = CentreSettings.for_site(Site.objects.get())
    centre.name, centre.address = "Les Trois Rives", "12, quai des Confluences,\n95000 Cergy"
    centre.phone, centre.email, centre.logo = "01 00 00 00 00", "contact@example.org", picture
    centre.save()
    return centre


def test_the_home_page_describes_the_centre(client, centre):
    found = descriptions(client, "/")
    assert set(found) == {"NGO"}
    ngo = found["NGO"]
    assert ngo["@id"] == "http://testserver/#centre"
    assert ngo["name"] == "Les Trois Rives"
    assert ngo["url"] == "http://testserver/"
    assert ngo["address"] == "12, quai des Confluences, 95000 Cergy"
    assert ngo["telephone"] == "01 00 00 00 00"
    assert ngo["email"] == "contact@example.org"
    assert ngo["logo"].startswith("http://testserver/media/")


def test_a_series_is_a_periodical(client, centre):
    periodical = make_periodical(
        issn="1234-5679",
        subtitle="La lettre des quartiers",
        started_on=date(2012, 1, 1),
        publisher=Organisation.objects.create(name="Pôle de ressources"),
    )
    page = make_issue(periodical=periodical).get_parent()
    found = descriptions(client, page.url)["Periodical"]
    assert found["name"] == "Résonances"
    assert found["issn"] == "1234-5679"
    assert found["alternateName"] == "La lettre des quartiers"
    assert found["startDate"] == "2012-01-01"
    assert found["publisher"] == {"@type": "Organization", "name": "Pôle de ressources"}
    assert "endDate" not in found


def item(kind, **values):
    return kind, {"visibility": "both"} | values


def test_an_issue_belongs_to_its_series_and_has_parts(client, centre):
    sheet = make_experience(title="Un jardin")
    draft = make_experience(title="À paraître", live=False)
    items = [
        item("experience", page=sheet, title="", text=""),
        item("experience", page=draft, title="", text=""),
        item("news", title="Un conseil citoyen", text="", scope="local", source="", url=""),
        item("text", title="Dans le courriel seulement", text="", visibility="mail"),
    ]
    section = {"key": "pole", "title": "Le Pôle", "intro": "", "items": items}
    issue = make_issue(number="n° 148", body=[("section", section)])
    issue.co_producers.add(
        IssueCoProducer(organisation=Organisation.objects.create(name="Ville de Cergy"))
    )
    issue.save()
    found = descriptions(client, issue.url)["PublicationIssue"]
    assert found["issueNumber"] == "n° 148"
    assert found["datePublished"] == "2026-03"
    assert found["isPartOf"] == {
        "@type": "Periodical",
        "name": "Résonances",
        "url": "http://testserver/resonances/",
    }
    assert found["publisher"]["name"] == "Les Trois Rives"
    assert found["contributor"] == [{"@type": "Organization", "name": "Ville de Cergy"}]
    assert found["hasPart"] == [
        {"@type": "Article", "name": "Un jardin", "url": sheet.full_url},
        {"@type": "Article", "name": "À paraître"},
        {"@type": "NewsArticle", "name": "Un conseil citoyen"},
    ]


def test_a_sheet_is_an_article_with_its_credited_picture(client, centre, picture):
    sheet = make_experience(cover=picture, territory_label="Cergy")
    found = descriptions(client, sheet.url)["Article"]
    assert found["headline"] == sheet.title
    assert found["abstract"] == sheet.standfirst
    assert found["contentLocation"] == "Cergy"
    assert found["publisher"]["@id"] == "http://testserver/#centre"
    assert found["image"]["url"].startswith("http://testserver/media/")
    assert found["image"]["creditText"] == "© La Ville"


def test_a_list_is_a_collection(client, centre):
    make_experience()
    found = descriptions(client, "/fiches/")
    assert found["CollectionPage"]["url"] == "http://testserver/fiches/"
    assert "Article" not in found


def test_every_page_but_the_home_page_says_where_it_stands(client):
    sheet, issue = make_experience(title="Un jardin"), make_issue()
    assert "BreadcrumbList" not in descriptions(client, "/")
    for page in (sheet, issue, sheet.get_parent(), issue.get_parent()):
        trail = descriptions(client, page.url)["BreadcrumbList"]["itemListElement"]
        assert [step["position"] for step in trail] == list(range(1, len(trail) + 1))
        assert trail[0]["item"] == "http://testserver/"
        assert trail[-1] == {
            "@type": "ListItem",
            "position": len(trail),
            "name": page.title,
            "item": page.full_url,
        }
    steps = descriptions(client, sheet.url)["BreadcrumbList"]["itemListElement"]
    names = [step["name"] for step in steps]
    assert names == ["Centre de ressources", "Fiches expérience", "Un jardin"]


def test_no_description_has_an_empty_property():
    def check(value):
        values = value.values() if isinstance(value, dict) else value
        for inner in values:
            assert inner not in ("", None, [], {})
            if isinstance(inner, dict | list):
                check(inner)

    sheet, issue = make_experience(), make_issue()
    for page in (sheet, issue, sheet.get_parent().specific, issue.get_parent().specific):
        check(page.json_ld())


def test_a_draft_that_lacks_everything_is_still_described():
    make_experience()
    for page in (ExperiencePage(title=""), type(make_issue())(periodical=make_issue_series())):
        assert isinstance(page, BasePage)
        assert page.json_ld()["@type"] in {"Article", "PublicationIssue"}


def make_issue_series():
    return make_periodical(code="autre", title="Autre")


def test_social_cards_repeat_the_page_with_absolute_addresses(client, centre, picture):
    sheet = make_experience(title="Un jardin & des voisins", cover=picture)
    found = meta(client, sheet.url)
    assert found["og:title"] == "Un jardin &amp; des voisins"
    assert found["og:type"] == "article"
    assert found["og:url"] == sheet.full_url
    assert found["og:site_name"] == "Les Trois Rives"
    assert found["og:locale"] == "fr_FR"
    assert found["og:image"].startswith("http://testserver/media/")
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["og:image:alt"] == "Des habitants plantent un arbre"


def test_each_page_names_one_canonical_address_whatever_its_filters(client):
    sheet, issue = make_experience(), make_issue()
    paths = {"/": "/", "/fiches/?year=2026": "/fiches/", sheet.url: sheet.url, issue.url: issue.url}
    for path, canonical in paths.items():
        html = client.get(path).content.decode()
        assert re.findall(r'<link rel="canonical" href="([^"]+)">', html) == [
            f"http://testserver{canonical}"
        ]
        assert "og:image" not in html
