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


def new_link(editor: Page, server: Any, page: ExperiencePage) -> str:
    """The address that the panel shows once the link is made."""
    open_panel(editor, server, page)
    press(editor, "Créer un lien de relecture")
    shown = open_panel(editor, server, page).locator("input[readonly]").first.input_value()
    return server.url + urlsplit(shown).path


def publish(editor: Page) -> None:
    button = editor.locator("button[name='action-publish']").first
    with editor.expect_navigation():
        button.evaluate("button => button.click()")


def history(editor: Page, server: Any, page: ExperiencePage) -> str:
    editor.goto(server.url + reverse("wagtailadmin_pages:history", args=[page.pk]))
    return editor.locator("main").inner_text()


@pytest.fixture
def fresh_editor(editor):
    """Wagtail remembers an open panel: pressing its button again would close it."""
    editor.add_init_script("localStorage.clear()")
    return editor


def test_the_holder_asks_for_changes_on_a_telephone_and_the_editor_reads_them(
    site_server, fresh_editor, telephone, sheet, accessibility_violations
):
    address = new_link(fresh_editor, site_server, sheet)
    assert accessibility_violations(fresh_editor, ".editor-panel") == []
    telephone.goto(address)
    assert telephone.get_by_text("Projet – ne pas diffuser").is_visible()
    assert telephone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    telephone.get_by_label("Votre nom").fill("Léa Petit")
    press(telephone, "Je demande des modifications")
    assert telephone.get_by_label("Votre nom").input_value() == "Léa Petit"
    assert accessibility_violations(telephone) == []
    telephone.get_by_label("Votre commentaire").fill("Douze habitantes, pas onze.")
    press(telephone, "Je demande des modifications")
    assert stage(sheet) == Stage.CHANGES_ASKED
    panel = open_panel(fresh_editor, site_server, sheet)
    assert "Douze habitantes, pas onze." in panel.inner_text()
    with fresh_editor.expect_navigation():
        panel.get_by_role("button", name="Révoquer").first.click()
    assert telephone.goto(address).status == 410
    assert accessibility_violations(telephone) == []
    told = history(fresh_editor, site_server, sheet)
    for line in (
        "Lien de relecture créé",
        "Modifications demandées par le porteur (Léa Petit)",
        "Douze habitantes, pas onze.",
        "Lien de relecture révoqué",
    ):
        assert line in told, line
    assert fresh_editor.complaints == []


def test_a_validated_text_rewritten_is_published_with_a_reason_only(
    site_server, fresh_editor, telephone, sheet
):
    editor = fresh_editor
    telephone.goto(new_link(editor, site_server, sheet))
    telephone.get_by_label("Votre nom").fill("Léa Petit")
    press(telephone, "Je valide")
    assert stage(sheet) == Stage.VALIDATED
    open_panel(editor, site_server, sheet)
    edit(editor, "Une virgule, de plus.", minor=True)
    assert stage(sheet) == Stage.VALIDATED
    edit(editor, "Tout autre chose.")
    assert stage(sheet) == Stage.TO_REVALIDATE
    publish(editor)
    editor.get_by_role("tab", name="Méthode et validation").click()
    assert editor.get_by_text("indiquez pourquoi le publier").first.is_visible()
    editor.locator("[name=publish_reason]").fill("La porteuse a quitté l'association.")
    publish(editor)
    sheet.refresh_from_db()
    assert sheet.live
    told = history(editor, site_server, sheet)
    for line in (
        "Texte validé par le porteur (Léa Petit)",
        "Correction mineure, la validation reste acquise",
        "Texte modifié depuis sa validation : à revalider",
        "Publication sans validation",
        "La porteuse a quitté l'association.",
    ):
        assert line in told, line
