"""A new issue starts from the last one, or from the template, and looks like nothing sent."""

from django.contrib.auth import get_user_model

import pytest

from newsletters import duplication
from newsletters.models import IssueCoProducer, IssuePage, SectionTemplate
from pages.models import Organisation
from tests.builders import make_issue, make_mailing
from tests.newsletters.roles import give_pages, log_in

pytestmark = pytest.mark.django_db


def issue_with_contents(**fields) -> IssuePage:
    item = ("text", {"title": "Une rencontre", "text": "<p>Le 12 mars.</p>"})
    body = [
        ("section", {"key": key, "title": key.title(), "intro": "Intro", "items": [item]})
        for key in ("pole", "ressources")
    ]
    return make_issue(body=body, subject="Mars", preheader="Accroche", number="12",
                      editorial="<p>Bonjour</p>", **fields)  # fmt: skip


def items(issue) -> dict[str, int]:
    return {block.value["key"]: len(block.value["items"]) for block in issue.body}


def test_a_duplicate_follows_and_keeps_only_what_the_template_keeps():
    source = issue_with_contents()
    SectionTemplate.objects.filter(key="ressources").update(keep_items=True)
    organisation = Organisation.objects.create(name="Un partenaire")
    IssueCoProducer.objects.create(page=source, organisation=organisation)
    copy = IssuePage.objects.get(pk=duplication.duplicate(issue=source, user=None).pk)
    assert (copy.title, copy.slug) == ("Résonances – avril 2026", "avril-2026")
    assert (copy.year, copy.first_month, copy.last_month, copy.live) == (2026, 4, None, False)
    assert items(copy) == {"pole": 0, "ressources": 1}
    assert [block.value["intro"] for block in copy.body] == ["Intro", "Intro"]
    assert [row.organisation for row in copy.co_producers.all()] == [organisation]
    assert {block.id for block in copy.body}.isdisjoint(block.id for block in source.body)


def test_what_belongs_to_one_issue_is_never_copied():
    """The list is of what may differ: a field added to the model fails here until it is judged."""
    source = issue_with_contents(
        corrected_on="2026-03-10", correction_note="La date", search_description="Mars"
    )
    source.save_revision().publish()
    make_mailing(issue=source)
    copy = duplication.duplicate(issue=source, user=None)
    for name in ("subject", "preheader", "number", "editorial", "correction_note",
                 "search_description"):  # fmt: skip
        assert getattr(copy, name) == "", name
    for name in ("corrected_on", "first_published_at", "last_published_at", "live_revision",
                 "go_live_at", "cover"):  # fmt: skip
        assert getattr(copy, name) is None, name
    assert not copy.mailings.exists()
    assert copy.revisions.count() == 1


def test_the_draft_is_duplicated_and_not_only_what_is_published():
    source = issue_with_contents()
    source.body = [("section", {"key": "pole", "title": "Renommée", "intro": "", "items": []})]
    source.save_revision()
    source.refresh_from_db()
    copy = duplication.duplicate(issue=source, user=None)
    assert [block.value["title"] for block in copy.body] == ["Renommée"]


def test_a_new_issue_starts_from_the_template():
    source = issue_with_contents(first_month=11, last_month=12)
    archive = source.get_parent().specific
    issue = duplication.new_issue(archive=archive, user=None)
    assert issue.title == "Résonances – janvier 2027"
    assert items(issue) == {"pole": 0, "actualite": 0, "fiche": 0, "ressources": 0}


def test_the_first_issue_of_a_series_has_no_period_yet():
    archive = issue_with_contents().get_parent().specific
    IssuePage.objects.all().delete()
    issue = duplication.new_issue(archive=archive, user=None)
    assert (issue.title, issue.slug, issue.period) == ("Résonances", "nouveau-numero", None)


def test_two_duplicates_in_a_row_have_two_periods_and_two_addresses():
    source = issue_with_contents()
    made = [duplication.duplicate(issue=source, user=None) for _ in range(2)]
    assert [issue.slug for issue in made] == ["avril-2026", "mai-2026"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("serie/{archive}/dupliquer/", "Repris de « Résonances – mars 2026 »"),
        ("serie/{archive}/nouveau/", "les rubriques du gabarit de la série, vides"),
        ("dupliquer/{issue}/", "Jamais repris : les contenus"),
    ],
)
def test_the_screen_says_what_it_will_make_then_makes_it_and_opens_its_editor(client, path, said):
    client.force_login(get_user_model().objects.create_superuser("redaction"))
    source = issue_with_contents()
    archive = source.get_parent()
    for screen in ("/admin/envois/", "/admin/composer/"):
        assert "Dupliquer le dernier numéro" in client.get(screen).content.decode()
    url = "/admin/composer/" + path.format(archive=archive.pk, issue=source.pk)
    shown = client.get(url).content.decode()
    assert "« Résonances – avril 2026 »" in shown
    assert said in shown
    assert IssuePage.objects.count() == 1
    answer = client.post(url)
    made = IssuePage.objects.get(first_month=4)
    assert answer.url == f"/admin/pages/{made.pk}/edit/"
    assert client.get(answer.url).status_code == 200


def test_an_editor_finds_these_actions_beside_the_issue_and_its_series(client):
    """Without any part in the sendings, in the header and in the rows of the explorer."""
    source = issue_with_contents()
    archive = source.get_parent()
    give_pages(log_in(client), "add_page", "change_page")
    duplicate = f"/admin/composer/dupliquer/{source.pk}/"
    for path in (f"{source.pk}/edit/", f"{archive.pk}/"):
        html = client.get(f"/admin/pages/{path}").content.decode()
        assert duplicate in html
        assert f"/admin/composer/fichier/{source.pk}/" in html
    assert f"/admin/composer/serie/{archive.pk}/nouveau/" in html
    assert "/admin/composer/" in client.get("/admin/").content.decode()
