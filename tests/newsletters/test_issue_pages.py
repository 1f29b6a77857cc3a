"""The web edition of an issue, and the archive of its series."""

import pytest

from tests.builders import make_issue, make_periodical

pytestmark = pytest.mark.django_db


@pytest.fixture
def periodical():
    return make_periodical(subtitle="La lettre des quartiers")


def issue_of(month, periodical, **fields):
    values = {"title": f"Numéro {month}", "slug": f"numero-{month}", "first_month": month}
    return make_issue(periodical=periodical, **(values | fields))


def read(client, page):
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def test_an_issue_shows_what_is_meant_for_the_site(client, periodical):
    items = [
        ("text", {"title": "Pour tous", "visibility": "both"}),
        ("text", {"title": "Pour le site", "visibility": "web"}),
        ("text", {"title": "Pour la lettre", "visibility": "mail"}),
    ]
    body = [("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": items})]
    html = read(client, issue_of(3, periodical, body=body))
    assert html.count("<h1") == 1
    assert "La lettre des quartiers" in html
    assert "Pour tous" in html
    assert "Pour le site" in html
    assert "Pour la lettre" not in html
    assert "unsubscribe" not in html
    assert "desinscription" not in html


def test_an_issue_leads_to_those_before_and_after_it(client, periodical):
    issue_of(12, periodical, year=2025)
    issue_of(1, periodical)
    here = issue_of(3, periodical)
    issue_of(5, periodical)
    issue_of(6, periodical)
    issue_of(4, periodical, live=False)
    html = read(client, here)
    assert "Numéro précédent\u00a0: janvier 2026" in html
    assert "Numéro suivant\u00a0: mai 2026" in html
    assert "Tous les numéros de Résonances" in html


def test_the_first_and_the_last_issue_have_one_neighbour(client, periodical):
    first, last = issue_of(1, periodical), issue_of(2, periodical)
    assert "Numéro précédent" not in read(client, first)
    assert "Numéro suivant" not in read(client, last)


@pytest.mark.parametrize("fields", [{}, {"year": None, "first_month": None, "body": []}])
def test_a_draft_issue_is_previewed_whatever_it_lacks(periodical, fields):
    issue = issue_of(3, periodical, live=False, **fields)
    assert issue.make_preview_request().status_code == 200


def test_the_archive_lists_issues_by_year_newest_first(client, periodical):
    old, new = issue_of(11, periodical, year=2025), issue_of(2, periodical)
    issue_of(3, periodical, live=False)
    html = read(client, new.get_parent())
    assert html.index('id="annee-2026"') < html.index(new.title)
    assert html.index(new.title) < html.index('id="annee-2025"') < html.index(old.title)
    assert "Numéro 3" not in html
    assert "La lettre des quartiers" in html


def test_an_empty_archive_says_so(client, periodical):
    archive = issue_of(3, periodical, live=False).get_parent()
    assert "Le premier numéro paraîtra bientôt." in read(client, archive)


def test_the_archive_costs_the_same_queries_whatever_its_length(
    client, periodical, django_assert_max_num_queries
):
    archive = issue_of(1, periodical).get_parent()
    for months in (range(0), range(2, 13)):
        for month in months:
            issue_of(month, periodical)
        read(client, archive)  # what is asked once for many pages
        with django_assert_max_num_queries(16):
            read(client, archive)
