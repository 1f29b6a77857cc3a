"""Tools around the text in a real browser: a new picture, a marker in a row, « Harmoniser »."""

from io import BytesIO
from typing import Any

from django.urls import reverse

import pytest
from PIL import Image
from playwright.sync_api import Page

from pages.models import CreditedImage, EventPage, EventSpeaker, ExperiencePage
from tests.builders import make_event, make_experience

pytestmark = pytest.mark.browser


def open_editor(editor: Page, server: Any, page: Any) -> None:
    # Wagtail remembers an open panel: pressing its button again would close it.
    editor.add_init_script("localStorage.clear()")
    editor.goto(server.url + reverse("wagtailadmin_pages:edit", args=[page.pk]))


def png() -> dict[str, Any]:
    stream = BytesIO()
    Image.new("RGB", (64, 40), "#0f4c5c").save(stream, "PNG")
    return {"name": "IMG_0042.png", "mimeType": "image/png", "buffer": stream.getvalue()}


def test_a_picture_sent_from_the_page_asks_for_credit_and_alternative_at_once(site_server, editor):
    page = make_experience(live=False)
    page.save_revision()
    open_editor(editor, site_server, page)
    editor.get_by_role("button", name="Choisir une image").first.click()
    modal = editor.locator(".modal")
    modal.get_by_role("tab").nth(1).click()
    modal.locator("input[type=file]").set_input_files(png())
    modal.locator("[name$='title']").fill("La friche")
    send = modal.locator("form [type=submit]:visible")
    send.click()
    modal.get_by_text("Ce champ est requis.").wait_for()
    modal.locator("[name$='credit']").fill("© La Ville")
    send.click()
    modal.get_by_text("Décrivez l'image, ou cochez « image décorative ».").wait_for()
    assert modal.locator("[name$='credit']").input_value() == "© La Ville"
    assert not CreditedImage.objects.exists()
    modal.locator("input[type=file]").set_input_files(png())
    modal.locator("[name$='title']").fill("La friche")
    modal.locator("[name$='description']").fill("Des habitantes plantent un arbre")
    send.click()
    modal.wait_for(state="detached")
    image = CreditedImage.objects.get()
    assert (image.title, image.credit) == ("La friche", "© La Ville")
    assert editor.locator("[name=cover]").input_value() == str(image.pk)


@pytest.mark.parametrize("place", ["row", "tab"])
def test_a_marker_in_a_row_or_another_tab_is_reached_from_the_refusal(site_server, editor, place):
    page = make_event(live=False, search_description="Venez (??)." if place == "tab" else "")
    for name in ("Awa Diallo", "Léa (??)" if place == "row" else "Léa Petit"):
        page.speakers.add(EventSpeaker(name=name, function="sociologue"))
    page.save_revision()
    open_editor(editor, site_server, page)
    with editor.expect_navigation():
        editor.locator("button[name='action-publish']").first.evaluate("b => b.click()")
    link = editor.locator(".messages a[href^='#']").first
    target = link.get_attribute("href")
    link.click()
    editor.locator(target).wait_for(state="visible", timeout=5000)
    editor.wait_for_function(
        "selector => document.querySelector(selector).getBoundingClientRect().top < innerHeight",
        arg=target,
    )
    told = editor.get_by_text("« (??) » reste à vérifier").locator("visible=true")
    assert told.count() >= 1
    assert not EventPage.objects.get(pk=page.pk).live


def test_harmonising_and_rejoining_are_one_press_each(
    site_server, editor, accessibility_violations
):
    body = [("paragraph", "<p>Les habitant.e.s parlent du dévelop- pement local.</p>")]
    page = make_experience(standfirst="Une friche.", body=body, live=False)
    page.save_revision()
    for button in ("Harmoniser", "Corriger"):
        open_editor(editor, site_server, page)
        editor.locator("button[aria-label='Qualité du texte']").click()
        panel = editor.locator(".editor-panel:visible")
        panel.wait_for()
        assert accessibility_violations(editor, ".editor-panel") == []
        with editor.expect_navigation():
            panel.get_by_role("button", name=button).click()
    draft = ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert "Les habitant·es parlent du développement local." in str(draft.body)
    assert editor.complaints == []
