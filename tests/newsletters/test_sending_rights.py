"""Every step of a sending has its own right, and repeats what it is about to do."""

from datetime import timedelta

from django.utils import timezone

import pytest

from newsletters import lifecycle
from newsletters.models import IssuePage, Mailing
from tests.builders import make_issue, make_mailing, make_readers
from tests.newsletters.roles import log_in
from tests.newsletters.test_approval import approved, edit, finished, prepared

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
State = Mailing.State


def act(client, mailing, action, **data):
    return client.post(f"/admin/envois/{mailing.pk}/{action}/", data, follow=True)


def page(client, mailing, suffix="") -> str:
    return client.get(f"/admin/envois/{mailing.pk}/{suffix}").content.decode()


@pytest.mark.parametrize(
    ("action", "right", "before"),
    [
        ("approuver", "approve_mailing", State.DRAFT),
        ("programmer", "send_mailing", State.APPROVED),
        ("pause", "send_mailing", State.SCHEDULED),
        ("reprendre", "send_mailing", State.PAUSED),
        ("annuler", "send_mailing", State.SCHEDULED),
        ("retirer", "add_mailing", State.APPROVED),
    ],
)
def test_each_action_asks_its_own_right(client, action, right, before):
    rights = {"approve_mailing", "send_mailing", "add_mailing", "view_mailing", "see_addresses"}
    mailing = prepared()
    values = {"state": before, "approved_hash": mailing.content_hash}
    Mailing.objects.update(scheduled_at=timezone.now() + timedelta(hours=1), **values)
    log_in(client, *sorted(rights - {right}))
    act(client, mailing, action, content_hash=mailing.content_hash)
    assert Mailing.objects.get().state == before
    client.logout()
    act(client, mailing, action, content_hash=mailing.content_hash)
    assert Mailing.objects.get().state == before
    log_in(client, right)
    act(client, mailing, action, content_hash=mailing.content_hash)
    assert Mailing.objects.get().state != before


def test_preparing_and_correcting_ask_the_right_to_prepare(client):
    mailing = finished()
    log_in(client, "approve_mailing", "send_mailing", "view_mailing")
    act(client, mailing, "rectifier", correction="La date.")
    client.post(f"/admin/envois/preparer/{mailing.issue_id}/")
    assert Mailing.objects.count() == 1
    log_in(client, "add_mailing")
    answer = act(client, mailing, "rectifier", correction="La date.")
    erratum = mailing.errata.get()
    assert answer.redirect_chain == [(f"/admin/envois/{erratum.pk}/", 302)]
    assert "Rectificatif de" in answer.content.decode()


def test_the_confirmation_repeats_the_subject_the_number_and_the_time(client, settings):
    settings.NEWSLETTER_UNDO_MINUTES = 10
    mailing = approved()
    make_readers(3, periodical=mailing.issue.periodical)
    log_in(client, "send_mailing")
    html = page(client, mailing, "confirmer/")
    assert "« Résonances – mars 2026 »" in html
    assert "3 abonné·es" in html
    assert "dans 10 minutes" in html
    assert Mailing.objects.get().state == State.APPROVED
    assert "date est passée" in page(client, mailing, "confirmer/?at=2020-01-01+10:00")


def test_the_confirmation_is_for_who_may_send(client):
    mailing = approved()
    log_in(client, "add_mailing")
    assert client.get(f"/admin/envois/{mailing.pk}/confirmer/").status_code in (302, 403)


def test_nothing_is_scheduled_without_the_confirmation(client):
    mailing = approved()
    log_in(client, "send_mailing")
    assert "Confirmez l&#x27;objet" in act(client, mailing, "programmer").content.decode()
    assert Mailing.objects.get().state == State.APPROVED


def test_a_scheduled_mailing_shows_its_countdown_and_can_be_cancelled(client, settings):
    settings.NEWSLETTER_UNDO_MINUTES = 10
    mailing = approved()
    log_in(client, "send_mailing")
    html = act(client, mailing, "programmer", content_hash=mailing.content_hash).content.decode()
    assert "data-leaves=" in html
    assert "Il peut encore être annulé" in html
    act(client, mailing, "annuler")
    assert Mailing.objects.get().state == State.CANCELLED


def test_the_screen_says_that_the_issue_has_changed_and_no_longer_offers_to_send(client):
    mailing = approved()
    edit(mailing, title="Autre titre")
    log_in(client, "send_mailing", "add_mailing")
    html = page(client, mailing)
    assert "Le numéro a changé depuis l'approbation." in html
    assert "Revenir à la préparation" in html
    assert "confirmer/" not in html


def test_the_preparation_lists_the_findings_and_asks_the_network_only_when_told(
    client, monkeypatch, settings
):
    settings.NEWSLETTER_ASK_OUTSIDE = True
    asked = []
    monkeypatch.setattr("newsletters.preflight_checks.links.look", lambda u: asked.append(u) or {})
    monkeypatch.setattr("newsletters.preflight_checks.sender.published", lambda name: [])
    body = [("section", {"key": "pole", "title": "P", "intro": "", "items": [
        ("text", {"title": "T (??)", "url": "https://example.org/a"})]})]  # fmt: skip
    issue = make_issue(body=body, live=False)
    issue.save_revision()
    log_in(client, "add_mailing")
    url = f"/admin/envois/preparer/{issue.pk}/"
    assert "marque de travail" in client.get(url).content.decode()
    assert asked == []
    assert (
        "n&#x27;a pas d&#x27;enregistrement SPF" in client.get(url + "?complet=1").content.decode()
    )
    assert asked == [{"https://example.org/a"}]


def test_the_mail_can_be_given_to_a_partner_without_anybody_s_link(client):
    mailing = make_mailing()
    log_in(client, "view_mailing")
    answer = client.get(f"/admin/envois/{mailing.pk}/fichier/")
    assert answer["Content-Disposition"] == f'attachment; filename="lettre-{mailing.pk}.html"'
    html = answer.content.decode()
    assert "%%" not in html
    assert "mailto:lettre@example.org?subject=desinscription" in html


def test_what_is_approved_on_the_screen_is_what_was_shown_there(client):
    mailing = prepared()
    log_in(client, "approve_mailing")
    shown = mailing.content_hash
    edit(mailing, title="Autre titre")
    lifecycle.prepare(issue=IssuePage.objects.get(), user=None)
    act(client, mailing, "approuver", content_hash=shown)
    assert Mailing.objects.get().state == State.DRAFT
