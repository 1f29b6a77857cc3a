"""What an editor does for the search, in a real browser: near words, acronyms, report, explorer."""

from django.urls import reverse
from django.utils import timezone

import pytest

from search import following
from search.models import Acronym, NearWords, Searched
from tests.builders import make_experience

pytestmark = pytest.mark.browser


def test_the_screens_of_the_search_have_no_accessibility_fault(
    site_server, editor, accessibility_violations
):
    today = timezone.localdate()
    Searched.objects.create(day=today, text="tiers-lieu nourricier", times=3, misses=3)
    Searched.objects.create(day=today, text="une voisine", times=1, misses=1)
    words = NearWords.objects.create(words="vélo, bicyclette")
    acronym = Acronym.objects.create(acronym="CLS", expansion="contrat local de santé")
    paths = [
        reverse("search_report"),
        *[reverse(f"{name}:{screen}") for name in ("sigles", "mots-voisins")
          for screen in ("index", "add")],
        reverse("sigles:edit", args=[acronym.pk]),
        reverse("mots-voisins:delete", args=[words.pk]),
    ]  # fmt: skip
    found = {}
    for path in paths:
        editor.goto(site_server.url + path)
        found[path] = accessibility_violations(editor)
    assert found == {path: [] for path in paths}
    editor.goto(site_server.url + paths[0])
    assert editor.get_by_text("tiers-lieu nourricier").is_visible()
    assert editor.get_by_text("une voisine").count() == 0


def test_near_words_are_added_then_found_in_their_list(site_server, editor):
    editor.goto(site_server.url + reverse("mots-voisins:index"))
    editor.get_by_role("link", name="Ajouter un(e) groupe de mots voisins").click()
    editor.get_by_role("textbox", name="Mots voisins").fill("vélo")
    editor.get_by_role("button", name="Créer").click()
    editor.get_by_text("Donnez au moins deux mots").wait_for()
    editor.get_by_role("textbox", name="Mots voisins").fill("vélo, bicyclette")
    editor.get_by_role("button", name="Créer").click()
    editor.get_by_role("link", name="vélo, bicyclette").wait_for()
    assert NearWords.objects.get().words == "vélo, bicyclette"


def test_the_explorer_finds_inclusive_spellings(site_server, editor, settings, tmp_path):
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    make_experience(title="Le jardin des habitant·es", standfirst="Semer.")
    make_experience(title="La vélo-école", standfirst="Apprendre.")
    following.rebuild()
    editor.goto(site_server.url + reverse("wagtailadmin_pages:search") + "?q=habitante")
    titles = editor.locator("td.title").all_inner_texts()
    assert len(titles) == 1
    assert "Le jardin des habitant·es" in titles[0]
