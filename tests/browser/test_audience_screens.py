"""The staff's screens of the audience, in a real browser: accessible, and alive with script."""

import re
from itertools import product

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

import pytest

from newsletters import consent
from newsletters.models import Segment, Subscriber, SubscriberImport, Subscription
from pages.models import Territory, Theme
from tests.builders import make_periodical, make_readers, make_subscription

pytestmark = pytest.mark.browser


@pytest.fixture
def staff(site_server, chromium_page, settings, tmp_path):
    """A browser already logged in, and a small audience."""
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    user = get_user_model().objects.create_superuser("gestion", password="x")
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": site_server.url}
    chromium_page.context.add_cookies([cookie])
    letter = make_periodical()
    make_readers(60, periodical=letter)
    Territory.objects.create(name="Val d'Oise", kind="departement")
    Theme.objects.create(code="sante", name="Santé")
    left = make_subscription("partie@example.org", periodical=letter)
    left.subscriber.actor_type = "elu"
    left.subscriber.save()
    consent.leave(subscription=left, origin="lien")
    Segment.objects.create(name="Élu·es", rules={"match": "all", "actor_types": ["elu"]})
    return chromium_page


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "liste.csv"
    path.write_text("Courriel;Nom\nneuve@example.org;Été\nfaux;B\n", encoding="cp1252")
    return path


def screens() -> dict[str, str]:
    person = Subscriber.objects.get(email="partie@example.org").pk
    segment = Segment.objects.get().pk
    return {
        "liste": "/admin/abonnes/",
        "recherche": "/admin/abonnes/?q=partie&state=left",
        "fiche": f"/admin/abonnes/inspect/{person}/",
        "agir": "/admin/abonnes/agir/?state=active",
        "ajout": "/admin/abonnes/new/",
        "exports": "/admin/abonnes/formats/",
        "segments": "/admin/segments/",
        "segment": f"/admin/segments/edit/{segment}/",
        "apercu": f"/admin/segments/inspect/{segment}/",
        "imports": "/admin/imports/",
        "depot": "/admin/imports/fichier/",
        "statistiques": "/admin/audience/",
    }


def test_the_screens_have_no_accessibility_fault_and_no_overflow(
    site_server, staff, accessibility_violations
):
    found = {}
    for (name, path), width in product(screens().items(), (375, 1280)):
        staff.set_viewport_size({"width": width, "height": 900})
        staff.goto(site_server.url + path)
        # The heading of Wagtail’s own results has a role it may not have (minor).
        faults = [x for x in accessibility_violations(staff) if "(minor)" not in x]
        if staff.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            faults.append("déborde")
        found[name, width] = faults
    assert {sight: faults for sight, faults in found.items() if faults} == {}
    assert staff.complaints == []


def test_an_import_is_followed_to_its_end_and_taken_back(
    site_server, staff, file, accessibility_violations
):
    staff.goto(f"{site_server.url}/admin/imports/fichier/")
    staff.set_input_files("input[type=file]", file)
    staff.get_by_label("Résonances").check()
    staff.get_by_label("Provenance des adresses").fill("Forum")
    staff.get_by_label("Consentement").check()
    staff.get_by_role("button", name="Déposer et vérifier les colonnes").click()
    dry_run = staff.get_by_role("button", name="Faire l'essai à blanc")
    dry_run.wait_for()
    assert accessibility_violations(staff) == []
    dry_run.click()
    staff.get_by_text("Windows-1252").wait_for()
    staff.get_by_role("button", name="Importer 1 personne").click()
    staff.get_by_role("button", name="Annuler l'import").wait_for()
    assert accessibility_violations(staff) == []
    assert Subscriber.objects.get(email="neuve@example.org").last_name == "Été"
    staff.get_by_role("button", name="Annuler l'import").click()
    staff.get_by_text("1 abonnement retiré").wait_for()
    assert not Subscriber.objects.filter(email="neuve@example.org").exists()


def test_a_running_import_shows_its_progress_and_reloads_when_done(site_server, staff):
    row = SubscriberImport.objects.create(
        file_name="liste.csv", file_hash="0", basis="consent", source="Forum",
        headings=["Courriel"], mapping={"email": 0}, state=SubscriberImport.State.CHECKING,
        step_started_at=timezone.now(),
    )  # fmt: skip
    staff.goto(f"{site_server.url}/admin/imports/{row.pk}/")
    staff.get_by_role("progressbar", name="Avancement de l'import").wait_for()
    SubscriberImport.objects.update(state=SubscriberImport.State.RECEIVED)
    staff.get_by_role("button", name="Faire l'essai à blanc").wait_for()


def test_a_segment_counts_while_it_is_built(site_server, staff):
    staff.goto(f"{site_server.url}/admin/segments/new/")
    staff.get_by_text("60 personnes joignables").wait_for()
    staff.get_by_label("Élu·e", exact=True).check()
    staff.get_by_text("0 personne joignable").wait_for()
    staff.get_by_label("Nom", exact=False).first.fill("Élu·es d'ici")
    staff.get_by_role("button", name=re.compile("Ajouter|Enregistrer|Créer")).last.click()
    staff.get_by_text("Élu·es d'ici").first.wait_for()
    assert Segment.objects.get(name="Élu·es d'ici").rules["actor_types"] == ["elu"]


def test_a_segment_opened_to_be_looked_at_keeps_its_date(site_server, staff):
    rules = {"match": "all", "joined_from": "2025-03-12"}
    segment = Segment.objects.create(name="Depuis mars", rules=rules)
    staff.goto(f"{site_server.url}/admin/segments/edit/{segment.pk}/")
    staff.get_by_label("Inscrit·es depuis le").click()
    staff.get_by_label("Organisme contenant").click()
    staff.get_by_role("button", name="Enregistrer").last.click()
    staff.wait_for_url(f"{site_server.url}/admin/segments/")
    assert Segment.objects.get(pk=segment.pk).rules == rules


def test_people_ticked_in_the_list_are_acted_on(site_server, staff, accessibility_violations):
    staff.goto(f"{site_server.url}/admin/abonnes/?state=active")
    boxes = staff.locator("[data-bulk-action-checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    leave = staff.get_by_role("link", name="Désinscrire", exact=True)
    leave.wait_for()
    assert [x for x in accessibility_violations(staff) if "(minor)" not in x] == []
    staff.set_viewport_size({"width": 375, "height": 800})
    box = staff.get_by_role("link", name="Autre action").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    leave.click()
    staff.get_by_text("2 fiche(s) cochée(s)").wait_for()
    assert staff.get_by_label("Désinscrire de toutes les lettres").is_checked()
    staff.get_by_label("Je confirme").check()
    staff.get_by_role("button", name="Appliquer à 2 personnes").click()
    staff.get_by_text("2 fiche(s) désinscrite(s)").wait_for()
    assert staff.url.endswith("/admin/abonnes/?state=active")
    assert Subscription.objects.filter(state="active").count() == 58
    assert staff.complaints == []
