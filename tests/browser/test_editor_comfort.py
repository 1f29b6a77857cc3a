"""The page editor in a real browser: paste from Word, links to a marker, review by a holder."""

import re
from typing import Any

from django.urls import reverse

import pytest
from playwright.sync_api import Page

from pages import review
from pages.models import ExperiencePage
from tests.builders import make_experience, make_issue

pytestmark = pytest.mark.browser

# What Word puts on the clipboard, shortened: headings, quotations and lists are its own styles.
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal
{mso-style-name:"Normal";font-family:Calibri}</style></head><body><!--StartFragment-->
<h1 style="mso-outline-level:1"><span style="color:#2F5496">Une démarche<o:p></o:p></span></h1>
<h3>Les suites</h3>
<p class=MsoNormal style="margin:0cm"><span style="font-family:Calibri;color:red">Onze
<b>habitantes</b> et <i>deux</i> agents, <a href="https://example.org/charte">la charte</a>.</span>
<o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style="text-indent:-18pt;mso-list:l0 level1 lfo1"><span
style="font-family:Symbol;mso-list:Ignore">·<span>      </span></span>écouter</p>
<p class=MsoListParagraphCxSpLast style="mso-list:l0 level1 lfo1"><span
style="mso-list:Ignore">·<span>   </span></span>agir</p>
<p class=MsoListParagraph style="mso-list:l1 level1 lfo2"><span
style="mso-list:Ignore">1.<span>   </span></span>d'abord</p>
<p class=MsoQuote>La porte est ouverte.</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>Il dit : <q>Venez.</q></p>
<script>document.title = "x"</script><!--EndFragment--></body></html>"""
EXPECTED = [
    "<h2>Une démarche</h2>",
    "<h3>Les suites</h3>",
    "<p>Onze <b>habitantes</b> et <i>deux</i> agents, "
    '<a href="https://example.org/charte">la charte</a>.',
    "<ul><li>écouter</li><li>agir</li></ul><ol><li>d'abord</li></ol>",
    "<blockquote>La porte est ouverte.</blockquote>",
    "<p>Il dit : « Venez. »</p>",
]

PASTE = """(editor, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "texte");
  editor.focus();
  editor.dispatchEvent(new ClipboardEvent("paste",
    {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def open_editor(editor: Page, server: Any, page: ExperiencePage) -> None:
    editor.goto(server.url + reverse("wagtailadmin_pages:edit", args=[page.pk]))
    editor.wait_for_selector("[data-draftail-input] , .DraftEditor-root")


def paste(editor: Page, html: str, last_word: str) -> None:
    area = "[data-contentpath='body'] .public-DraftEditor-content"
    editor.locator(area).first.evaluate(PASTE, html)
    # Draftail writes its field a moment after the last change.
    editor.wait_for_function(
        "word => document.querySelector(\"[name='body-0-value']\").value.includes(word)",
        arg=last_word,
    )


def saved(editor: Page, page: ExperiencePage) -> str:
    """The first paragraph as stored, without the editor's own keys."""
    with editor.expect_navigation():
        editor.get_by_role("button", name="Enregistrer le brouillon").first.click()
    draft = ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return re.sub(r' data-block-key="\w+"', "", draft.body[0].value.source)


@pytest.fixture
def blank():
    page = make_experience(body=[("paragraph", "<p></p>")], live=False)
    page.save_revision()
    return page


def test_a_paste_from_word_keeps_its_structure_and_nothing_of_word(site_server, editor, blank):
    open_editor(editor, site_server, blank)
    paste(editor, WORD, "Venez")
    source = saved(editor, blank)
    for expected in EXPECTED:
        assert expected in source
    for banned in ("Mso", "style", "<o:p", "<span", "color", "script", "document.title", "·"):
        assert banned not in source


def test_a_paste_from_elsewhere_keeps_its_lists_and_links(site_server, editor, blank):
    open_editor(editor, site_server, blank)
    pasted = "<h2>Titre</h2><ul><li><a href='https://example.org/a'>un</a></li></ul>"
    paste(editor, pasted, "example.org")
    source = saved(editor, blank)
    assert '<h2>Titre</h2><ul><li><a href="https://example.org/a">un</a></li></ul>' in source


def test_a_refused_publication_leads_to_the_marker(site_server, editor):
    page = make_experience(
        title="Un jardin",
        body=[("paragraph", "<p>Onze habitantes.</p>"), ("paragraph", "<p>En 2019 (??).</p>")],
        stage="validated",
        live=False,
    )
    page.save_revision()
    open_editor(editor, site_server, page)
    editor.locator("button:has-text('Publier')").first.evaluate("button => button.click()")
    link = editor.get_by_role("link", name="Corps › Paragraphe").first
    link.wait_for()
    link.click()
    target = link.get_attribute("href")
    assert editor.locator(target).count() == 1
    editor.wait_for_function(
        "selector => document.querySelector(selector).getBoundingClientRect().top < innerHeight",
        arg=target,
    )
    assert "(??)" in editor.locator(target).inner_text()


def test_the_holder_answers_from_the_link_and_axe_finds_nothing(
    site_server, chromium_page, admin_user, accessibility_violations
):
    page = make_experience(title="Un jardin", body=[("paragraph", "<p>Onze.</p>")], live=False)
    page.save_revision()
    link = review.create_link(page=page, user=admin_user)
    address = f"{site_server.url}/relecture/{review.token_of(link)}/"
    for width in (320, 1280):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        chromium_page.goto(address)
        assert accessibility_violations(chromium_page) == []
    chromium_page.get_by_role("button", name="Je demande des modifications").click()
    assert chromium_page.get_by_text("Indiquez votre nom.").count() == 2
    chromium_page.get_by_label("Votre nom").fill("Léa Petit")
    chromium_page.get_by_role("button", name="Je valide").click()
    chromium_page.get_by_text("Réponse enregistrée").wait_for()
    draft = ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert draft.stage == "validated"
    assert chromium_page.complaints == []


def test_no_entry_of_our_menus_takes_two_lines(site_server, editor):
    make_issue()  # without a series, there is nothing to compose
    for group in ("Lettres", "Recherche", "Vocabulaires"):
        editor.goto(f"{site_server.url}/admin/")
        editor.get_by_role("button", name=group, exact=True).click()
        opened = editor.get_by_role("list", name=group)
        opened.get_by_role("link").first.wait_for()
        labels = opened.locator(".menuitem-label").all()
        heights = {label.text_content(): label.bounding_box()["height"] for label in labels}
        assert len(heights) > 2
        assert {label for label, height in heights.items() if height > 25} == set()
