"""« Prêt à envoyer ? » beside the editor."""

from django.contrib.auth import get_user_model

import pytest

from newsletters import preflight
from newsletters.models import SectionTemplate
from tests.builders import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


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


def test_everything_is_checked_on_request_and_told_again_until_the_content_changes(
    client, monkeypatch
):
    issue = make_issue(live=False, editorial="<p>Bonjour</p>")
    url = f"/admin/composer/controler/{issue.pk}/"
    assert client.get(url).status_code == 405
    answer = client.post(url).content.decode()
    assert "Impression, images, liens, expéditeur" in answer
    monkeypatch.setattr(preflight, "SLOW", ())
    shown = editor(client, issue)
    assert "non vérifié" in shown
    assert "avant les derniers changements" not in shown
    issue.editorial = "<p>Bonsoir</p>"
    issue.save_revision()
    assert "avant les derniers changements" in editor(client, issue)


def test_what_stops_the_print_edition_is_placed_and_blocks_the_sending(client):
    words = "".join(chr(0x4E00 + n) for n in range(80))
    item = ("text", {"title": words, "text": "<p>Le 12 mars.</p>"})
    section = ("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": [item]})
    issue = make_issue(body=[section])
    answer = client.post(f"/admin/envois/preparer/{issue.pk}/").content.decode()
    assert "n&#x27;existent pas dans les polices d&#x27;impression" in answer
    assert not issue.mailings.exists()


def test_a_section_longer_than_its_page_is_named_with_a_way_to_it(client):
    prose = "<p>" + "Les habitant·es décident ensemble de la suite. " * 12 + "</p>"
    items = [("text", {"title": f"Titre {n}", "text": prose}) for n in range(18)]
    section = ("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": items})
    issue = make_issue(body=[section])
    issue.save_revision()
    issue = issue.get_latest_revision_as_object()
    [found] = [f for f in preflight.run(issue) if f.code == "print-overflow"]
    assert not found.blocks
    assert found.where.url.endswith(f"#block-{issue.body[0].id}-section")


def test_a_page_never_saved_and_a_broken_draft_have_a_panel_too(client):
    issue = make_issue()
    archive = issue.get_parent()
    url = f"/admin/pages/add/newsletters/issuepage/{archive.pk}/"
    assert "Enregistrez le numéro une première fois" in client.get(url).content.decode()
    issue.title, issue.year, issue.first_month, issue.body = "Mars", None, None, []
    issue.save_revision(clean=False)
    assert "La période du numéro manque" in editor(client, issue)
