"""What search engines are led to, and what they are asked to leave alone."""

from datetime import UTC, datetime
from xml.etree import ElementTree

from django.db import connection
from django.test.utils import CaptureQueriesContext

from wagtail.models import PageViewRestriction, Site

import pytest

from pages.models import ExperiencePage
from tests.builders import make_experience, make_home, make_issue

pytestmark = pytest.mark.django_db

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(client):
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    urls = ElementTree.fromstring(response.content).findall("s:url", NAMES)
    return {
        url.findtext("s:loc", namespaces=NAMES): url.findtext("s:lastmod", namespaces=NAMES)
        for url in urls
    }


def test_every_live_public_page_is_listed_once_with_its_last_change(client):
    sheet, issue = make_experience(), make_issue()
    at = datetime(2026, 3, 5, 8, tzinfo=UTC)
    ExperiencePage.objects.filter(pk=sheet.pk).update(last_published_at=at)
    found = locations(client)
    assert sorted(found) == sorted(
        [
            "http://testserver/",
            "http://testserver/fiches/",
            sheet.full_url,
            "http://testserver/resonances/",
            issue.full_url,
        ]
    )
    assert found[sheet.full_url] == "2026-03-05"


def test_drafts_private_pages_and_closed_archives_are_left_out(client):
    make_experience(title="Brouillon", live=False)
    private, issue = make_experience(title="Réservée"), make_issue()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    issue.periodical.has_public_archive = False
    issue.periodical.save()
    assert set(locations(client)) == {"http://testserver/", "http://testserver/fiches/"}


def test_a_page_may_stay_out(client, monkeypatch):
    sheet = make_experience()
    monkeypatch.setattr(ExperiencePage, "in_sitemap", False)
    assert sheet.full_url not in locations(client)
    assert client.get(sheet.url).status_code == 200


def test_a_long_site_costs_no_more_queries_than_a_short_one(client, django_assert_num_queries):
    make_issue()
    make_experience()
    locations(client)
    with CaptureQueriesContext(connection) as short:
        assert len(locations(client)) == 5
    for year in range(2001, 2021):
        make_issue(year=year, slug=f"n{year}")
        make_experience(year=year)
    with django_assert_num_queries(len(short)):
        assert len(locations(client)) == 45


def test_robots_are_shown_the_sitemap_and_kept_from_readers_links(client):
    make_home()
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    for path in ("/admin/", "/lettre/", "/recherche/"):
        assert f"Disallow: {path}" in lines


def test_without_a_site_there_is_no_sitemap(client):
    Site.objects.all().delete()
    assert client.get("/sitemap.xml").status_code == 404
    assert "Sitemap" not in client.get("/robots.txt").content.decode()
