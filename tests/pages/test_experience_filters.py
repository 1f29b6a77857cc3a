"""The list of the sheets: its filters, its pages, and what it costs."""

import pytest

from pages.models import ExperienceIndexPage, Territory, Theme
from tests.builders import make_experience

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    """Val-d'Oise contains Cergy; Trappes is elsewhere."""
    oise = Territory.objects.create(name="Val-d'Oise", kind="departement")
    cergy = Territory(name="Cergy", kind="commune")
    cergy.parents = [oise]
    cergy.save()
    trappes = Territory.objects.create(name="Trappes", kind="commune")
    return oise, cergy, trappes


@pytest.fixture
def sheets(places):
    _oise, cergy, trappes = places
    health = Theme.objects.create(code="sante", name="Santé")
    work = Theme.objects.create(code="emploi", name="Emploi")
    made = {}
    for name, place, theme, year in [
        ("Soin", cergy, health, 2026),
        ("Vélo", cergy, work, 2025),
        ("Marche", trappes, health, 2025),
    ]:
        page = make_experience(title=name, year=year)
        page.territories.set([place])
        page.themes.set([theme])
        page.save()
        made[name] = page
    return made


def listed(client, query=""):
    response = client.get(ExperienceIndexPage.objects.get().url + query)
    assert response.status_code == 200
    return response


def titles(response):
    return {page.title for page in response.context["sheets"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Soin", "Vélo", "Marche"}),
        ("?theme=sante", {"Soin", "Marche"}),
        ("?year=2025", {"Vélo", "Marche"}),
        ("?theme=sante&year=2025", {"Marche"}),
        ("?theme=emploi&year=2026", set()),
        ("?theme=&territory=&year=", {"Soin", "Vélo", "Marche"}),
    ],
)
def test_theme_and_year_narrow_the_list(client, sheets, query, expected):
    assert titles(listed(client, query)) == expected


def test_a_territory_includes_what_it_contains(client, sheets, places):
    oise, cergy, trappes = places
    assert titles(listed(client, f"?territory={oise.pk}")) == {"Soin", "Vélo"}
    assert titles(listed(client, f"?territory={cergy.pk}")) == {"Soin", "Vélo"}
    assert titles(listed(client, f"?territory={trappes.pk}")) == {"Marche"}


def test_only_territories_that_lead_somewhere_are_offered(client, sheets):
    Territory.objects.create(name="Nulle part", kind="commune")
    html = listed(client).content.decode()
    assert '<optgroup label="Département">' in html
    assert "Val-d’Oise" in html
    assert "Nulle part" not in html


def test_a_draft_is_neither_listed_nor_offered(client, sheets):
    make_experience(title="Brouillon", year=1999, live=False)
    html = listed(client).content.decode()
    assert "Brouillon" not in html
    assert "1999" not in html


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?theme=inconnue&year=2025", "Cette thématique n’existe pas."),
        ("?territory=abc&year=2025", "Rien ne porte sur ce territoire."),
        ("?territory=999999&year=2025", "Rien ne porte sur ce territoire."),
    ],
)
def test_an_impossible_value_is_said_and_the_others_still_apply(client, sheets, query, message):
    response = listed(client, query)
    assert message in response.content.decode()
    assert titles(response) == {"Vélo", "Marche"}


def test_the_number_of_results_is_announced_with_the_criteria(client, sheets):
    html = listed(client, "?theme=sante").content.decode()
    assert 'role="status">2 fiches expérience, thématique «\u00a0Santé\u00a0»</p>' in html


def test_no_result_helps_to_widen_the_search(client, sheets):
    html = listed(client, "?theme=emploi&year=2026").content.decode()
    assert "Aucune fiche expérience" in html
    assert "choisir un territoire plus large" in html
    assert "voir toutes les fiches" in html


def test_without_any_sheet_the_list_says_so(client):
    make_experience(live=False)
    assert "Les premières fiches paraîtront bientôt." in listed(client).content.decode()


@pytest.mark.parametrize(
    ("query", "number", "count"),
    [("", 1, 12), ("?page=2", 2, 1), ("?page=abc", 1, 12), ("?page=999", 2, 1), ("?page=-3", 2, 1)],
)
def test_any_page_number_leads_to_a_page(client, query, number, count):
    for rank in range(13):
        make_experience(title=f"Fiche {rank}")
    page = listed(client, query).context["sheets"]
    assert (page.number, len(page)) == (number, count)


def test_the_pages_keep_the_filters(client):
    for rank in range(13):
        make_experience(title=f"Fiche {rank}")
    html = listed(client, "?year=2026&page=1").content.decode()
    assert 'href="?year=2026&amp;page=2"' in html
    assert 'aria-current="page"><span class="visually-hidden">Page </span>1' in html


# Nine are Wagtail's way to the page and its restrictions; three the choices of the filters;
# the others the settings, the menu, the breadcrumbs, the count, the cards and their renditions.
QUERIES = 21


def test_the_list_costs_the_same_queries_whatever_its_length(
    client, sheets, picture, django_assert_num_queries
):
    for page in sheets.values():
        page.cover = picture
        page.save()
    listed(client)
    with django_assert_num_queries(QUERIES):
        listed(client)
    for rank in range(40):
        make_experience(title=f"Fiche {rank}", cover=picture)
    with django_assert_num_queries(QUERIES):
        listed(client)


def test_filters_add_a_fixed_number_of_queries(
    client, sheets, picture, places, django_assert_num_queries
):
    make_experience(cover=picture)
    listed(client)
    query = f"?theme=sante&year=2026&territory={places[0].pk}"
    with django_assert_num_queries(QUERIES + 2):
        listed(client, query)
