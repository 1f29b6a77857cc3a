"""An address that leads nowhere helps to find what it meant."""

import pytest

from pages.templatetags.not_found import words_of_path
from tests.builders import make_experience, make_home

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def missing(client, path):
    response = client.get(path)
    assert response.status_code == 404
    return response.content.decode()


def test_the_search_is_ready_with_the_words_of_the_address(client):
    make_home()
    html = missing(client, "/actions/un-jardin-partage.html")
    assert 'id="recherche-erreur" name="q" value="un jardin partage"' in html
    assert 'name="robots" content="noindex"' in html


def test_a_page_that_moved_is_offered_by_its_name(client):
    sheet = make_experience(slug="un-jardin", title="Un jardin au pied des tours")
    make_experience(slug="cache", live=False)
    html = missing(client, "/ancien/chemin/un-jardin/")
    assert f'<a href="{sheet.url}">Un jardin au pied des tours</a>' in html
    assert "peut-être" not in missing(client, "/ancien/cache/")


def test_an_address_cannot_write_in_the_page(client):
    make_home()
    html = missing(client, '/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"/')
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/fiches/un-jardin-partage/", "un jardin partage"),
        ("/spip.php", "spip"),
        ("/caf%C3%A9-des-aidant%C2%B7es/", "café des aidant es"),
        ("/", ""),
        ("/2012/03/", ""),
        ("/" + "mot-" * 100, ("mot " * 100)[:80]),
    ],
)
def test_words_are_read_from_an_address(path, words):
    assert words_of_path(path) == words


@pytest.mark.parametrize("path", ["/%00/", "/%ff/", "/" + "a" * 3000 + "/"])
def test_a_strange_address_is_a_calm_404(client, path):
    make_home()
    assert "introuvable" in missing(client, path)
