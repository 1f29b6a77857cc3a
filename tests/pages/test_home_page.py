"""The front page and the frame of every page: menu, footer, error pages."""

import re

from django.template.loader import render_to_string

from wagtail.models import Site

import pytest

from pages.models import CentreSettings, ExperiencePage, HomePage, Theme
from pages.templatetags.site_tags import french_list
from tests.builders import make_experience, make_home, make_issue

pytestmark = pytest.mark.django_db


def read(client, path="/", status=200):
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def issue(picture):
    sections = [
        {
            "key": "pole",
            "title": "Le Pôle ressources",
            "items": [
                ("text", {"title": "Pour la lettre seule", "visibility": "mail"}),
                ("text", {"title": "Journée d'étude", "visibility": "both"}),
            ],
        },
        {"key": "actualite", "title": "Actualité", "items": []},
        {
            "key": "fiche",
            "title": "Fiche expérience",
            "items": [
                ("experience", {"page": make_experience(), "title": "", "visibility": "both"}),
            ],
        },
    ]
    body = [("section", {"intro": ""} | section) for section in sections]
    return make_issue(preheader="Vieillir dans les quartiers", cover=picture, body=body)


def test_the_newest_issue_is_announced_with_what_it_holds(client, issue):
    html = read(client)
    assert "Le dernier numéro" in html
    assert "Résonances\u00a0– mars 2026" in html
    assert "Vieillir dans les quartiers" in html
    assert "Journée d’étude" in html
    assert "Un jardin partagé au pied des tours" in html
    assert "Pour la lettre seule" not in html
    assert f'href="{issue.url}"' in html


def test_only_the_newest_public_issue_is_announced(client, issue):
    make_issue(title="Plus ancien", slug="ancien", first_month=1, body=[])
    make_issue(title="Brouillon", slug="brouillon", first_month=5, body=[], live=False)
    html = read(client)
    assert "mars 2026" in html
    assert "Plus ancien" not in html
    assert "Brouillon" not in html


def test_a_series_without_public_archive_is_not_announced(client, issue):
    issue.periodical.has_public_archive = False
    issue.periodical.save()
    assert "Le dernier numéro" not in read(client)


def test_six_newest_sheets_are_shown(client):
    for month in range(1, 9):
        make_experience(title=f"Fiche {month:02d}", first_month=month)
    html = read(client)
    assert [f"Fiche {month:02d}" in html for month in range(1, 9)] == [False] * 2 + [True] * 6


def test_themes_lead_to_the_filtered_list(client):
    make_experience()
    Theme.objects.create(code="sante", name="Santé", description="Prévenir, soigner.")
    assert '<a href="/fiches/?theme=sante">Santé</a>' in read(client)


def test_an_empty_site_has_a_front_page(client):
    make_home()
    html = read(client)
    assert "<h1>Centre de ressources</h1>" in html
    assert "Le dernier numéro" not in html
    assert "thématique" not in html


def test_the_menu_holds_the_pages_meant_for_it_and_says_where_one_is(client):
    sheet = make_experience()
    listing = sheet.get_parent()
    assert 'aria-label="Navigation principale"' not in read(client)
    listing.show_in_menus = True
    listing.save()
    assert '<a href="/fiches/">Fiches expérience</a>' in read(client)
    assert '<a href="/fiches/" aria-current="page">' in read(client, "/fiches/")
    assert '<a href="/fiches/" aria-current="true">' in read(client, sheet.url)


def test_the_footer_says_who_publishes_and_links_the_notices(client):
    home = make_home()
    home.add_child(
        instance=ExperiencePage(
            title="Mentions légales",
            slug="mentions-legales",
            standfirst="Éditeur du site.",
            year=2026,
            first_month=1,
        )
    )
    centre = CentreSettings.for_site(Site.objects.get())
    centre.name, centre.address = "Les Trois Rives", "12, quai des Confluences\n95000 Cergy"
    centre.email, centre.publication_director = "contact@example.org", "Hélène Marchais"
    centre.save()
    html = read(client)
    for expected in [
        "12, quai des Confluences<br>95000 Cergy",
        '<a href="mailto:contact@example.org">',
        "Direction de la publication\u00a0: Hélène Marchais",
        '<a href="/mentions-legales/">Mentions légales</a>',
        "– Les Trois Rives</title>",
    ]:
        assert expected in html


def test_an_unknown_address_offers_the_search(client):
    make_home()
    html = read(client, "/nulle-part/", status=404)
    assert "Cette page est introuvable" in html
    assert 'action="/recherche/"' in html


def test_an_unknown_address_stays_a_404_without_any_site(client):
    Site.objects.all().delete()
    assert "introuvable" in read(client, "/nulle-part/", status=404)


def test_the_page_of_a_failure_needs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Le site rencontre un problème" in render_to_string("500.html")


def test_nothing_is_requested_from_a_third_party_nor_inline(client, issue):
    response = client.get("/")
    html = response.content.decode()
    # A data block: never executed.
    html = html.replace('<script type="application/ld+json">', "")
    assert "style=" not in html
    assert not re.search(r"<script(?! src=\"/static/)", html)
    for attribute in ('src="http', '<link rel="stylesheet" href="http'):
        assert attribute not in html


def test_the_home_page_costs_a_fixed_number_of_queries(client, issue, django_assert_num_queries):
    read(client)
    with django_assert_num_queries(19):
        read(client)


def test_the_home_page_is_previewed_without_title():
    assert HomePage(title="", slug="x").make_preview_request().status_code == 200


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), (["Ana"], "Ana"), (["Ana", "Bo"], "Ana et Bo"), (["A", "B", "C"], "A, B et C")],
)
def test_names_are_joined_as_in_french(values, expected):
    assert french_list(values) == expected
