"""Joining from any page and through the API."""

from html import unescape

from django.template import Context, Template

import pytest

from newsletters import errands
from newsletters.models import ConsentEvent, Errand, Periodical, Subscriber
from pages.models import StandardPage, Territory, Theme
from tests.builders import make_home, make_periodical
from tests.newsletters.reading import ADDRESS, fill

pytestmark = pytest.mark.django_db
API = "/api/v3/lettres/"


@pytest.fixture
def letter():
    make_home()
    return make_periodical()


def ask(client, **fields):
    version = client.get(API).json()["notice"]["version"]
    asked = {"email": ADDRESS, "letters": ["resonances"], "notice_version": version} | fields
    return client.post(f"{API}demandes/", asked, content_type="application/json")


def test_a_page_with_the_block_takes_a_demand_and_the_proof_names_it(client, letter):
    page = make_home().add_child(
        instance=StandardPage(
            title="Suivre", slug="suivre", body=[("joining", {"title": "Par courriel", "text": ""})]
        )
    )
    shown = client.get(page.url).content.decode()
    assert "Par courriel</h2>" in shown
    assert "csrf" not in shown
    assert fill(client, path=page.url, letters=[letter.pk]).status_code == 302
    errands.run_due()
    proof = ConsentEvent.objects.get()
    assert proof.form_url == f"http://testserver{page.url}"
    assert proof.notice_text in unescape(shown)


def test_two_forms_in_one_page_share_no_id(rf, letter):
    make_periodical(title="Chroniques", code="chroniques")
    twice = Template("{% load subscribing %}{% subscribe_form %}{% subscribe_form %}")
    html = twice.render(Context({"request": rf.get("/")}))
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) == 2 * 6


def test_no_form_is_shown_where_no_letter_is_open(rf, letter):
    Periodical.objects.update(frequency="closed")
    html = Template("{% load subscribing %}{% subscribe_form %}").render(
        Context({"request": rf.get("/")})
    )
    assert not html.strip()


def test_the_api_offers_what_its_form_needs_and_takes_a_demand(client, letter):
    Theme.objects.create(code="sante", name="Santé")
    place = Territory.objects.create(name="Cergy", kind="commune")
    offer = client.get(API).json()
    assert offer["letters"] == [{"code": "resonances", "name": "Résonances", "about": ""}]
    assert {"code": str(place.pk), "name": "Cergy (commune)"} in offer["territories"]
    response = ask(
        client,
        organisation="La Rive",
        themes=["sante"],
        territory=str(place.pk),
        page_url="https://partenaire.example.org/suivre",
    )
    assert response.status_code == 202
    errands.run_due()
    person = Subscriber.objects.get()
    assert (person.organisation, person.themes.get().code) == ("La Rive", "sante")
    assert person.territories.get() == place
    proof = ConsentEvent.objects.get()
    assert proof.form_url == "https://partenaire.example.org/suivre"
    assert proof.notice_text == offer["notice"]["text"]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"email": "camille"}, "email"),
        ({"letters": []}, "letters"),
        ({"letters": ["inconnue"]}, "letters"),
        ({"themes": ["inconnue"]}, "themes"),
        ({"territory": "x"}, "territory"),
        ({"actor_type": "x"}, "actor_type"),
        ({"notice_version": "ancienne"}, "__all__"),
        ({"page_url": "javascript:alert(1)"}, "__all__"),
    ],
)
def test_the_api_says_in_french_what_is_wrong(client, letter, fields, at):
    response = ask(client, **fields)
    assert response.status_code == 422
    assert list(response.json()["errors"]) == [at]
    assert not Errand.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", '{"email": 3}'])
def test_the_api_refuses_what_is_no_demand(client, letter, body):
    for path in ("demandes/", "liens/"):
        response = client.post(API + path, body, content_type="application/json")
        assert response.status_code in (400, 422)


def test_the_api_is_limited_like_the_form(client, letter, monkeypatch):
    assert [ask(client).status_code for _ in range(5)] == [202] * 5
    assert Errand.objects.count() == 3
    monkeypatch.setattr("newsletters.attempts.PER_NETWORK", 5)
    assert ask(client).status_code == 429
