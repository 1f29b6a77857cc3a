"""Every type of public page there is, in a real browser, and the site without a mouse.

A new type fails here until it has a sample.
"""

from itertools import product

import pytest

from pages.models import Theme
from tests.samples import sample_addresses

pytestmark = pytest.mark.browser

OUTLINED = """() => {
    const here = document.activeElement;
    return [here, here.closest(".card, .event-card")].some((element) => {
        const style = element && getComputedStyle(element);
        return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    });
}"""
MOST_STOPS = 60


@pytest.fixture
def samples(site_server) -> dict[str, str]:
    return sample_addresses()


def test_no_type_of_page_has_an_accessibility_fault(
    samples, site_server, chromium_page, accessibility_violations
):
    found, statuses = {}, {}
    for name, (width, scheme) in product(samples, [(320, "dark"), (1280, "light")]):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        chromium_page.emulate_media(color_scheme=scheme)
        statuses[name] = chromium_page.goto(site_server.url + samples[name]).status
        faults = found[name, width] = accessibility_violations(chromium_page)
        if chromium_page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append("la page déborde en largeur")
        if chromium_page.locator("h1").count() != 1:
            faults.append("il faut un titre de niveau 1 et un seul")
    assert {sight: faults for sight, faults in found.items() if faults} == {}
    assert {name: status for name, status in statuses.items() if status != 200} == {
        "410": 410,
        "404": 404,
    }


def tab_to(page, target) -> None:
    """By the Tab key alone; every stop on the way shows where it is."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINED), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} n'est pas atteint en {MOST_STOPS} touches")


def test_a_telephone_is_used_without_touching_it(samples, site_server, chromium_page):
    chromium_page.set_viewport_size({"width": 320, "height": 900})
    chromium_page.goto(site_server.url + samples["AgendaPage"])
    tab_to(chromium_page, chromium_page.get_by_role("link", name="Aller au contenu"))
    menu = chromium_page.get_by_role("button", name="Menu")
    first = chromium_page.locator("#menu-principal a").first
    tab_to(chromium_page, menu)
    assert not first.is_visible()
    chromium_page.keyboard.press("Enter")
    tab_to(chromium_page, first)
    chromium_page.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"
    assert menu.evaluate("element => element === document.activeElement")
    theme = chromium_page.get_by_label("Thématique")
    tab_to(chromium_page, chromium_page.locator("summary"))
    assert not theme.is_visible()
    chromium_page.keyboard.press("Enter")
    tab_to(chromium_page, theme)
    chromium_page.keyboard.press("ArrowDown")
    tab_to(chromium_page, chromium_page.get_by_role("button", name="Filtrer", exact=True))
    with chromium_page.expect_navigation():
        chromium_page.keyboard.press("Enter")
    assert f"theme={Theme.objects.first().code}" in chromium_page.url
    assert theme.is_visible()


def test_the_month_is_reached_and_left_by_the_keyboard(samples, site_server, chromium_page):
    chromium_page.goto(site_server.url + samples["AgendaPage"])
    assert not chromium_page.locator("summary").is_visible()
    for name, wanted in (("Mois", True), ("Liste", False)):
        tab_to(chromium_page, chromium_page.get_by_role("link", name=name, exact=True))
        with chromium_page.expect_navigation():
            chromium_page.keyboard.press("Enter")
        assert ("view=month" in chromium_page.url) is wanted
