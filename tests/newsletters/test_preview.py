import pytest

from newsletters.models import IssuePage
from tests.builders import make_issue
from tests.newsletters.sample import make_full_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def preview(issue: IssuePage, mode: str):
    return issue.make_preview_request(preview_mode=mode)


def test_the_mail_is_previewed_as_it_leaves_with_a_harmless_link():
    response = preview(make_full_issue(), "email")
    html = response.content.decode()
    assert response.status_code == 200
    assert html.startswith("<!doctype html>")
    assert "Se désinscrire" in html
    assert "%%" not in html


def test_the_policy_lets_the_mail_keep_its_own_styles_and_pictures_and_nothing_more():
    policy = preview(make_full_issue(), "email")["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "img-src 'self' data: http: https:" in policy  # the site may have another host
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in preview(make_issue_again(), "text")["Content-Security-Policy"]


def make_issue_again() -> IssuePage:
    return IssuePage.objects.get()


def test_the_text_is_previewed_as_text():
    response = preview(make_full_issue(), "text")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "1. Le Pôle ressources\n====" in response.content.decode()


def test_the_page_is_previewed_with_its_letter():
    html = preview(make_full_issue(), "").content.decode()
    assert 'class="letter-item letter-news"' in html
    assert "&lt;h2" not in html


@pytest.mark.parametrize("mode", ["", "email", "text"])
def test_a_draft_without_title_period_or_items_is_previewed(mode):
    issue = make_issue(body=[])
    issue.title, issue.year, issue.first_month = "", None, None
    assert preview(issue, mode).status_code == 200


@pytest.mark.parametrize("mode", ["", "email", "text"])
def test_a_page_never_saved_is_previewed(mode):
    periodical = make_issue().periodical
    issue = IssuePage(title="Neuf", periodical=periodical, body=periodical.blank_sections())
    assert preview(issue, mode).status_code == 200


@pytest.mark.parametrize("mode", ["", "email", "text"])
def test_what_stops_the_letter_is_said_in_the_preview(mode):
    issue = make_issue()
    issue.editorial = "<ul><li>" * 80
    response = preview(issue, mode)
    assert response.status_code == 200
    assert "Éditorial : le texte imbrique plus de 100 éléments" in response.content.decode()


def test_the_preview_has_the_widths_of_a_phone_a_mail_and_a_desk():
    assert [size["device_width"] for size in IssuePage().preview_sizes] == [375, 600, 1280]


def test_the_mail_is_previewed_without_its_images_and_with_their_alternatives():
    html = preview(make_full_issue(), "email-sans-images").content.decode()
    assert "<img" in html
    assert 'src="' not in html
    assert 'alt="Des habitant' in html


def test_the_mail_is_previewed_in_the_dark():
    html = preview(make_full_issue(), "email-sombre").content.decode()
    assert "@media all{" in html.replace(" ", "").replace("@mediaall", "@media all")
    assert "prefers-color-scheme" not in html


def test_a_page_corrected_after_the_sending_says_so(client):
    issue = make_issue(corrected_on="2026-03-10", correction_note="la date de la rencontre")
    html = client.get(issue.url).content.decode()
    assert "Corrigé le" in html
    assert '<time datetime="2026-03-10">10 mars 2026</time>' in html
    assert "la date de la rencontre" in html
