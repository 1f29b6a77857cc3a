"""The results page, as a browser without JavaScript sees it."""

import re

from django.urls import reverse

import pytest

from pages.models import Theme
from search import answers, following
from tests.builders import make_experience
from tests.search.test_answers import HOSTILE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


@pytest.fixture
def sheets():
    theme = Theme.objects.create(name="Cadre de vie", code="cadre")
    pages = [make_experience(title=f"Jardin numéro {n}", year=2020 + n % 3) for n in range(12)]
    for page in pages[:4]:
        page.themes.add(theme)
        page.save()
    following.rebuild()
    return pages


def get(client, **data):
    return client.get(reverse("search:results"), data)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_address_is_stable():
    assert reverse("search:results") == "/recherche/"


def test_without_a_question_the_form_alone_is_shown(client, sheets):
    page = text(get(client))
    assert 'name="q"' in page
    assert 'role="status"' not in page


def test_results_are_counted_aloud_and_lead_to_the_pages(client, sheets):
    response = get(client, q="jardin")
    page = text(response)
    assert re.search(r'role="status">12 résultats pour « jardin », page 1 sur 2<', page)
    assert page.count("<li") >= 10
    assert f'href="{sheets[0].url}"' in text(get(client, q="jardin numéro 0"))
    assert "<mark>Jardin</mark>" in page


def test_the_page_is_kept_out_of_search_engines(client, sheets):
    response = get(client, q="jardin")
    assert "noindex" in response["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in text(response)


def test_facets_have_counts_and_combine(client, sheets):
    page = text(get(client, q="jardin"))
    assert "Cadre de vie</a>" in page
    assert re.search(r"Cadre de vie</a> <span class=\"search-count\">\(4<", page)
    chosen = text(get(client, q="jardin", theme="cadre", year="2020"))
    assert "2 résultats" in chosen
    assert 'aria-current="true"' in chosen
    assert '<input type="hidden" name="theme" value="cadre">' in chosen


def test_facet_links_are_the_same_whatever_the_order_they_were_followed(client, sheets):
    first = get(client, q="jardin", theme="cadre", year="2020").context["asked"].url()
    second = get(client, year="2020", theme="cadre", q="jardin").context["asked"].url()
    assert first == second == "?q=jardin&theme=cadre&year=2020"


def test_the_second_page_follows_the_first(client, sheets):
    one = {r.title for r in get(client, q="jardin").context["answer"].results}
    two = {r.title for r in get(client, q="jardin", page="2").context["answer"].results}
    assert len(one) == 10
    assert len(two) == 2
    assert not one & two


def test_filters_alone_browse(client, sheets):
    assert "4 résultats" in text(get(client, theme="cadre"))


def test_nothing_found_helps(client, sheets):
    page = text(get(client, q="zzzzzz", theme="cadre"))
    assert "Aucun résultat" in page
    assert "sans les filtres" in page


def test_words_too_common_are_explained(client, sheets):
    assert "trop courants" in text(get(client, q="le la les"))


def test_a_correction_is_said_and_can_be_refused(client, sheets):
    page = text(get(client, q="jardni"))
    assert "12 résultats pour « jardin »" in page
    assert "literal=1" in page
    refused = text(get(client, q="jardni", literal="1"))
    assert "Vouliez-vous dire" in refused


def test_what_was_typed_is_escaped(client, sheets):
    page = text(get(client, q='"><script>alert(1)</script>'))
    assert "<script>alert" not in page


def test_a_lost_index_is_said_calmly(client, sheets, lose_index, settings):
    settings.SEARCH_FOLLOW = "off"
    lose_index()
    response = get(client, q="jardin")
    assert response.status_code == 200
    assert "Recherche dégradée" in text(response)
    assert "12 résultats" in text(response)


def test_a_search_out_of_time_shows_titles_and_says_so(client, sheets, monkeypatch):
    monkeypatch.setattr(answers, "_BUDGET", -1.0)
    response = get(client, q="jardin")
    assert response.status_code == 200
    assert "Recherche abrégée" in text(response)
    assert "moins de mots" in text(response)
    assert "12 résultats" in text(response)


@pytest.mark.parametrize(
    "data",
    [
        {"page": "-1"}, {"page": "9999999999"}, {"page": "²"}, {"page": "x"}, {"sort": "../etc"},
        {"theme": "'; --"}, {"theme": "\x00"}, {"territory": "abc"}, {"year": ["1"] * 500},
        {"q": "\x00"}, {"kind": "x" * 5_000}, {"literal": "yes"},
    ],
)  # fmt: skip
def test_any_address_is_answered(client, sheets, data):
    assert get(client, **{"q": "jardin"} | data).status_code == 200


def test_only_reading_is_allowed(client):
    assert client.post(reverse("search:results")).status_code == 405


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered_by_the_page(client, sheets, text, settings):
    settings.SEARCH_RATE = 0
    text = text.encode("utf-8", "replace").decode()
    assert get(client, q=text).status_code == 200
    assert client.get(reverse("search:suggestions"), {"q": text}).status_code == 200
