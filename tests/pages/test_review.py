"""Review by the project holder: an address, a revision, an answer."""

from datetime import timedelta

from django.db.models import ProtectedError
from django.utils import timezone

from wagtail.models import PageLogEntry

import pytest

from pages import review
from pages.models import CentreDocument, ExperiencePage, ReviewAnswer, ReviewLink
from tests.builders import make_document, make_experience

pytestmark = pytest.mark.django_db
Stage = ExperiencePage.Stage
Decision = ReviewAnswer.Decision


@pytest.fixture
def sheet():
    page = make_experience(
        title="Le jardin", live=False, body=[("paragraph", "<p>Onze habitantes.</p>")]
    )
    page.save_revision()
    return page


@pytest.fixture
def link(sheet, admin_user):
    return review.create_link(page=sheet, user=admin_user)


def address(link: ReviewLink) -> str:
    return f"/relecture/{review.token_of(link)}/"


def latest(page: ExperiencePage) -> ExperiencePage:
    return ExperiencePage.objects.get(pk=page.pk).get_latest_revision_as_object()


def rewrite(page: ExperiencePage, **fields: object) -> None:
    draft = latest(page)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save_revision(clean=False)


def history(page: ExperiencePage) -> list[str]:
    entries = PageLogEntry.objects.filter(page=page.pk, action__startswith="pages.review")
    return list(entries.order_by("pk").values_list("action", flat=True))


def test_the_draft_is_shown_as_it_will_look_to_somebody_without_account(client, link):
    response = client.get(address(link))
    html = response.content.decode()
    assert response.status_code == 200
    assert "<h1>Le jardin</h1>" in html
    assert "Onze habitantes." in html
    assert "Projet\u00a0– ne pas diffuser" in html
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_link_changes_nothing(client, link, method):
    before = (latest(link.page).latest_revision_id, history(link.page))
    getattr(client, method)(address(link))
    assert (latest(link.page).latest_revision_id, history(link.page)) == before
    assert not ReviewAnswer.objects.exists()


def test_the_link_goes_on_showing_its_own_revision(client, link):
    rewrite(link.page, title="Tout autre chose")
    assert "<h1>Le jardin</h1>" in client.get(address(link)).content.decode()


def test_giving_the_link_sends_the_sheet_to_the_holder(link):
    assert latest(link.page).stage == Stage.SENT_TO_HOLDER
    assert timezone.now() + timedelta(days=29) < link.expires_at
    assert history(link.page) == ["pages.review.link_created"]


def test_the_address_is_not_in_the_database(link):
    token = review.token_of(link)
    stored = [str(value) for value in ReviewLink.objects.values_list().get()]
    assert not any(token in value for value in stored)


def test_validating_dates_signs_and_proves_the_validation(client, link):
    response = client.post(
        address(link), {"decision": "validated", "name": "Léa Petit", "comment": ""}, follow=True
    )
    draft = latest(link.page)
    assert draft.stage == Stage.VALIDATED
    assert draft.validated_by == "Léa Petit"
    assert draft.validated_on == timezone.localdate()
    assert draft.validation_proof == f"Lien de relecture n° {link.pk}"
    assert "«\u00a0Je valide\u00a0»" in response.content.decode()
    entry = PageLogEntry.objects.get(page=link.page.pk, action="pages.review.validated")
    assert entry.user is None
    assert entry.message == "Texte validé par le porteur (Léa Petit)"


def test_the_columns_of_the_page_follow_for_lists(client, link):
    client.post(address(link), {"decision": "validated", "name": "Léa", "comment": ""})
    assert ExperiencePage.objects.get(pk=link.page_id).stage == Stage.VALIDATED


def test_asking_for_changes_keeps_the_comment(client, link):
    text = "Onze,\nnon : douze <habitantes>."
    client.post(address(link), {"decision": "changes", "name": "Léa Petit", "comment": text})
    made = link.answers.get()
    assert made.comment.replace("\r", "") == text
    assert latest(link.page).stage == Stage.CHANGES_ASKED
    entry = PageLogEntry.objects.get(page=link.page.pk, action="pages.review.changes")
    assert entry.comment.replace("\r", "") == text


@pytest.mark.parametrize(
    ("posted", "field", "message"),
    [
        ({"decision": "validated"}, "name", "Indiquez votre nom."),
        ({"decision": "changes", "name": "Léa"}, "comment", "Dites ce qu’il faut modifier."),
        ({"name": "Léa"}, "decision", "Choisissez «\u00a0Je valide\u00a0»"),
        ({"decision": "oui", "name": "Léa"}, "decision", "Choisissez «\u00a0Je valide\u00a0»"),
        ({"decision": "changes", "name": "Léa", "comment": "x" * 4001}, "comment", "4\u202f000"),
        ({"decision": "validated", "name": "x" * 161}, "name", "160"),
    ],
)
def test_a_bad_answer_is_explained_at_its_field_and_nothing_is_lost(
    client, link, posted, field, message
):
    response = client.post(address(link), posted)
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<a href="#id_{field}">' in html
    assert message in html
    assert posted.get("comment", "") in html
    assert not ReviewAnswer.objects.exists()
    assert latest(link.page).stage == Stage.SENT_TO_HOLDER


def test_a_double_click_is_one_answer(client, link):
    for _ in range(2):
        client.post(address(link), {"decision": "validated", "name": "Léa", "comment": ""})
    assert link.answers.count() == 1
    assert history(link.page).count("pages.review.validated") == 1


def test_the_holder_may_validate_after_having_asked_for_changes(client, link):
    client.post(address(link), {"decision": "changes", "name": "Léa", "comment": "Douze."})
    client.post(address(link), {"decision": "validated", "name": "Léa", "comment": ""})
    assert latest(link.page).stage == Stage.VALIDATED
    assert link.answers.count() == 2


def test_validating_a_text_changed_since_leaves_the_sheet_to_revalidate(client, link):
    rewrite(link.page, standfirst="Un tout autre chapô.")
    client.post(address(link), {"decision": "validated", "name": "Léa", "comment": ""})
    draft = latest(link.page)
    assert draft.stage == Stage.TO_REVALIDATE
    assert draft.standfirst == "Un tout autre chapô."
    assert draft.validated_by == ""


def test_an_older_link_does_not_validate_the_newer_text(client, link, admin_user):
    rewrite(link.page, standfirst="Un tout autre chapô.")
    newer = review.create_link(page=link.page, user=admin_user)
    client.post(address(link), {"decision": "validated", "name": "Léa", "comment": ""})
    assert latest(link.page).stage == Stage.TO_REVALIDATE
    client.post(address(newer), {"decision": "validated", "name": "Léa", "comment": ""})
    assert latest(link.page).stage == Stage.VALIDATED


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("closing", "status"),
    [
        ({"revoked_at": timezone.now}, 410),
        ({"expires_at": timezone.now}, 410),
    ],
)
def test_a_closed_link_is_refused_calmly(client, link, method, closing, status):
    ReviewLink.objects.update(**{name: now() for name, now in closing.items()})
    response = getattr(client, method)(address(link), {"decision": "validated", "name": "Léa"})
    assert response.status_code == status
    html = response.content.decode()
    assert "n’est pas ouvert" in html
    assert "jardin" not in html
    assert not ReviewAnswer.objects.exists()


@pytest.mark.parametrize("change", ["flip", "cut", "accent", "other"])
def test_a_forged_link_is_an_unknown_page(client, link, change):
    token = review.token_of(link)
    forged = {
        "flip": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "cut": token[: len(token) // 2],
        "accent": "é" + token,
        "other": "x" * 32 + token[32:],
    }[change]
    response = client.get(f"/relecture/{forged}/")
    assert response.status_code == 404
    assert "jardin" not in response.content.decode()


def test_a_link_of_another_database_is_unknown_even_well_signed(client, link):
    token = review.token_of(link)
    link.delete()
    assert client.get(f"/relecture/{token}/").status_code == 404


def test_a_link_already_given_outlives_a_change_of_the_key(client, link, settings):
    path, old = address(link), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [old]
    assert client.get(path).status_code == 200
    assert review.token_of(link) == ""


def test_revoking_closes_at_once_and_is_written_once(link, admin_user):
    review.revoke(link=link, user=admin_user)
    review.revoke(link=link, user=admin_user)
    assert history(link.page)[-1:] == ["pages.review.link_revoked"]
    assert len(history(link.page)) == 2
    with pytest.raises(review.ClosedLink):
        review.answer(link=link, decision=Decision.VALIDATED, name="Léa")


def test_a_draft_that_lacks_everything_can_be_sent_and_shown(client, admin_user):
    page = make_experience(live=False, standfirst="", year=None, first_month=None)
    page.save_revision(clean=False)
    made = review.create_link(page=page, user=admin_user)
    assert client.get(address(made)).status_code == 200


def test_a_sheet_online_stays_as_it_is_while_its_draft_is_reviewed(client, admin_user):
    page = make_experience(title="Le jardin")
    page.save_revision().publish()
    made = review.create_link(page=page, user=admin_user)
    client.post(address(made), {"decision": "validated", "name": "Léa", "comment": ""})
    page = ExperiencePage.objects.get(pk=page.pk)
    assert page.live
    assert not page.has_unpublished_changes
    assert latest(page).stage == Stage.VALIDATED


def test_purging_old_revisions_spares_the_one_an_open_link_shows(link):
    rewrite(link.page, title="Plus récent")
    with pytest.raises(ProtectedError):
        link.revision.delete()
    ReviewLink.objects.update(revoked_at=timezone.now())
    link.revision.delete()
    assert not ReviewLink.objects.exists()


def test_deleting_the_sheet_takes_its_links(link):
    link.page.delete()
    assert not ReviewLink.objects.exists()


@pytest.fixture
def attached():
    """A file, and a link to the draft sheet that attaches it."""
    document = make_document("Le plan du jardin")
    body = [("paragraph", f'<p><a linktype="document" id="{document.pk}">Le plan</a></p>')]
    page = make_experience(title="Le jardin", slug="plan", live=False, body=body)
    page.save_revision()
    return document, review.create_link(page=page, user=None)


def file_address(link: ReviewLink, document: CentreDocument) -> str:
    return f"{address(link)}fichiers/{document.pk}/"


def test_the_files_of_the_draft_open_from_its_review_and_nowhere_else(client, attached):
    document, link = attached
    html = client.get(address(link)).content.decode()
    assert f'href="{file_address(link, document)}"' in html
    assert document.url not in html
    response = client.get(file_address(link, document))
    assert b"".join(response.streaming_content) == b"%PDF-1.4 essai"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert client.get(document.url).status_code == 404


def test_a_review_opens_the_files_of_its_own_revision_only(client, link, attached):
    document, _ = attached
    other = make_document("Un rapport sous embargo")
    assert client.get(file_address(link, document)).status_code == 404
    assert client.get(file_address(attached[1], other)).status_code == 404


def test_a_closed_link_closes_its_files(client, attached, admin_user):
    document, link = attached
    review.revoke(link=link, user=admin_user)
    assert client.get(file_address(link, document)).status_code == 410
    assert client.get(f"/relecture/faux/fichiers/{document.pk}/").status_code == 404
