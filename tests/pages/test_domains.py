"""Former domains: sent on with their path, never in a circle."""

import re

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from wagtail.contrib.redirects.models import Redirect

import pytest

from pages.domains import redirects
from pages.models import DomainRedirect
from pages.models.domains import bare_host

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def former():
    return DomainRedirect.objects.create(
        hostname="ancien.example.org", target="https://www.example.org"
    )


@pytest.mark.parametrize(
    ("method", "status"), [("get", 301), ("head", 301), ("post", 308), ("put", 308)]
)
def test_the_path_and_the_query_are_kept(client, method, status):
    response = getattr(client, method)(
        "/app/uploads/2020/01/Étude 1.pdf?page=2&q=a%26b", headers={"host": "ancien.example.org"}
    )
    assert response.status_code == status
    assert response["Location"] == (
        "https://www.example.org/app/uploads/2020/01/%C3%89tude%201.pdf?page=2&q=a%26b"
    )


@pytest.mark.parametrize("host", ["ANCIEN.example.org", "ancien.example.org:8443"])
def test_the_host_is_recognised_however_it_is_written(client, host):
    assert client.get("/", headers={"host": host}).status_code == 301


def test_a_provisional_move_stays_provisional(client, former):
    former.is_permanent = False
    former.save()
    assert client.get("/", headers={"host": former.hostname}).status_code == 302
    assert client.post("/", headers={"host": former.hostname}).status_code == 307


def test_a_path_cannot_change_the_destination(client):
    response = client.get("//mechant.example.org/x", headers={"host": "ancien.example.org"})
    assert response["Location"].startswith("https://www.example.org/")


def test_other_hosts_are_served_without_a_query_once_known(client, django_assert_num_queries):
    client.get("/static/nothing", headers={"host": "testserver"})
    with django_assert_num_queries(0):
        assert "testserver" not in redirects()


def test_a_change_is_followed_at_once(client, former):
    client.get("/", headers={"host": former.hostname})
    former.target = "https://neuf.example.org/centre/"
    former.save()
    response = client.get("/a/", headers={"host": former.hostname})
    assert response["Location"] == "https://neuf.example.org/centre/a/"
    former.delete()
    assert client.get("/", headers={"host": former.hostname}).status_code != 301


@pytest.mark.parametrize(
    ("hostname", "target"),
    [
        ("a.example.org", "https://a.example.org/"),
        ("a.example.org", "https://A.example.org:443/x"),
        ("www.example.org", "https://ancien.example.org"),
    ],
)
def test_a_circle_is_refused(hostname, target):
    with pytest.raises(ValidationError) as caught:
        DomainRedirect(hostname=hostname, target=target).full_clean()
    assert list(caught.value.message_dict) == ["target"]


def test_a_longer_circle_is_refused_too():
    DomainRedirect.objects.create(hostname="b.example.org", target="https://c.example.org")
    DomainRedirect.objects.create(hostname="c.example.org", target="https://d.example.org")
    wrong = DomainRedirect(hostname="d.example.org", target="https://b.example.org")
    with pytest.raises(ValidationError):
        wrong.full_clean()
    wrong.target = "https://www.example.org"
    wrong.full_clean()


def test_a_circle_made_behind_the_form_is_not_followed(client):
    DomainRedirect.objects.create(
        hostname="boucle.example.org", target="https://boucle.example.org"
    )
    assert client.get("/", headers={"host": "boucle.example.org"}).status_code != 301


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("https://Ancien.example.org/", "ancien.example.org"),
        (" ancien.example.org:8000 ", "ancien.example.org"),
        ("", ""),
    ],
)
def test_a_pasted_address_becomes_a_domain(typed, host):
    assert bare_host(typed) == host


def test_a_target_that_runs_a_script_is_refused():
    with pytest.raises(ValidationError):
        DomainRedirect(hostname="x.example.org", target="javascript://x/%0Aalert(1)").full_clean()


def test_domains_are_managed_in_the_admin(admin_client):
    assert admin_client.get(reverse("anciens-domaines:index")).status_code == 200
    posted = {
        "hostname": "https://Vieux.example.org/",
        "target": "https://www.example.org",
        "is_permanent": "on",
    }
    admin_client.post(reverse("anciens-domaines:add"), posted)
    assert DomainRedirect.objects.filter(hostname="vieux.example.org").exists()


# --- Paths: Wagtail's own --------------------------------------------------------------------


def test_paths_are_redirected_and_imported_from_the_admin(admin_client, client):
    assert admin_client.get(reverse("wagtailredirects:index")).status_code == 200
    rows = b"from,to\n/app/uploads/2020/01/etude.pdf,https://www.example.org/etude/\n"
    file = SimpleUploadedFile("r.csv", rows, content_type="text/csv")
    url = reverse("wagtailredirects:start_import")
    html = admin_client.post(url, {"import_file": file, "input_format": "0"}).content.decode()
    assert "/app/uploads/2020/01/etude.pdf" in html
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', html)
    chosen = {"from_index": "0", "to_index": "1", "permanent": "on", "site": ""}
    admin_client.post(reverse("wagtailredirects:process_import"), dict(hidden) | chosen)
    assert Redirect.objects.get().old_path == "/app/uploads/2020/01/etude.pdf"
    response = client.get("/app/uploads/2020/01/etude.pdf")
    assert response.status_code == 301
    assert response["Location"] == "https://www.example.org/etude/"
