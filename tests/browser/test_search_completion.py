"""Completions in a real browser: a combobox for the keyboard and for screen readers."""

import pytest

from search import following
from tests.builders import make_experience

pytestmark = pytest.mark.browser


def test_a_word_is_completed_with_the_keyboard(
    site_server, chromium_page, accessibility_violations, settings, tmp_path
):
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    make_experience(title="Le verger partagé")
    following.rebuild()
    chromium_page.goto(f"{site_server.url}/recherche/")
    field = chromium_page.locator("#search-q")
    field.press_sequentially("verg")
    option = chromium_page.locator(".search-query [role=option]")
    option.wait_for()
    assert option.all_inner_texts() == ["verger"]
    assert field.get_attribute("aria-expanded") == "true"
    assert accessibility_violations(chromium_page) == []
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    chromium_page.wait_for_url("**/recherche/?q=verger")
    assert "1 résultat" in chromium_page.locator("[role=status]").inner_text()
    assert chromium_page.complaints == []
