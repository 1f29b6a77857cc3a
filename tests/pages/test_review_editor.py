"""The review seen from the editor: links, later edits, publishing without validation."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from wagtail.models import GroupPagePermission, PageLogEntry

import pytest

from pages import review
from pages.models import ExperiencePage, ReviewLink
from tests.builders import make_experience, make_home
from tests.pages.editor import PARAGRAPH, sheet_post

pytestmark = pytest.mark.django_db
Stage = ExperiencePage.Stage
EDIT_RIGHTS = ("add_page", "change_page", "publish_page")


@pytest.fixture
def editor(client, django_user_model):
    """A function: rights by codename → a client logged in, who may edit and publish any page."""

    def log_in(*codenames: str) -> Any:
        user = django_user_model.objects.create_user("camille", "c@example.org", "x")
        group = Group.objects.create(name="Rédaction test")
        user.groups.add(group)
        names = ["access_admin", *codenames]
        group.permissions.set(Permission.objects.filter(codename__in=names))
        for permission in Permission.objects.filter(codename__in=EDIT_RIGHTS):
            GroupPagePermission.objects.create(
                group=group, page=make_home().get_root(), permission=permission
            )
        client.force_login(user)
        client.user = user
        return client

    return log_in


@pytest.fixture
def sheet():
    page = make_experience(
        title="Un jardin partagé",
        slug="un-jardin-partage",
        standfirst="Des habitant·es cultivent une friche.",
        live=False,
        body=[("paragraph", PARAGRAPH)],
    )
    page.save_revision()
    return page


@pytest.fixture
def validated(sheet, admin_user):
    link = review.create_link(page=sheet, user=admin_user)
    review.answer(link=link, decision="validated", name="Léa Petit")
    return ExperiencePage.objects.get(pk=sheet.pk)


def draft(page: ExperiencePage) -> ExperiencePage:
    return ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object()


def validated_post(page: ExperiencePage, **fields: Any) -> dict[str, Any]:
    kept = draft(page)
    proof = {
        "validated_by": kept.validated_by,
        "validated_on": kept.validated_on.strftime("%d/%m/%Y"),
        "validation_proof": kept.validation_proof,
    }
    return sheet_post(page, **(proof | fields))


def post(client: Any, page: ExperiencePage, data: dict[str, Any], **extra: Any) -> Any:
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), data, **extra)


def actions(page: ExperiencePage) -> list[str]:
    entries = PageLogEntry.objects.filter(page=page.pk, action__startswith="pages.review")
    return [action.rsplit(".")[-1] for action in entries.values_list("action", flat=True)]


# --- Links ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rights", "creates", "revokes"),
    [
        ((), False, False),
        (("add_reviewlink",), True, False),
        (("change_reviewlink",), False, True),
        (("add_reviewlink", "change_reviewlink"), True, True),
    ],
)
def test_each_right_opens_its_own_action(editor, sheet, admin_user, rights, creates, revokes):
    link = review.create_link(page=sheet, user=admin_user)
    client = editor(*rights)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk])).content.decode()
    client.post(reverse("create_review_link", args=[sheet.pk]))
    client.post(reverse("revoke_review_link", args=[link.pk]))
    link.refresh_from_db()
    assert (ReviewLink.objects.count() == 2) is creates
    assert (link.revoked_at is not None) is revokes
    assert ("Créer un lien de relecture" in html) is creates
    assert ("Révoquer" in html) is revokes


def test_the_rights_on_links_give_none_on_pages(client, django_user_model, sheet):
    user = django_user_model.objects.create_user("alex", "a@example.org", "x")
    names = ["access_admin", "add_reviewlink", "change_reviewlink"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    client.post(reverse("create_review_link", args=[sheet.pk]))
    assert not ReviewLink.objects.exists()


@pytest.mark.parametrize("name", ["create_review_link", "revoke_review_link"])
def test_links_are_made_and_revoked_by_post_only(admin_client, sheet, admin_user, name):
    link = review.create_link(page=sheet, user=admin_user)
    target = sheet.pk if name.startswith("create") else link.pk
    assert admin_client.get(reverse(name, args=[target])).status_code == 405
    assert ReviewLink.objects.filter(revoked_at=None).count() == 1


def test_the_panel_shows_the_address_to_copy_and_the_answers(admin_client, sheet, admin_user):
    link = review.create_link(page=sheet, user=admin_user)
    review.answer(link=link, decision="changes", name="Léa <b>", comment="Douze habitantes.")
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk])).content.decode()
    assert f"http://testserver/relecture/{review.token_of(link)}/" in html
    assert "Léa &lt;b&gt;" in html
    assert "Douze habitantes." in html
    review.revoke(link=link, user=admin_user)
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[sheet.pk])).content.decode()
    assert "/relecture/" not in html
    assert "Révoqué" in html


def test_the_history_of_the_sheet_tells_the_whole_review(admin_client, validated):
    url = reverse("wagtailadmin_pages:history", args=[validated.pk])
    html = admin_client.get(url).content.decode()
    assert "Lien de relecture créé" in html
    assert "Texte validé par le porteur (Léa Petit)" in html


# --- A later edit --------------------------------------------------------------------------

CHANGES = [
    {"title": "Deux jardins"},
    {"standfirst": "Un autre chapô."},
    {"paragraph": "<p>Douze habitantes.</p>"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_edit_returns_the_sheet_to_revalidate(admin_client, validated, change):
    post(admin_client, validated, validated_post(validated, **change))
    assert draft(validated).stage == Stage.TO_REVALIDATE
    assert actions(validated).count("to_revalidate") == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_minor_correction_keeps_the_validation(admin_client, validated, change):
    post(admin_client, validated, validated_post(validated, is_minor="on", **change))
    assert draft(validated).stage == Stage.VALIDATED
    assert actions(validated).count("minor") == 1
    # And the next save, unmarked but without a change, keeps it too.
    post(admin_client, validated, validated_post(validated, **change))
    assert draft(validated).stage == Stage.VALIDATED


def test_saving_without_a_change_keeps_the_validation(admin_client, validated):
    post(admin_client, validated, validated_post(validated))
    post(admin_client, validated, validated_post(validated, interview_date="03/02/2026"))
    assert draft(validated).stage == Stage.VALIDATED
    assert actions(validated).count("to_revalidate") == 0


def test_ticking_minor_after_an_autosave_restores_the_validation(admin_client, validated):
    change = validated_post(validated, title="Un jardin partage")
    answer = post(admin_client, validated, change, headers={"Accept": "application/json"})
    assert answer.json()["success"]
    assert draft(validated).stage == Stage.TO_REVALIDATE
    # The open editor still posts the stage it was loaded with.
    post(admin_client, validated, change | {"is_minor": "on"})
    assert draft(validated).stage == Stage.VALIDATED


def test_the_stage_an_open_editor_posts_again_is_no_new_validation(admin_client, validated):
    change = validated_post(validated, title="Deux jardins")
    for _ in range(3):
        post(admin_client, validated, change, headers={"Accept": "application/json"})
    assert draft(validated).stage == Stage.TO_REVALIDATE
    assert actions(validated).count("to_revalidate") == 1


def test_a_new_proof_typed_by_hand_validates_again(admin_client, validated):
    post(admin_client, validated, validated_post(validated, title="Deux jardins"))
    again = validated_post(
        validated, title="Deux jardins", stage="validated", validation_proof="Courriel du 3 mars"
    )
    post(admin_client, validated, again)
    assert draft(validated).stage == Stage.VALIDATED


def test_what_the_holder_adds_counts_as_content(admin_client, validated):
    data = validated_post(validated)
    data |= {
        "contacts-TOTAL_FORMS": "1",
        "contacts-0-name": "Paul",
        "contacts-0-function": "",
        "contacts-0-organisation": "",
        "contacts-0-email": "",
        "contacts-0-ORDER": "1",
    }
    post(admin_client, validated, data)
    assert draft(validated).contacts.get().name == "Paul"
    assert draft(validated).stage == Stage.TO_REVALIDATE


# --- Publishing ----------------------------------------------------------------------------

PUBLISH = {"action-publish": "Publier"}


def test_publishing_a_validated_sheet_needs_nothing_more(editor, validated):
    client = editor()
    post(client, validated, validated_post(validated, **PUBLISH))
    assert ExperiencePage.objects.get(pk=validated.pk).live


def test_without_the_right_an_unvalidated_sheet_is_not_published(editor, sheet):
    client = editor()
    response = post(client, sheet, sheet_post(sheet, publish_reason="Urgent", **PUBLISH))
    assert "vous n&#x27;avez pas le droit de la publier" in response.content.decode()
    assert not ExperiencePage.objects.get(pk=sheet.pk).live


def test_with_the_right_a_reason_is_asked_then_written(editor, sheet):
    client = editor("publish_unvalidated")
    response = post(client, sheet, sheet_post(sheet, title="Deux jardins", **PUBLISH))
    html = response.content.decode()
    assert "indiquez pourquoi le publier" in html
    assert "Deux jardins" in html
    assert not ExperiencePage.objects.get(pk=sheet.pk).live
    post(client, sheet, sheet_post(sheet, publish_reason="Le porteur a quitté", **PUBLISH))
    assert ExperiencePage.objects.get(pk=sheet.pk).live
    entry = PageLogEntry.objects.get(action="pages.review.published_unvalidated")
    assert entry.user == client.user
    assert entry.comment == "Le porteur a quitté"


def test_changing_and_publishing_at_once_is_publishing_unvalidated(editor, validated):
    client = editor()
    post(client, validated, validated_post(validated, title="Deux jardins", **PUBLISH))
    assert not ExperiencePage.objects.get(pk=validated.pk).live
    minor = validated_post(validated, title="Deux jardins", is_minor="on", **PUBLISH)
    post(client, validated, minor)
    assert ExperiencePage.objects.get(pk=validated.pk).live


def test_a_stage_set_by_hand_says_who_validated(admin_client, sheet):
    data = sheet_post(sheet, stage="validated", **PUBLISH)
    html = post(admin_client, sheet, data).content.decode()
    assert "Dites qui a validé la fiche." in html
    assert not ExperiencePage.objects.get(pk=sheet.pk).live
    post(admin_client, sheet, data | {"validated_by": "Léa Petit"})
    assert ExperiencePage.objects.get(pk=sheet.pk).live


def test_a_draft_is_saved_whatever_its_stage(editor, sheet):
    client = editor()
    post(client, sheet, sheet_post(sheet, title="Deux jardins", standfirst="", year=""))
    assert draft(sheet).title == "Deux jardins"


def test_a_new_sheet_published_at_once_asks_for_its_reason(admin_client, sheet):
    url = reverse("wagtailadmin_pages:add", args=["pages", "experiencepage", sheet.get_parent().pk])
    data = sheet_post(slug="neuve", title="Neuve", **PUBLISH)
    assert "indiquez pourquoi" in admin_client.post(url, data).content.decode()
    admin_client.post(url, data | {"publish_reason": "Rattrapage"})
    made = ExperiencePage.objects.get(slug="neuve")
    assert made.live
    assert actions(made) == ["published_unvalidated"]


@pytest.mark.parametrize("allowed", [False, True])
def test_the_other_ways_to_publish_need_the_right_too(editor, sheet, allowed):
    client = editor(*(["publish_unvalidated"] if allowed else []))
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{url}?id={sheet.pk}")
    assert ExperiencePage.objects.get(pk=sheet.pk).live is allowed
