"""An issue on paper: its whole sheet, its preview, its address, its cache."""

from django.core.cache import caches

import pytest

from newsletters.letter import compose
from newsletters.printing import fingerprint, materials, print_issue
from tests import pdf
from tests.newsletters.sample import make_full_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def _own_cache(settings, tmp_path):
    caches["print"].clear()


@pytest.fixture
def issue():
    return make_full_issue(items=25)


def test_the_realistic_issue_holds_on_four_pages(issue):
    printed = print_issue(issue)
    assert printed.pages == 4
    assert not printed.overflowing


def test_page_three_is_the_whole_sheet_not_its_standfirst_only(issue):
    block = issue.body[2].value["items"][0]
    sheet = block.value["page"].specific
    sheet.body = [("heading", "Une friche oubliée"), ("paragraph", "<p>Tout a commencé là.</p>")]
    sheet.save()
    text = pdf.texts(print_issue(type(issue).objects.get(pk=issue.pk)).pdf)[2]
    for expected in ("Fiche expérience", "Une friche oubliée", "Tout a commencé là."):
        assert expected in text


def test_the_published_pdf_is_composed_once_and_served_again(issue, client, monkeypatch):
    address = f"{issue.url}pdf/"
    first = client.get(address)
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    monkeypatch.setattr("newsletters.printing.render", None)
    again = client.get(address)
    assert again.content == first.content
    unchanged = client.get(address, headers={"if-none-match": first["ETag"]})
    assert unchanged.status_code == 304


def test_the_policy_of_the_pdf_lets_the_browser_open_it(issue, client):
    assert "object-src" not in client.get(f"{issue.url}pdf/")["Content-Security-Policy"]


def test_a_change_makes_another_pdf(issue, client):
    before = client.get(f"{issue.url}pdf/")["ETag"]
    issue.editorial = "<p>Corrigé.</p>"
    issue.save_revision().publish()
    assert client.get(f"{issue.url}pdf/")["ETag"] != before


def test_a_draft_has_no_public_pdf(issue, client):
    issue.unpublish()
    assert client.get(f"{issue.get_url() or '/resonances/mars/'}pdf/").status_code == 404


def test_the_page_of_the_issue_offers_the_pdf(issue, client):
    assert f'href="{issue.url}pdf/"' in client.get(issue.url).content.decode()


def test_the_print_preview_is_the_draft_in_pdf(issue):
    issue.editorial = "<p>Brouillon du jour</p>"
    response = issue.make_preview_request(preview_mode="print")
    assert response["Content-Type"] == "application/pdf"
    assert "Brouillon du jour" in pdf.texts(response.content)[0]


def test_the_fingerprint_follows_the_files_too(issue):
    letter = compose(issue)
    found = materials(issue, letter)
    before = fingerprint(letter, found)
    name = next(iter(found.files))
    found.files[name] += b"x"
    assert fingerprint(letter, found) != before
