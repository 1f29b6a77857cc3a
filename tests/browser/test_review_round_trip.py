"""A sheet goes to its project holder and back, as both see it: two browsers, one telephone."""

from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse

import pytest
from playwright.sync_api import Page

from pages.models import ExperiencePage
from tests.builders import make_experience

pytestmark = pytest.mark.browser
Stage = ExperiencePage.Stage
PANEL = "[aria-label='Relecture par le porteur']"


@pytest.fixture
def telephone(chromium):
    """Somebody without account, on a telephone."""
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.fixture
def sheet():
    page = make_experience(title="Un jardin", body=[("paragraph", "<p>Onze.</p>")], live=False)
    page.save_revision()
    return page


def stage(page: ExperiencePage) -> str:
    return ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object().stage


def open_panel(editor: Page, server: Any, page: ExperiencePage) -> Any:
    editor.goto(server.url + reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.locator(f"button{PANEL}").click()
    panel = editor.locator(".editor-panel:visible")
    panel.wait_for()
    return panel


def press(tab: Page, button: str) -> None:
    with tab.expect_navigation():
        tab.get_by_role("button", name=button, exact=True).first.click()


def edit(editor: Page, standfirst: str, *, minor: bool = False) -> None:
    """Change the standfirst in the form that is open, then save the draft."""
    editor.get_by_role("tab", name="Contenu").click()
    editor.locator("[name=standfirst]").fill(standfirst)
    if minor:
        editor.get_by_role("tab", name="Méthode et validation").click()
        editor.locator("[name=is_minor]").check()
    press(editor, "Enregistrer le brouillon")


def test_a_sheet_goes_to_its_holder_and_back(
    site_server, editor, telephone, sheet, accessibility_violations
):
    # Wagtail remembers an open panel: pressing its button again would close it.
    editor.add_init_script("localStorage.clear()")
    open_panel(editor, site_server, sheet)
    press(editor, "Créer un lien de relecture")
    panel = open_panel(editor, site_server, sheet)
    shown = panel.locator("input[readonly]").input_value()
    address = site_server.url + urlsplit(shown).path
    editor.screenshot(path="/tmp/e3-panel.png")
    assert accessibility_violations(editor, ".editor-panel") == []

    telephone.goto(address)
    telephone.screenshot(path="/tmp/e3-phone.png", full_page=True)
    assert telephone.get_by_text("Projet – ne pas diffuser").is_visible()
    assert telephone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    telephone.get_by_label("Votre nom").fill("Léa Petit")
    press(telephone, "Je demande des modifications")
    telephone.screenshot(path="/tmp/e3-phone-err.png", full_page=True)
    assert telephone.get_by_label("Votre nom").input_value() == "Léa Petit"
    assert accessibility_violations(telephone) == []
    telephone.get_by_label("Votre commentaire").fill("Douze habitantes, pas onze.")
    press(telephone, "Je demande des modifications")
    telephone.screenshot(path="/tmp/e3-phone-ok.png", full_page=True)
    assert stage(sheet) == Stage.CHANGES_ASKED

    panel = open_panel(editor, site_server, sheet)
    assert "Douze habitantes, pas onze." in panel.inner_text()
    press(editor, "Créer un lien de relecture")
    address = (
        site_server.url
        + urlsplit(
            open_panel(editor, site_server, sheet).locator("input[readonly]").first.input_value()
        ).path
    )
    telephone.goto(address)
    telephone.get_by_label("Votre nom").fill("Léa Petit")
    press(telephone, "Je valide")
    assert stage(sheet) == Stage.VALIDATED

    open_panel(editor, site_server, sheet)
    edit(editor, "Une virgule, de plus.", minor=True)
    assert stage(sheet) == Stage.VALIDATED
    edit(editor, "Tout autre chose.")
    assert stage(sheet) == Stage.TO_REVALIDATE

    publish = editor.locator("button[name='action-publish']").first
    with editor.expect_navigation():
        publish.evaluate("button => button.click()")
    editor.get_by_role("tab", name="Méthode et validation").click()
    assert editor.get_by_text("indiquez pourquoi le publier").first.is_visible()
    editor.screenshot(path="/tmp/e3-refused.png")
    editor.locator("[name=publish_reason]").fill("La porteuse a quitté l'association.")
    with editor.expect_navigation():
        publish.evaluate("button => button.click()")
    sheet.refresh_from_db()
    assert sheet.live

    open_panel(editor, site_server, sheet)
    with editor.expect_navigation():
        editor.get_by_role("button", name="Révoquer").first.click()
    assert telephone.goto(address).status == 410
    telephone.screenshot(path="/tmp/e3-phone-closed.png", full_page=True)
    assert accessibility_violations(telephone) == []

    editor.goto(site_server.url + reverse("wagtailadmin_pages:history", args=[sheet.pk]))
    editor.screenshot(path="/tmp/e3-history.png", full_page=True)
    told = editor.locator("main").inner_text()
    for line in (
        "Lien de relecture créé",
        "Modifications demandées par le porteur (Léa Petit)",
        "Texte validé par le porteur (Léa Petit)",
        "Correction mineure, la validation reste acquise",
        "Texte modifié depuis sa validation : à revalider",
        "Publication sans validation",
        "La porteuse a quitté l'association.",
        "Lien de relecture révoqué",
    ):
        assert line in told, line
    assert editor.complaints == []
