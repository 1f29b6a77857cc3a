"""« Télécharger le HTML » : a file that a partner sends from another tool."""

import re

from django.urls import reverse

import pytest
from bs4 import BeautifulSoup

from newsletters import lifecycle
from tests.builders import make_readers
from tests.newsletters.sample import make_full_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def mailing():
    issue = make_full_issue(items=25)
    issue.save_revision().publish()
    make_readers(2, periodical=issue.periodical)
    return lifecycle.prepare(issue=issue, user=None)


@pytest.fixture
def downloaded(mailing, admin_client):
    return admin_client.get(reverse("mailings:file", args=[mailing.pk]))


def test_it_is_a_whole_document_saved_under_a_plain_name(downloaded, mailing):
    html = downloaded.content.decode()
    assert html.startswith("<!doctype html>")
    assert html.rstrip().endswith("</html>")
    assert downloaded["Content-Disposition"] == f'attachment; filename="lettre-{mailing.pk}.html"'
    assert downloaded["X-Content-Type-Options"] == "nosniff"


def test_it_holds_nobody_s_link_and_no_placeholder(downloaded):
    html = downloaded.content.decode()
    assert "%%" not in html
    assert "/lettre/desinscription/" not in html
    leave = BeautifulSoup(html, "html.parser").find("a", string="Se désinscrire")
    assert leave["href"] == "mailto:lettre@example.org?subject=desinscription"


def test_every_address_in_it_is_absolute(downloaded):
    soup = BeautifulSoup(downloaded.content, "html.parser")
    addresses = [tag.get("href") or tag["src"] for tag in soup.select("[href], [src]")]
    assert len(addresses) > 25
    assert [a for a in addresses if not re.match(r"(https?://|mailto:)", a)] == []
    assert not soup.select("script, link, iframe, form")


def test_nobody_without_the_right_downloads_it(mailing, client, django_user_model):
    address = reverse("mailings:file", args=[mailing.pk])
    assert client.get(address).status_code == 302
    client.force_login(django_user_model.objects.create_user("visite", password="x"))
    assert client.get(address).status_code in (302, 403)
