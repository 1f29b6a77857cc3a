"""What an editor does to an issue before it is sent, in a real browser."""

from itertools import product

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client

import pytest

from newsletters import linked, preflight
from newsletters.outside import Failure, Unreachable
from newsletters.preflight_checks.draft import Finding, Level
from tests.builders import make_issue

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(site_server, chromium_page):
    """A browser already logged in."""
    user = get_user_model().objects.create_superuser("redaction", password="x")
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": site_server.url}
    chromium_page.context.add_cookies([cookie])
    return chromium_page


def draft_with(*items):
    section = {"key": "ressources", "title": "Ressources", "intro": "", "items": list(items)}
    issue = make_issue(live=False, body=[("section", section)])
    issue.save_revision(clean=False)
    return issue


def edit(page, server, issue) -> None:
    page.goto(f"{server.url}/admin/pages/{issue.pk}/edit/")


# --- A pasted address -----------------------------------------------------------------------


@pytest.fixture
def described(monkeypatch, settings):
    """What the pasted address would say of itself; the addresses asked for."""
    settings.NEWSLETTER_ASK_OUTSIDE = True
    asked: list[str] = []

    def describe(url):
        asked.append(url)
        if "perdu" in url:
            raise Unreachable(Failure.UNKNOWN_HOST)
        return linked.Described("Dix ans de conseils citoyens", "La Gazette")

    monkeypatch.setattr(linked, "describe", describe)
    return asked


def paste(page, url: str) -> None:
    field = page.locator('[name$="-items-0-value-url"]')
    field.fill(url)
    with page.expect_response("**/composer/lien/"):
        field.press("Tab")


def value(page, name: str) -> str:
    return page.locator(f'[name$="-items-0-value-{name}"]').input_value()


def test_a_pasted_address_proposes_its_title_and_its_medium(site_server, editor, described):
    edit(editor, site_server, draft_with(("press", {"media": "", "title": "", "url": ""})))
    paste(editor, "https://presse.example.org/article")
    editor.wait_for_function(
        "document.querySelector('[name$=\"-items-0-value-media\"]').value !== ''"
    )
    assert value(editor, "title") == "Dix ans de conseils citoyens"
    assert value(editor, "media") == "La Gazette"
    assert described == ["https://presse.example.org/article"]
    assert editor.complaints == []


def test_what_somebody_wrote_is_never_replaced(site_server, editor, described):
    item = ("press", {"media": "Mon titre de presse", "title": "", "url": ""})
    edit(editor, site_server, draft_with(item))
    paste(editor, "https://presse.example.org/article")
    editor.wait_for_function(
        "document.querySelector('[name$=\"-items-0-value-title\"]').value !== ''"
    )
    assert value(editor, "media") == "Mon titre de presse"


def test_an_address_that_says_nothing_leaves_the_fields_to_the_editor(
    site_server, editor, described
):
    edit(editor, site_server, draft_with(("press", {"media": "", "title": "", "url": ""})))
    paste(editor, "https://perdu.example.org/")
    assert value(editor, "title") == ""
    assert value(editor, "url") == "https://perdu.example.org/"


# --- « Tout vérifier » ----------------------------------------------------------------------

TEXT = ("text", {"title": "Une rencontre", "text": "<p>Le 12 mars à Cergy.</p>"})


@pytest.fixture
def slow_finding(monkeypatch):
    def heavy(draft):
        place = draft.at("body", "Rubriques")
        yield Finding("heavy", Level.WARN, "Une image pèse 3 Mo", place, "Lent.", "Réduisez-la")

    monkeypatch.setattr(preflight, "SLOW", (heavy,))


def open_panel(page) -> None:
    page.get_by_role("button", name="Prêt à envoyer ?").click()
    page.get_by_role("button", name="Tout vérifier").wait_for()


def test_everything_is_checked_on_request_and_read_from_its_first_line(
    site_server, editor, slow_finding, accessibility_violations
):
    edit(editor, site_server, draft_with(TEXT))
    open_panel(editor)
    assert not editor.get_by_text("Une image pèse 3 Mo").first.is_visible()
    editor.get_by_role("button", name="Tout vérifier").click()
    editor.get_by_text("Une image pèse 3 Mo").first.wait_for()
    assert editor.evaluate("document.activeElement.matches('[data-ready-result]')")
    assert editor.get_by_role("button", name="Tout vérifier").is_enabled()
    ours = [line for line in accessibility_violations(editor) if "ready" in line or "find" in line]
    assert ours == []


def test_a_check_that_fails_says_so_and_can_be_asked_again(site_server, editor, slow_finding):
    edit(editor, site_server, draft_with(TEXT))
    open_panel(editor)
    editor.route("**/composer/controler/**", lambda route: route.abort())
    editor.get_by_role("button", name="Tout vérifier").click()
    editor.get_by_text("Le contrôle n'a pas abouti").wait_for()
    editor.unroute("**/composer/controler/**")
    editor.get_by_role("button", name="Tout vérifier").click()
    editor.get_by_text("Une image pèse 3 Mo").first.wait_for()


# --- Screens --------------------------------------------------------------------------------


def test_the_composing_screens_are_accessible_and_hold_in_the_width(
    site_server, editor, accessibility_violations
):
    issue = draft_with(TEXT)
    paths = {
        "composer": "composer/",
        "dupliquer": f"composer/dupliquer/{issue.pk}/",
        "voir comme": f"envois/comme/{issue.pk}/?largeur=375",
        "voir le texte": f"envois/comme/{issue.pk}/?mode=texte&lecteur=bloquee",
    }
    found, too_wide = {}, []
    for name, width in product(paths, (375, 1280)):
        editor.set_viewport_size({"width": width, "height": 900})
        editor.goto(f"{site_server.url}/admin/{paths[name]}")
        found[name, width] = accessibility_violations(editor)
        if editor.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append((name, width))
    assert {sight: faults for sight, faults in found.items() if faults} == {}
    assert too_wide == []


def test_the_last_issue_is_duplicated_from_the_menu_in_two_clicks(site_server, editor):
    draft_with(TEXT)
    editor.goto(f"{site_server.url}/admin/composer/")
    editor.get_by_role("button", name="Dupliquer le dernier numéro").click()
    editor.wait_for_url("**/edit/")
    assert editor.locator("[name=title]").input_value() == "Résonances – avril 2026"
