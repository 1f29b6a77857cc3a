"""Other front ends call the API from their visitors' browsers: those named, and without cookies."""

import pytest

from tests.builders import make_home, make_periodical

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
PARTNER = "https://partenaire.example.org"
LETTERS = "/api/v3/lettres/"


@pytest.fixture
def named(settings):
    settings.CORS_ALLOWED_ORIGINS = [PARTNER]
    make_home()
    make_periodical()


def allowed(response) -> str | None:
    return response.headers.get("Access-Control-Allow-Origin")


def test_nobody_is_named_by_default(client):
    make_home()
    assert allowed(client.get(LETTERS, headers={"Origin": PARTNER})) is None


def test_a_named_front_end_reads_the_offer_and_asks_for_a_letter(client, named):
    offer = client.get(LETTERS, headers={"Origin": PARTNER})
    assert allowed(offer) == PARTNER
    asked = {
        "email": "camille@example.org",
        "letters": ["resonances"],
        "notice_version": offer.json()["notice"]["version"],
    }
    response = client.post(
        f"{LETTERS}demandes/", asked, content_type="application/json", headers={"Origin": PARTNER}
    )
    assert (response.status_code, allowed(response)) == (202, PARTNER)


def test_the_browser_s_question_before_a_demand_is_answered(client, named):
    response = client.options(
        f"{LETTERS}demandes/",
        headers={
            "Origin": PARTNER,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (response.status_code, allowed(response)) == (200, PARTNER)
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "content-type" in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", [LETTERS, "/", "/lettre/inscription/", "/admin/login/"])
def test_nothing_is_opened_to_another_origin_nor_with_cookies(client, named, path):
    stranger = client.get(path, headers={"Origin": "https://ailleurs.example.org"})
    assert allowed(stranger) is None
    partner = client.get(path, headers={"Origin": PARTNER})
    assert (allowed(partner) == PARTNER) is (path == LETTERS)
    assert "Access-Control-Allow-Credentials" not in partner.headers
