"""The readers' pages in a real browser: axe, keyboard, small screens, without a script."""

import re
from itertools import product

from django.utils import timezone

import pytest

from newsletters import consent
from newsletters.models import Errand, Subscription
from newsletters.tokens import (
    Dated,
    Purpose,
    dated_token,
    preferences_token,
    unsubscribe_token,
)
from pages.models import StandardPage, Territory, Theme
from tests.builders import make_home, make_issue, make_periodical, make_subscription

pytestmark = pytest.mark.browser
ADDRESS = "camille.longue-adresse.de-travail@communaute-agglomeration.example.org"


@pytest.fixture
def held(site_server) -> Subscription:
    home = make_home()
    letter = make_periodical(subtitle="La lettre mensuelle")
    make_periodical(title="Chroniques", code="chroniques")
    make_issue(periodical=letter)
    Theme.objects.create(code="sante", name="Santé")
    Territory.objects.create(name="Cergy", kind="commune")
    home.add_child(
        instance=StandardPage(
            title="Suivre",
            slug="suivre",
            body=[("joining", {"title": "Par courriel", "text": "Une fois par mois."})],
        )
    )
    return make_subscription(ADDRESS, periodical=letter, confirmed_at=timezone.now())


@pytest.fixture
def paths(held) -> dict[str, str]:
    now, person = timezone.now(), held.subscriber
    confirm = dated_token(Purpose.CONFIRM, Dated(person.pk, now, (held.periodical_id,)))
    data = dated_token(Purpose.ACCESS, consent.access_to(person, now))
    return {
        "formulaire": "/lettre/inscription/",
        "encart": "/suivre/",
        "demande reçue": "/lettre/inscription/demande-recue/",
        "confirmation": f"/lettre/confirmation/{confirm}/",
        "lien fermé": f"/lettre/confirmation/{confirm}/renvoyer/",
        "mon lien": "/lettre/mon-lien/",
        "choix": f"/lettre/choix/{preferences_token(held.pk)}/",
        "données": f"/lettre/mes-donnees/{data}/",
        "copie": f"/lettre/mes-donnees/{data}/copie/",
        "suppression": f"/lettre/mes-donnees/{data}/suppression/",
        "désinscription": f"/lettre/desinscription/{unsubscribe_token(held.pk)}/",
        "inconnu": "/lettre/choix/x/",
    }


def faults(page, accessibility_violations) -> list[str]:
    found = accessibility_violations(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("la page déborde en largeur")
    if page.locator("h1").count() != 1:
        found.append("il faut un titre de niveau 1 et un seul")
    return found


def test_no_page_of_a_reader_has_an_accessibility_fault(
    paths, site_server, chromium_page, accessibility_violations
):
    found = {}

    def look(name: str, path: str, button: str = "") -> None:
        for width, scheme in product((320, 1280), ("light", "dark")):
            chromium_page.set_viewport_size({"width": width, "height": 900})
            chromium_page.emulate_media(color_scheme=scheme)
            if path:
                chromium_page.goto(site_server.url + path)
            if button:
                chromium_page.get_by_role("button", name=button).click()
            found[name, width, scheme] = faults(chromium_page, accessibility_violations)

    for name, path in paths.items():
        look(name, path)
    look("erreurs", paths["formulaire"], "Demander à recevoir")
    chromium_page.goto(site_server.url + paths["désinscription"])
    chromium_page.get_by_role("button", name="Me désinscrire").click()
    look("partie", "")  # nobody leaves twice: the same answer, resized
    assert {sight: told for sight, told in found.items() if told} == {}
    assert [one for one in chromium_page.complaints if "404" not in one] == []


def test_a_visitor_joins_without_a_script_and_with_the_keyboard_alone(held, site_server, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site_server.url + "/lettre/inscription/")
    page.get_by_role("textbox", name="Adresse de courriel").focus()
    page.keyboard.type("noa@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # the first letter
    page.wait_for_timeout(3500)  # nobody fills a form in less
    page.get_by_role("textbox", name="Adresse de courriel").press("Enter")
    page.wait_for_url("**/demande-recue/")
    assert Errand.objects.get().details["email"] == "noa@example.org"
    context.close()


def test_an_error_leads_to_its_field(held, site_server, chromium_page):
    chromium_page.goto(site_server.url + "/lettre/inscription/")
    chromium_page.get_by_role("button", name="Demander à recevoir").click()
    summary = chromium_page.get_by_role("alert")
    assert re.search("Indiquez votre adresse", summary.inner_text())
    summary.get_by_role("link", name="Indiquez votre adresse de courriel.").click()
    chromium_page.keyboard.type("noa")
    assert chromium_page.get_by_role("textbox", name="Adresse de courriel").input_value() == "noa"
    field = chromium_page.get_by_role("textbox", name="Adresse de courriel")
    described = field.get_attribute("aria-describedby")
    assert "Indiquez" in chromium_page.locator(f"#{described}").inner_text()


def test_the_robots_field_is_out_of_reach_of_people(held, site_server, chromium_page):
    chromium_page.goto(site_server.url + "/lettre/inscription/")
    trap = chromium_page.locator("[name=website]")
    assert trap.count() == 1
    assert not trap.is_visible()
