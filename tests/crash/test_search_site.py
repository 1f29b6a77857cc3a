"""Whoever publishes is killed; visitors get a page, and soon what was published."""

import os
import random
import signal
import time

from django.core.cache import cache
from django.urls import reverse

from wagtail.models import Page

import pytest

from search import documents, following
from search.answers import find
from search.models import Outbox
from tests.builders import make_experience
from tests.crash.forks import at_work, drop_index_tables, kill
from tests.crash.processes import until
from tests.search.conftest import ENGINES

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SHEETS = 12
KILLS = 20


@pytest.fixture(params=ENGINES, autouse=True)
def site(request, settings, tmp_path):
    """A dozen sheets, published and indexed."""
    settings.SEARCH_ENGINE = request.param
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    settings.SEARCH_RATE = 0
    settings.SEARCH_FOLLOW = "off"
    cache.clear()
    for number in range(SHEETS):
        make_experience(title=f"Verger {number}", slug=f"verger-{number}")
    following.rebuild()
    settings.SEARCH_FOLLOW = "inline"
    yield
    if request.param == "postgres":
        drop_index_tables()


def publish(word: str) -> None:
    page = random.Random(word).choice(list(documents.visible().filter(title__startswith="Verger")))
    page = page.specific
    page.title = f"Verger {word}"
    page.save_revision().publish()


def publish_for_ever(started) -> None:
    started.set()
    for turn in range(1_000_000):
        publish(f"{os.getpid()}x{turn}")


def rebuild_for_ever(started) -> None:
    started.set()
    while True:
        following.rebuild()


def publish_once(started) -> None:
    publish("nouveau")
    started.set()


def die_before_the_index_follows(started) -> None:
    """The change is committed, the index does not know."""

    def die(*_) -> None:
        started.set()
        os.kill(os.getpid(), signal.SIGKILL)

    following._apply = die
    publish("orphelin")


def titles() -> set[str]:
    return set(
        documents.visible().filter(title__startswith="Verger").values_list("title", flat=True)
    )


def found() -> set[str]:
    return {result.title for result in find("verger", limit=SHEETS * 2).results}


@pytest.mark.parametrize("work", [publish_for_ever, rebuild_for_ever])
def test_visitors_are_answered_in_full_whoever_is_killed(client, work):
    chance = random.Random(3)
    for _kill in range(KILLS):
        process = at_work(work)
        time.sleep(chance.uniform(0.02, 0.4))
        kill(process)
        page = client.get(reverse("search:results"), {"q": "verger"})
        assert page.status_code == 200
        assert "Recherche dégradée" not in page.text
        assert len(found()) == SHEETS
    publish("dernier")
    until(lambda: found() == titles())


@pytest.mark.parametrize("mode", ["inline", "thread"])
def test_what_another_process_publishes_is_visible_here(settings, mode):
    settings.SEARCH_FOLLOW = mode
    assert found() == titles()
    at_work(publish_once).join()
    assert "Verger nouveau" in titles()
    assert found() == titles()


def test_what_a_dead_process_left_is_repaired_by_the_first_visits(client, settings):
    at_work(die_before_the_index_follows).join()
    assert "Verger orphelin" in titles()
    assert "Verger orphelin" not in found()
    settings.SEARCH_FOLLOW = "thread"

    def repaired() -> bool:
        page = client.get(reverse("search:results"), {"q": "orphelin"})
        assert page.status_code == 200
        return "Verger orphelin" in found()

    until(repaired)
    until(lambda: not Outbox.objects.exists())
    assert found() == titles()
    assert Page.objects.filter(title__startswith="Verger").count() == SHEETS
