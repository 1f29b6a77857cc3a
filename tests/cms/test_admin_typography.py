"""French spacing on every screen of the admin, and nowhere that it would change a document."""

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

import pytest

from cms.middleware import AdminTypographyMiddleware
from cms.settings import base
from newsletters.models import RateLimit
from tests.builders import make_issue, make_mailing

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
THIN, WIDE = "\u202f", "\u00a0"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.MIDDLEWARE = base.MIDDLEWARE


def test_labels_help_and_messages_need_no_thought(admin_client):
    page = admin_client.get(reverse("debits:add")).content.decode()
    help_text = RateLimit._meta.get_field("domain").help_text
    assert "« orange.fr ». Vide : tous" in help_text
    assert f"«{WIDE}orange.fr{WIDE}». Vide{WIDE}: tous" in page


def test_what_blocks_say_of_themselves_is_set_too(admin_client):
    issue = make_issue()
    form = admin_client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk])).content.decode()
    assert "Vide\\u00a0: le titre de la fiche." in form  # a field of a block, sent as JSON
    assert "Vide : le titre de la fiche." not in form


@pytest.mark.parametrize(
    ("path", "html", "expected"),
    [
        ("/admin/x/", '<html><body id="wagtail">l\'an : oui ?', f"l'an{WIDE}: oui{THIN}?"),
        ("/admin/x/", "<p>part : oui</p>", f"part{WIDE}: oui"),
        ("/admin/x/", '<input value="a : b"><textarea>c ?</textarea>', '"a : b"'),
        ("/admin/x/", '<input value="a : b"><textarea>c ?</textarea>', ">c ?<"),
        ("/admin/x/", "<html><body>courriel : tel quel", "courriel : tel quel"),
        ("/x/", "<p>ailleurs : oui</p>", "ailleurs : oui"),
    ],
)
def test_only_the_words_of_the_admin_are_set(rf, path, html, expected):
    answer = AdminTypographyMiddleware(lambda request: HttpResponse(html))(rf.get(path))
    assert expected in answer.content.decode()


def test_a_file_and_a_stream_are_left_alone(rf):
    csv = HttpResponse("a : b", content_type="text/csv")
    assert AdminTypographyMiddleware(lambda request: csv)(rf.get("/admin/")).content == b"a : b"
    stream = StreamingHttpResponse(iter([b"a : b"]), content_type="text/html")
    answer = AdminTypographyMiddleware(lambda request: stream)(rf.get("/admin/"))
    assert b"".join(answer.streaming_content) == b"a : b"


def test_the_frozen_letter_is_shown_as_it_leaves(admin_client):
    mailing = make_mailing(html="<html><body>Pourquoi ? « oui »</body></html>")
    shown = admin_client.get(reverse("mailings:content", args=[mailing.pk])).content.decode()
    assert shown == mailing.html
