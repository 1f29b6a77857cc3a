"""A file attached to a draft is not public before its page."""

from django.contrib.auth.models import Permission, User
from django.core.files.storage import default_storage

from wagtail.models import APIToken, PageViewRestriction

import pytest

from pages.models import PublicationFile
from tests.builders import make_document, make_publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    return make_document()


@pytest.fixture
def page(document):
    page = make_publication(live=False)
    page.files.add(PublicationFile(document=document))
    page.save()
    return page


def test_the_file_follows_its_page_into_the_light_and_back(client, page, document):
    assert client.get(document.url).status_code == 404
    page.save_revision().publish()
    answer = client.get(document.url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 essai"
    page.refresh_from_db()
    page.unpublish()
    assert client.get(document.url).status_code == 404


def test_an_editor_always_sees_the_file(client, page, document):
    editor = User.objects.create_user("redaction", password="mot-de-passe")
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(editor)
    assert client.get(document.url).status_code == 200


def test_an_account_without_the_administration_is_a_visitor(client, page, document):
    client.force_login(User.objects.create_user("lectrice", password="mot-de-passe"))
    assert client.get(document.url).status_code == 404


def test_a_file_nobody_refers_to_is_for_editors_only(client, admin_client, document):
    assert client.get(document.url).status_code == 404
    assert admin_client.get(document.url).status_code == 200


def test_a_file_added_by_a_draft_of_a_live_page_waits_for_its_publication(client, document):
    page = make_publication()
    page.body = [("paragraph", f'<p><a linktype="document" id="{document.pk}">Lire</a></p>')]
    revision = page.save_revision()
    assert client.get(document.url).status_code == 404
    revision.publish()
    assert client.get(document.url).status_code == 200


def test_one_live_page_is_enough(client, page, document):
    other = make_publication(title="Autre publication", slug="autre")
    other.files.add(PublicationFile(document=document))
    other.save()
    assert client.get(document.url).status_code == 200


def test_a_page_behind_a_password_keeps_its_files_with_it(client, page, document):
    page.save_revision().publish()
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type="password", password="rives"
    )
    assert client.get(document.url).status_code == 404
    session = client.session
    session[restriction.passed_view_restrictions_session_key] = [restriction.pk]
    session.save()
    assert client.get(document.url).status_code == 200


def test_the_file_is_nowhere_in_the_public_media(client, document, settings):
    assert not default_storage.exists(document.file.name)
    assert client.get(f"{settings.MEDIA_URL}{document.file.name}").status_code == 404
    assert document.url.startswith("/documents/")


def test_a_published_file_does_not_wait_for_the_background_worker(client, document, settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default"]}
    }
    page = make_publication(live=False)
    page.files.add(PublicationFile(document=document))
    page.save_revision().publish()
    assert client.get(document.url).status_code == 200


def test_the_api_names_no_document_that_visitors_cannot_read(client, page, document):
    token = APIToken.create_token(
        user=User.objects.create_superuser("admin", password="mot-de-passe"), name="essai"
    )[1]
    addresses = ["/api/v3/documents/", f"/api/v3/documents/{document.pk}/"]

    def answers(**headers):
        return [
            document.filename in client.get(url, **headers).content.decode() for url in addresses
        ]

    assert answers() == [False, False]
    assert answers(HTTP_AUTHORIZATION=f"Bearer {token}") == [True, True]
    page.save_revision().publish()
    assert answers() == [True, True]


def test_a_search_of_the_api_answers_visitors_and_names_no_draft_s_file(client, page, document):
    answer = client.get("/api/v3/documents/", {"search": document.title})
    assert answer.status_code == 200
    assert document.filename not in answer.content.decode()
