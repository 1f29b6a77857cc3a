"""Every type of public page, in a real browser: axe finds nothing, nothing overflows."""

from io import BytesIO
from itertools import product

from django.core.files.images import ImageFile

from wagtail.models import Site

import pytest
from PIL import Image

from pages.models import (
    CentreSettings,
    CreditedImage,
    ExperienceContact,
    ExperienceIndexPage,
    Territory,
    Theme,
)
from tests.builders import make_experience, make_issue

pytestmark = pytest.mark.browser

SECTIONS = [
    (
        "pole",
        "Le Pôle ressources",
        [
            ("text", {"title": "Journée d'étude", "text": "<p>Le 14 octobre.</p>"}),
            ("zoom", {"title": "L'équipe s'agrandit", "text": "<p>Bienvenue.</p>"}),
        ],
    ),
    (
        "actualite",
        "Actualité",
        [("news", {"scope": "local", "title": "Un conseil citoyen", "url": "https://example.org"})],
    ),
    ("ressources", "Ressources", [("resource", {"kind": "podcast", "title": "Paroles"})]),
]


@pytest.fixture
def pages(site_server):
    """Addresses by name, over a small but complete site."""
    stream = BytesIO()
    Image.new("RGB", (1600, 1000), "#cfe3e2").save(stream, "PNG")
    cover = CreditedImage.objects.create(
        title="jardin.png",
        description="Un jardin au pied d'une tour",
        credit="© La Ville",
        file=ImageFile(BytesIO(stream.getvalue()), name="jardin.png"),
    )
    theme = Theme.objects.create(code="sante", name="Santé", description="Prévenir, soigner.")
    place = Territory.objects.create(name="Cergy", kind="commune")
    for rank in range(14):
        sheet = make_experience(title=f"Une démarche de quartier n° {rank}", cover=cover)
        sheet.themes.set([theme])
        sheet.territories.set([place])
        sheet.save()
    sheet.body = [
        ("heading", "Commencer par écouter"),
        ("paragraph", "<p>Voir <a href='https://example.org'>la convention</a>.</p>"),
        ("quote", {"text": "La porte est ouverte.", "speaker": "Aïssata K.", "role": "agente"}),
        ("key_figures", {"figures": [{"value": "113", "label": "adhérent·es"}]}),
        ("figure", {"image": cover, "caption": "L'allée."}),
    ]
    sheet.contacts.add(ExperienceContact(name="Léa Petit", email="lea.petit.longue@example.org"))
    sheet.save_revision().publish()
    ExperienceIndexPage.objects.update(show_in_menus=True)
    body = [
        ("section", {"key": key, "title": title, "intro": "", "items": items})
        for key, title, items in SECTIONS
    ]
    issue = make_issue(cover=cover, preheader="Vieillir dans les quartiers", body=body)
    make_issue(title="Résonances – février 2026", slug="fevrier", first_month=2, body=[])
    centre = CentreSettings.for_site(Site.objects.get())
    centre.email, centre.address = "contact@example.org", "12, quai des Confluences"
    centre.save()
    return {
        "accueil": "/",
        "liste": "/fiches/",
        "liste filtrée": "/fiches/?theme=sante&year=1990&page=2",
        "fiche": sheet.url,
        "archive": issue.get_parent().url,
        "numéro": issue.url,
        "introuvable": "/nulle-part/",
    }


def test_no_page_has_an_accessibility_fault(
    pages, site_server, chromium_page, accessibility_violations
):
    found = {}
    for name, width, scheme in product(pages, (320, 1280), ("light", "dark")):
        chromium_page.set_viewport_size({"width": width, "height": 900})
        chromium_page.emulate_media(color_scheme=scheme)
        chromium_page.goto(site_server.url + pages[name])
        faults = found[name, width, scheme] = accessibility_violations(chromium_page)
        if chromium_page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append("la page déborde en largeur")
        if chromium_page.locator("h1").count() != 1:
            faults.append("il faut un titre de niveau 1 et un seul")
    assert {sight: faults for sight, faults in found.items() if faults} == {}


def test_the_browser_has_nothing_to_complain_about(pages, site_server, chromium_page):
    """No blocked style or script, no missing file: the content policy and the pages agree."""
    del pages["introuvable"]
    for path in pages.values():
        chromium_page.goto(site_server.url + path)
    assert chromium_page.complaints == []


def test_the_first_stop_of_the_keyboard_leads_to_the_content(pages, site_server, chromium_page):
    chromium_page.goto(site_server.url)
    chromium_page.keyboard.press("Tab")
    link = chromium_page.locator(":focus")
    assert link.inner_text() == "Aller au contenu"
    assert link.bounding_box()["y"] >= 0
    chromium_page.keyboard.press("Enter")
    assert chromium_page.evaluate("document.activeElement.id") == "contenu"


def test_the_filters_work_without_a_script(pages, site_server, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site_server.url + "/fiches/")
    page.get_by_label("Thématique").select_option(label="Santé")
    page.get_by_role("button", name="Filtrer").click()
    assert "theme=sante" in page.url
    assert (
        "14 fiches expérience, thématique «\u00a0Santé\u00a0»"
        in page.get_by_role("status").inner_text()
    )
    page.get_by_role("link", name="Page suivante").click()
    assert "theme=sante" in page.url
    assert page.locator("article").count() == 2
    context.close()


def test_a_printed_sheet_is_its_content_and_the_addresses_of_its_links(
    pages, site_server, chromium_page
):
    chromium_page.emulate_media(media="print")
    chromium_page.goto(site_server.url + pages["fiche"])
    for hidden in ("nav[aria-label='Navigation principale']", "form[role=search]", ".breadcrumbs"):
        assert not chromium_page.locator(hidden).first.is_visible()
    after = "getComputedStyle(document.querySelector('.prose a'), '::after').content"
    assert "https://example.org" in chromium_page.evaluate(after)
