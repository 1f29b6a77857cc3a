"""Whatever happens to the index on the disk, a visitor gets a page, and soon the whole answer."""

from contextlib import ExitStack

from django.core.cache import cache
from django.urls import reverse

import pytest

from search import following, locks, weights
from search.engine import get_engine
from tests.builders import make_experience
from tests.search.test_index_files import DAMAGES

pytestmark = pytest.mark.django_db
LOCKS = ["write.lock", "rebuild.lock"]
ADDRESSES = [
    ("search:results", {"q": "verger"}),
    ("search:results", {"q": "vergre habitantes", "year": "2026"}),
    ("search:results", {"q": "", "theme": "cadre"}),
    ("search:suggestions", {"q": "verg"}),
]


@pytest.fixture(autouse=True)
def sheet(settings):
    """A page that the visitors' process has not searched yet."""
    settings.SEARCH_ENGINE = "whoosh"
    cache.clear()
    page = make_experience(title="Le verger partagé", standfirst="Des habitant·es plantent.")
    following.rebuild()
    return page


def visit(client):
    return [client.get(reverse(name), data) for name, data in ADDRESSES]


def statuses(client):
    return {response.status_code for response in visit(client)}


def is_whole(client):
    page = client.get(reverse("search:results"), {"q": "habitantes"}).text
    return "Le verger partagé" in page.replace("<mark>", "").replace("</mark>", "")


@pytest.mark.parametrize("was_open", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_answered_then_rebuilt(
    client, index_directory, settings, damage, was_open
):
    if was_open:
        assert is_whole(client)
    settings.SEARCH_FOLLOW = "off"
    damage(index_directory)
    assert statuses(client) == {200}
    settings.SEARCH_FOLLOW = "inline"
    assert statuses(client) == {200}
    assert is_whole(client)


def test_an_index_of_older_code_is_answered_then_rebuilt(client, monkeypatch, settings):
    monkeypatch.setattr(weights, "version", lambda: "another")
    settings.SEARCH_FOLLOW = "off"
    page, *_others = visit(client)
    assert page.status_code == 200
    assert "Recherche dégradée" in page.text
    assert statuses(client) == {200}
    settings.SEARCH_FOLLOW = "inline"
    visit(client)
    assert is_whole(client)


@pytest.mark.parametrize(
    "names", [["write.lock"], ["rebuild.lock"], ["write.lock", "rebuild.lock"]]
)
def test_locks_held_by_others_are_not_seen(client, index_directory, names):
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(locks.held(index_directory / name))
        assert statuses(client) == {200}
        assert is_whole(client)


def test_a_lost_index_that_another_process_rebuilds_is_waited_for_calmly(client, index_directory):
    (index_directory / "CURRENT").unlink()
    with locks.held(index_directory / "rebuild.lock"):
        page, *_others = visit(client)
        assert page.status_code == 200
        assert "Recherche dégradée" in page.text
        assert "Le " in page.text
    visit(client)
    assert is_whole(client)


def test_a_change_made_while_the_index_is_lost_is_in_the_rebuilt_one(
    client, index_directory, django_capture_on_commit_callbacks
):
    (index_directory / "CURRENT").unlink()
    with django_capture_on_commit_callbacks(execute=True):
        make_experience(title="Le rucher du quartier", standfirst="Des apicultrices.")
    found = client.get(reverse("search:results"), {"q": "apiculteur"})
    assert found.status_code == 200
    assert get_engine().health().state == "ready"
    found = client.get(reverse("search:results"), {"q": "apicultrices"})
    assert "rucher" in found.text
