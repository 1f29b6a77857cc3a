"""Every type of public page there is, in a real browser, and the site without a mouse.

A new type fails here until it has a sample.
"""

from datetime import date, timedelta

from django.utils import timezone

from wagtail.models import Page, get_page_models

import pytest

from cms.demo.centre import load_centre
from cms.demo.loader import load_home, load_vocabularies
from pages.models import (
    ActionListing,
    ExperienceIndexPage,
    Session,
    Territory,
    Theme,
)
from pages.printing.recueil import prefilled
from tests.builders import (
    make_action,
    make_document,
    make_dossier,
    make_event,
    make_experience,
    make_home,
    make_issue,
    make_job,
    make_programme,
    make_publication,
    make_recording,
    make_tool,
)

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
    """The address of one page of each type, and of what is not a page."""
    make_home()
    load_vocabularies()
    load_centre(load_home())
    closed = make_samples()
    types = {model.__name__: model for model in get_page_models() if model is not Page}
    found = {
        name: Page.objects.exact_type(model).live().exclude(pk=closed.pk).first()
        for name, model in types.items()
    }
    assert [name for name, page in found.items() if page is None] == []
    special = {"410": closed.url, "404": "/nulle-part/", "flux": "/flux/"}
    month = {"mois": f"{found['AgendaPage'].url}?view=month"}
    return {name: page.url for name, page in found.items()} | special | month


def make_samples() -> Page:
    """One page of each type beside the organisation's; returns the offer that is closed."""
    classed = {"themes": Theme.objects.all()[:1], "territories": Territory.objects.all()[:1]}
    document, today = make_document(), timezone.localdate()
    make_experience(body=[("heading", "Écouter"), ("quote", {"text": "Oui.", "speaker": "Léa"})])
    recueil = ExperienceIndexPage.objects.get().add_child(instance=prefilled(2026))
    recueil.save_revision().publish()
    publication = make_publication(**classed)
    make_recording(**classed)
    make_tool(themes=classed["themes"])
    content = {"page": publication, "comment": "À lire d'abord."}
    entry = {"document": document, "comment": ""}
    make_dossier(body=[("heading", "Lire"), ("content", content), ("document", entry)], **classed)
    make_event(sessions=[Session(day=today + timedelta(days=2), place="Cergy")], **classed)
    make_event(title="Une rencontre passée", days=["2024-05-14"])
    make_job(attachment=document, **classed)
    action = make_action(code="A1", sessions_label="2 à 3", **classed)
    listed, recalled = ActionListing(action=action), ActionListing(action=action, is_main=False)
    make_programme({"Installer": [listed], "Habiter": [recalled]})
    make_issue()
    Page.objects.filter(depth=3).update(show_in_menus=True)
    return make_job(title="Une offre close", deadline=date(2026, 1, 5), live=True)


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_no_type_of_page_has_an_accessibility_fault(
    samples, site_server, chromium_page, accessibility_violations, width, scheme
):
    chromium_page.set_viewport_size({"width": width, "height": 900})
    chromium_page.emulate_media(color_scheme=scheme)
    found, statuses = {}, {}
    for name, path in samples.items():
        statuses[name] = chromium_page.goto(site_server.url + path).status
        found[name] = accessibility_violations(chromium_page)
        if chromium_page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append("la page déborde en largeur")
        if chromium_page.locator("h1").count() != 1:
            found[name].append("il faut un titre de niveau 1 et un seul")
    assert found == {name: [] for name in samples}
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
