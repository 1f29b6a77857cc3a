"""« Prêt à envoyer ? » beside the editor."""

from django.contrib.auth import get_user_model

import pytest

from newsletters import preflight
from newsletters.models import SectionTemplate
from tests.builders import make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def logged_in(client):
    client.force_login(get_user_model().objects.create_superuser("redaction"))


def editor(client, issue) -> str:
    return client.get(f"/admin/pages/{issue.pk}/edit/").content.decode()


def test_the_panel_says_what_is_wrong_where_and_what_is_due(client):
    issue = make_issue(live=False, title="Mars (??)")
    SectionTemplate.objects.filter(key="fiche").update(min_items=1)
    html = editor(client, issue)
    assert "Prêt à envoyer ?" in html
    assert "Une marque de travail est restée : « (??) »" in html
    assert "Manque : fiche expérience" in html
    assert f'href="/admin/pages/{issue.pk}/edit/#panel-child-contenu-title-section"' in html


def test_the_panel_asks_nothing_of_the_network(client, monkeypatch, settings):
    settings.NEWSLETTER_ASK_OUTSIDE = True
    monkeypatch.setattr("newsletters.outside.fetch", pytest.fail)
    monkeypatch.setattr("newsletters.preflight_checks.sender.published", pytest.fail)
    assert "Prêt à envoyer ?" in editor(client, make_issue(editorial="<p>Bonjour</p>"))
    assert not {preflight.links.external, preflight.sender.authentication} & set(preflight.QUICK)


def test_a_page_never_saved_and_a_broken_draft_have_a_panel_too(client):
    issue = make_issue()
    archive = issue.get_parent()
    url = f"/admin/pages/add/newsletters/issuepage/{archive.pk}/"
    assert "Enregistrez le numéro une première fois" in client.get(url).content.decode()
    issue.title, issue.year, issue.first_month, issue.body = "Mars", None, None, []
    issue.save_revision(clean=False)
    assert "La période du numéro manque" in editor(client, issue)
