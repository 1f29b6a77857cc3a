"""RSS and Atom: what they hold, what they hide, what a reader's software relies on."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from wagtail.models import PageViewRestriction

import pytest

from newsletters.models import IssuePage
from pages.models import ExperiencePage, Theme
from pages.syndication import followed_types
from tests.builders import make_experience, make_home, make_issue

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def published(page, *, day=1, **fields):
    at = datetime(2026, 3, day, 8, tzinfo=UTC)
    values = {"first_published_at": at, "last_published_at": at} | fields
    type(page).objects.filter(pk=page.pk).update(**values)
    return type(page).objects.get(pk=page.pk)


def rss(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    return ElementTree.fromstring(response.content).find("channel")


def titles(channel):
    return [item.findtext("title") for item in channel.iter("item")]


def test_everything_holds_all_types_from_the_newest(client):
    published(make_experience(title="Fiche"), day=2)
    published(make_issue(title="Numéro"), day=3)
    published(make_experience(title="Ancienne"), day=1)
    assert titles(rss(client, "/flux/tout.rss")) == ["Numéro", "Fiche", "Ancienne"]


def test_a_type_has_its_own_feed(client):
    published(make_experience(title="Fiche"))
    published(make_issue(title="Numéro"))
    assert titles(rss(client, "/flux/fiches-experience.rss")) == ["Fiche"]
    assert titles(rss(client, "/flux/lettres.rss")) == ["Numéro"]


def test_a_theme_has_its_own_feeds_and_names_it_on_each_entry(client):
    theme = Theme.objects.create(code="sante", name="Santé & soin")
    sheet = published(make_experience(title="Soigner"))
    sheet.themes.set([theme])
    sheet.save()
    published(make_experience(title="Rouler"))
    published(make_issue(title="Numéro"))
    for path in ("/flux/tout/sante.rss", "/flux/fiches-experience/sante.rss"):
        channel = rss(client, path)
        assert titles(channel) == ["Soigner"]
        assert channel.findtext("item/category") == "Santé & soin"
        assert "Santé & soin" in channel.findtext("title")


def test_a_series_has_its_own_feed_unless_its_archive_is_closed(client):
    issue = published(make_issue(title="Numéro"))
    assert titles(rss(client, "/flux/serie/resonances.rss")) == ["Numéro"]
    issue.periodical.has_public_archive = False
    issue.periodical.save()
    assert client.get("/flux/serie/resonances.rss").status_code == 404
    assert titles(rss(client, "/flux/tout.rss")) == []
    assert "/flux/serie/" not in client.get(issue.url).content.decode()


def test_drafts_and_private_pages_are_in_no_feed(client):
    published(make_experience(title="Brouillon", live=False))
    private = published(make_experience(title="Réservée"))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    published(make_experience(title="Publique"))
    assert titles(rss(client, "/flux/tout.rss")) == ["Publique"]


def test_addresses_are_absolute_and_an_entry_survives_the_renaming_of_its_page(client):
    page = published(make_experience(slug="avant"))
    before = rss(client, "/flux/tout.rss").find("item")
    page.slug = "apres"
    page.save()
    after = rss(client, "/flux/tout.rss").find("item")
    assert before.findtext("link") == "http://testserver/fiches/avant/"
    assert after.findtext("link") == "http://testserver/fiches/apres/"
    assert before.findtext("guid") == after.findtext("guid") == f"urn:uuid:{page.translation_key}"
    assert after.find("guid").get("isPermaLink") == "false"


def test_atom_says_when_an_entry_appeared_and_changed(client):
    published(make_experience(), day=1, last_published_at=datetime(2026, 3, 5, 8, tzinfo=UTC))
    response = client.get("/flux/fiches-experience.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)
    entry = root.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}published").startswith("2026-03-01T")
    assert entry.findtext(f"{ATOM}updated").startswith("2026-03-05T")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == "http://testserver/flux/fiches-experience.atom"


def test_a_control_character_does_not_take_the_feed_down(client):
    page = make_experience(
        title="Un jardin\x0b partagé", standfirst="Des voisin·es & un <banc>\x1f."
    )
    published(page)
    item = rss(client, "/flux/tout.rss").find("item")
    assert item.findtext("title") == "Un jardin partagé"
    assert item.findtext("description") == "Des voisin·es &amp; un &lt;banc&gt;."


def test_a_feed_is_bounded_and_so_are_its_queries(client, django_assert_num_queries):
    for month in range(1, 13):
        for year in (2021, 2022, 2023):
            published(make_experience(year=year, first_month=month))
    path = "/flux/fiches-experience.rss"
    client.get(path)
    with django_assert_num_queries(3):
        assert len(titles(rss(client, path))) == 30


def test_a_reader_that_has_the_feed_is_told_so(client):
    published(make_experience())
    first = client.get("/flux/tout.rss")
    again = client.get("/flux/tout.rss", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/flux/inconnu.rss",
        "/flux/tout.json",
        "/flux/tout/inconnue.rss",
        "/flux/serie/inconnue.rss",
        "/flux/serie/resonances.xml",
    ],
)
def test_an_unknown_feed_is_not_found(client, path):
    make_issue()
    assert client.get(path).status_code == 404


def advertised(client, path):
    html = client.get(path).content.decode()
    return re.findall(r'<link rel="alternate" type="application/(?:rss|atom)\+xml"[^>]*>', html)


def test_each_page_leads_to_the_feeds_that_follow_it(client):
    Theme.objects.create(code="sante", name="Santé")
    sheet, issue = make_experience(), make_issue()
    for path, feed in [
        ("/", "/flux/tout"),
        (sheet.url, "/flux/fiches-experience"),
        ("/fiches/", "/flux/fiches-experience"),
        (issue.url, "/flux/serie/resonances"),
        (issue.get_parent().url, "/flux/serie/resonances"),
    ]:
        found = advertised(client, path)
        assert len(found) == (4 if path == "/fiches/" else 2)  # sheets, and their yearly volumes
        assert f'href="http://testserver{feed}.rss"' in found[0]
        assert f'href="http://testserver{feed}.atom"' in found[1]
    filtered = advertised(client, "/fiches/?theme=sante")
    assert any("/flux/fiches-experience/sante.rss" in link for link in filtered)


def test_index_pages_show_their_feed_to_people(client):
    make_experience()
    make_issue()
    for path, feed in [("/fiches/", "fiches-experience"), ("/resonances/", "serie/resonances")]:
        assert f'<a href="/flux/{feed}.rss">flux RSS</a>' in client.get(path).content.decode()


def test_one_page_lists_every_feed(client):
    make_home()
    Theme.objects.create(code="sante", name="Santé")
    html = client.get("/flux/").content.decode()
    for path in ("tout.rss", "tout.atom", "fiches-experience.rss", "tout/sante.atom"):
        assert f'href="/flux/{path}"' in html
    assert '<a href="/flux/">' in client.get("/").content.decode()


def test_no_two_types_share_an_address():
    declared = [model.feed_slug for model in followed_types()]
    assert {ExperiencePage.feed_slug, IssuePage.feed_slug} <= set(declared)
    assert len(declared) == len(set(declared))
    assert not {"tout", "serie"} & set(declared)
    assert all(model.feed_title for model in followed_types())
