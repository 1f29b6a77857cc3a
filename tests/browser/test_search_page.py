"""The search page as a visitor uses it: with and without a script, on a phone and on a desk."""

from itertools import product

import pytest

from pages.models import Territory, Theme
from search import following
from tests.builders import make_experience, make_issue

pytestmark = pytest.mark.browser


@pytest.fixture
def site(site_server, settings, tmp_path):
    """Address of the search page, over three sheets and a letter."""
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    health = Theme.objects.create(code="sante", name="Santé")
    cergy = Territory.objects.create(name="Cergy", kind="commune")
    for year, title in ((2023, "Un jardin partagé"), (2024, "Le jardin des habitant·es")):
        sheet = make_experience(title=title, year=year)
        sheet.themes.set([health])
        sheet.territories.set([cergy])
        sheet.save_revision().publish()
    make_experience(title="La médiation au jardin public")
    make_issue(title="Résonances – jardins", slug="jardins", body=[])
    following.rebuild()
    return f"{site_server.url}/recherche/"


def told(page) -> str:
    return page.locator("p[role=status]").inner_text().replace("\xa0", " ")


def test_filters_combine_and_are_removed_without_a_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Mots à chercher").fill("jardin")
    page.get_by_role("button", name="Rechercher", exact=True).click()
    assert told(page) == "4 résultats pour « jardin »"
    filters = page.get_by_role("navigation", name="Filtrer les résultats")
    filters.get_by_role("link", name="Fiche expérience").click()
    assert told(page).startswith("3 résultats")
    filters.get_by_role("link", name="Santé").click()
    assert told(page).startswith("2 résultats")
    chosen = page.get_by_role("navigation", name="Filtres choisis")
    assert chosen.get_by_role("listitem").count() == 2
    chosen.get_by_role("link", name="Retirer le filtre Type : Fiche expérience").click()
    assert ("theme=sante" in page.url, "type=" in page.url) == (True, False)
    chosen.get_by_role("link", name="Retirer tous les filtres").click()
    assert told(page) == "4 résultats pour « jardin »"
    assert chosen.count() == 0
    context.close()


def test_no_answer_has_an_accessibility_fault(site, chromium_page, accessibility_violations):
    queries = ("q=jardin", "q=jardin&theme=sante", "q=jardni", "q=zzyzzx")
    for query, width in product(queries, (375, 1280)):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        chromium_page.goto(f"{site}?{query}")
        assert accessibility_violations(chromium_page) == [], (query, width)
        right = chromium_page.evaluate("document.documentElement.scrollWidth")
        assert right <= width, (query, width)
        assert chromium_page.complaints == [], (query, width)


def test_on_a_phone_the_results_come_before_the_lists_of_filters(site, chromium_page):
    chromium_page.set_viewport_size({"width": 375, "height": 900})
    chromium_page.goto(f"{site}?q=jardin")
    value = chromium_page.locator(".facets a").first
    assert not value.is_visible()
    assert chromium_page.locator(".results h2").first.bounding_box()["y"] < 900
    chromium_page.get_by_text("Filtrer les résultats").click()
    assert value.is_visible()


def test_a_slip_of_the_pen_is_mended_and_may_be_kept(site, chromium_page):
    chromium_page.goto(f"{site}?q=jardni")
    assert told(chromium_page) == "4 résultats pour « jardin »"
    marked = chromium_page.locator(".results mark").all_inner_texts()
    assert {word.lower() for word in marked} <= {"jardin", "jardins"}
    assert marked
    chromium_page.get_by_role("link", name="Chercher exactement").click()
    assert told(chromium_page) == "Aucun résultat pour « jardni »"
    notice = chromium_page.get_by_text("Vouliez-vous dire")
    notice.get_by_role("link", name="jardin").click()
    assert told(chromium_page) == "4 résultats pour « jardin »"


def test_suggestions_are_counted_aloud_and_given_up_by_escape(site, chromium_page):
    chromium_page.goto(site)
    field = chromium_page.get_by_label("Mots à chercher")
    field.press_sequentially("jard")
    chromium_page.get_by_role("option").first.wait_for()
    # One word of a family: « jardins » would find the same pages.
    assert chromium_page.get_by_role("option").all_inner_texts() == ["jardin"]
    news = chromium_page.locator(".search-query [aria-live=polite]")
    assert news.inner_text() == "1 suggestion"
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    assert (field.input_value(), news.inner_text()) == ("jard", "")


def test_what_an_editor_promotes_is_seen_above_the_results(site, editor, accessibility_violations):
    editor.goto(site.replace("/recherche/", "/admin/"))
    editor.get_by_role("button", name="Recherche", exact=True).click()
    editor.get_by_role("link", name="À la une").click()
    editor.get_by_role("link", name="Ajouter un nouveau").click()
    editor.get_by_label("Terme(s)/phrase de recherche").fill("jardins partagés")
    editor.get_by_role("button", name="Ajouter un résultat").click()
    editor.get_by_role("button", name="Choisissez une page").click()
    window = editor.get_by_role("dialog")
    window.get_by_role("textbox").first.fill("habitante")
    # The chooser reads words as the site does, inclusive spellings included.
    window.get_by_role("link", name="Le jardin des habitant·es").click()
    editor.get_by_role("dialog").wait_for(state="detached")
    editor.get_by_label("Description").fill("Notre synthèse.")
    editor.get_by_role("button", name="Créer").click()
    editor.get_by_text("créé.").first.wait_for()
    editor.goto(f"{site}?q=jardin+partage")
    promoted = editor.get_by_role("region", name="À la une")
    assert promoted.get_by_role("link").inner_text() == "Le jardin des habitant·es"
    assert accessibility_violations(editor) == []
