"""The screens where a letter is checked and confirmed, in a real browser."""

import re

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client

import pytest

from newsletters import lifecycle
from newsletters.models import Mailing, RateLimit
from tests.builders import make_issue, make_readers, make_sending

pytestmark = pytest.mark.browser


def body(title="Une rencontre"):
    item = ("text", {"title": title, "text": "<p>Le 12 mars à Cergy.</p>"})
    return [("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": [item]})]


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


def approved() -> Mailing:
    issue = make_issue(body=body())
    issue.save_revision().publish()
    issue.refresh_from_db()
    mailing = lifecycle.prepare(issue=issue, user=None)
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    make_readers(3, periodical=issue.periodical)
    return mailing


def test_the_check_and_the_confirmation_have_no_accessibility_fault(
    site_server, editor, accessibility_violations
):
    broken = make_issue(
        live=False, title="Avril (??)", slug="avril", first_month=4, body=body("Café ?")
    )
    broken.save_revision()
    mailing = approved()
    paths = {
        "contrôle": f"/admin/envois/preparer/{broken.pk}/?complet=1",
        "envoi": f"/admin/envois/{mailing.pk}/",
        "confirmation": f"/admin/envois/{mailing.pk}/confirmer/",
        "envois": "/admin/envois/",
        "actualiser": f"/admin/composer/actualiser/{broken.pk}/",
    }
    found = {}
    for name, path in paths.items():
        editor.goto(site_server.url + path)
        found[name] = accessibility_violations(editor)
    assert found == {name: [] for name in paths}


def test_our_styles_leave_the_frame_of_the_admin_where_it_is(site_server, editor):
    editor.goto(f"{site_server.url}/admin/envois/")
    editor.wait_for_selector("body.ready")  # Wagtail's own class, once its scripts have run
    assert editor.locator("main").bounding_box()["y"] == 0


def test_a_sending_under_way_tells_its_safeguards_within_the_window(
    site_server, editor, accessibility_violations
):
    RateLimit.objects.create(domain="messagerie.example.org", per_second=2.5, per_hour=900)
    mailing = make_sending(3)
    for width in (320, 1280):
        editor.set_viewport_size({"width": width, "height": 800})
        editor.goto(f"{site_server.url}/admin/envois/{mailing.pk}/")
        words = editor.get_by_text("messagerie.example.org : 2,5 par seconde, 900 par heure")
        box = words.bounding_box()
        assert box is not None, width
        assert box["x"] + box["width"] <= width
        assert accessibility_violations(editor) == [], width


def test_sending_is_confirmed_then_counts_down_and_can_be_taken_back(site_server, editor, settings):
    settings.NEWSLETTER_UNDO_MINUTES = 10
    mailing = approved()
    editor.goto(f"{site_server.url}/admin/envois/{mailing.pk}/")
    editor.get_by_role("button", name="Envoyer à 3 abonné·es…").click()
    editor.get_by_role("button", name="Envoyer « Résonances – mars 2026 » à 3 abonné·es").click()
    countdown = editor.locator("[data-leaves]")
    countdown.wait_for()
    assert re.match(r"Départ dans (9|10) min \d\d s", countdown.inner_text())
    editor.get_by_role("button", name="Annuler l'envoi").click()
    editor.get_by_text("Envoi annulé").first.wait_for()
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.CANCELLED


def test_the_panel_beside_the_editor_shows_the_findings(site_server, editor):
    issue = make_issue(live=False, title="Mars (??)", body=body())
    issue.save_revision()
    editor.goto(f"{site_server.url}/admin/pages/{issue.pk}/edit/")
    editor.get_by_role("button", name="Prêt à envoyer ?").click()
    editor.get_by_text("Une marque de travail est restée").first.wait_for()
    assert editor.get_by_text("1 point empêche l'envoi.").is_visible()
