"""Contents taken from the site, and from a pasted address."""

from django.contrib.auth import get_user_model

from wagtail.images.tests.utils import get_test_image_file

import pytest

from newsletters import linked, outside, refreshing
from newsletters.composition import compose_issue
from newsletters.editions import email, text, web
from newsletters.models import IssueCoProducer, IssuePage
from newsletters.outside import Answer, Failure, Unreachable
from newsletters.preflight import run
from pages.models import CreditedImage, ExperienceIndexPage, Organisation
from tests.builders import make_experience, make_issue
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db


def issue_of(*items) -> IssuePage:
    body = [("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": list(items)})]
    issue = make_issue(body=body)
    issue.save_revision()
    return IssuePage.objects.get(pk=issue.pk).get_latest_revision_as_object()


def test_any_page_of_the_site_is_an_item_that_follows_its_page():
    sheet = make_experience(title="Un jardin", standfirst="Des habitant·es cultivent.")
    issue = issue_of(("page", {"page": sheet}), ("page", {"page": sheet, "title": "Ailleurs"}))
    [first, second] = compose_issue(issue, None).sections[0].items
    assert (first.title, first.kicker) == ("Un jardin", "Fiche expérience")
    assert first.html == "<p>Des habitant·es cultivent.</p>"
    assert first.url.endswith("/un-jardin/")
    assert second.title == "Ailleurs"


def test_every_edition_shows_an_item_from_the_site():
    letter = compose_issue(issue_of(("page", {"page": make_experience(title="Un jardin")})), None)
    for edition in (email, text, web):
        assert "Un jardin" in edition.render(letter)


@pytest.mark.parametrize(
    ("fields", "alt"),
    [({"description": "Des tables dehors"}, "Des tables dehors"), ({"is_decorative": True}, "")],
)
def test_the_picture_of_the_page_comes_with_it_its_credit_and_its_alternative(fields, alt):
    image = CreditedImage.objects.create(
        title="dsc_0042.jpg", file=get_test_image_file(size=(800, 600)), credit="A. Nom", **fields
    )
    issue = issue_of(("page", {"page": make_experience(cover=image).page_ptr}))
    letter = compose_issue(issue, None)
    picture = letter.sections[0].items[0].picture
    assert (picture.width, picture.height, picture.alt) == (160, 120, alt)
    for edition in (email, web):
        html = edition.render(letter)
        assert f'src="{picture.url}" width="160" height="120" alt="{alt}"' in html
        assert "A. Nom" in html
        assert "dsc_0042" not in html.replace(picture.url, "")


def test_a_picture_of_the_page_without_alternative_blocks():
    image = CreditedImage.objects.create(title="Photo", file=get_test_image_file(), credit="A. Nom")
    issue = issue_of(("page", {"page": make_experience(cover=image).page_ptr}))
    assert "alt-missing" in {found.code for found in run(issue) if found.blocks}


def test_the_co_producers_are_named_and_shown_by_their_logos():
    image = CreditedImage.objects.create(
        title="Logo", file=get_test_image_file(size=(640, 320)), credit="C", is_decorative=True
    )
    issue = issue_of(("text", {"title": "T"}))
    IssueCoProducer.objects.create(
        page=IssuePage.objects.get(),
        organisation=Organisation.objects.create(name="Un partenaire", logo=image),
    )
    letter = compose_issue(IssuePage.objects.get(pk=issue.pk), None)
    for edition in (email, web):
        html = edition.render(letter)
        assert "Numéro réalisé avec Un partenaire." in html
        assert f'src="{letter.partner_logos[0].url}" width="160" height="80" alt=""' in html


def test_pages_of_the_site_are_read_together(django_assert_max_num_queries):
    index_items = [("page", {"page": make_experience(title=f"Fiche {n}")}) for n in range(12)]
    issue = issue_of(*index_items)
    with django_assert_max_num_queries(40):
        compose_issue(issue, None)
    assert ExperienceIndexPage.objects.count() == 1


def test_a_page_withdrawn_since_blocks():
    sheet = make_experience()
    issue = issue_of(("page", {"page": sheet}))
    sheet.unpublish()
    issue = IssuePage.objects.get().get_latest_revision_as_object()
    assert "linked-page-unpublished" in {f.code for f in run(issue) if f.blocks}


# --- refresh --------------------------------------------------------------------------------


def overridden() -> IssuePage:
    sheet = make_experience(title="Titre du site", standfirst="Chapô du site.")
    return issue_of(
        ("experience", {"page": sheet, "title": "Titre de la lettre", "text": "<p>Le mien.</p>"}),
        ("experience", {"page": sheet}),
        ("text", {"title": "Sans page"}),
    )


def test_only_what_was_rewritten_and_differs_is_shown():
    [difference] = refreshing.differences(overridden())
    assert (difference.letter_title, difference.site_title) == (
        "Titre de la lettre", "Titre du site",
    )  # fmt: skip
    assert (difference.letter_text, difference.site_text) == ("Le mien.", "Chapô du site.")


def test_nothing_changes_until_it_is_asked_and_then_only_in_a_draft(client):
    issue = overridden()
    client.force_login(get_user_model().objects.create_superuser("redaction"))
    url = f"/admin/composer/actualiser/{issue.pk}/"
    html = client.get(url).content.decode()
    assert "Titre de la lettre" in html
    assert "Titre du site" in html
    client.post(url)
    assert len(refreshing.differences(issue.get_latest_revision_as_object())) == 1
    [difference] = refreshing.differences(issue)
    client.post(url, {"item": difference.key})
    fresh = IssuePage.objects.get().get_latest_revision_as_object()
    assert refreshing.differences(fresh) == []
    assert compose_issue(fresh, None).sections[0].items[0].title == "Titre du site"
    assert refreshing.differences(IssuePage.objects.get()) != []


def test_who_may_not_edit_the_issue_does_not_refresh_it(client):
    issue = overridden()
    log_in(client, "add_mailing", "send_mailing")
    assert client.post(f"/admin/composer/actualiser/{issue.pk}/").status_code in (302, 403)
    assert len(refreshing.differences(IssuePage.objects.get())) == 1


# --- a pasted address -----------------------------------------------------------------------


def answering(monkeypatch, body: bytes, status=200, content_type="text/html; charset=utf-8"):
    answer = Answer(status, "https://example.org/a", False, content_type, body)
    monkeypatch.setattr(outside, "fetch", lambda url, **options: answer)


@pytest.mark.parametrize(
    ("body", "title", "media"),
    [
        ('<meta property="og:title" content="L&#39;été"><meta property="og:site_name" '
         'content="Le Journal"><title>x</title>', "L'été", "Le Journal"),
        ("<title>\n Dix ans\n de conseils </title>", "Dix ans de conseils", ""),
        ("<p>rien</p>", "", ""),
        ('<meta property="og:title" content="<script>a\0">', "<script>a", ""),
    ],
)  # fmt: skip
def test_a_page_s_own_title_and_medium_are_read(monkeypatch, body, title, media):
    answering(monkeypatch, body.encode())
    found = linked.describe("https://example.org/a")
    assert (found.title.replace("\ufffd", ""), found.media) == (title, media)


@pytest.mark.parametrize(("status", "kind"), [(404, "text/html"), (200, "application/pdf")])
def test_what_is_not_a_page_is_not_described(monkeypatch, status, kind):
    answering(monkeypatch, b"<title>Non</title>", status, kind)
    with pytest.raises(Unreachable):
        linked.describe("https://example.org/a")


def test_the_editor_is_proposed_the_title_by_post_only_and_never_of_a_private_address(
    client, monkeypatch, settings
):
    settings.NEWSLETTER_ASK_OUTSIDE = True
    url = "/admin/composer/lien/"
    assert client.post(url, {"url": "https://example.org/"}).status_code == 302
    log_in(client)
    assert client.get(url).status_code == 405
    private = client.post(url, {"url": "http://127.0.0.1:22/"})
    assert (private.status_code, private.json()) == (422, {"error": Failure.PRIVATE})
    answering(monkeypatch, b"<title>Bonjour</title>")
    found = client.post(url, {"url": "https://example.org/"})
    assert found.json() == {"title": "Bonjour", "media": ""}
