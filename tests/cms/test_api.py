"""The API v3: live public content with typed fields, and nothing about anybody."""

import pytest

from newsletters.models import IssuePage
from pages.models import ExperiencePage, Theme
from tests.builders import make_experience, make_issue, make_subscription

pytestmark = pytest.mark.django_db


def get(client, path):
    response = client.get(f"/api/v3/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_sheet_is_read_with_its_own_fields(client):
    page = make_experience(title="Un jardin", territory_label="Est Val d'Oise", first_month=6)
    page.themes.add(Theme.objects.create(code="sante", name="Santé"))
    page.save()
    row = get(client, f"pages/{page.pk}/")
    assert row["title"] == "Un jardin"
    assert row["territory_label"] == "Est Val d'Oise"
    assert row["period_label"] == "juin 2026"
    assert row["standfirst"] == page.standfirst


def test_an_issue_is_read_with_its_sections(client):
    issue = make_issue()
    row = get(client, f"pages/{issue.pk}/")
    assert row["period_label"] == "mars 2026"
    assert [block["value"]["key"] for block in row["body"]] == [
        "pole",
        "actualite",
        "fiche",
        "ressources",
    ]


def test_a_type_can_be_listed_and_filtered(client):
    make_experience(title="Publiée", slug="publiee")
    make_experience(title="Brouillon", slug="brouillon", live=False)
    make_issue()
    listing = get(client, "pages/?type=pages.ExperiencePage")
    assert [item["title"] for item in listing["items"]] == ["Publiée"]


def test_a_draft_is_not_found(client):
    page = make_experience(live=False)
    assert client.get(f"/api/v3/pages/{page.pk}/").status_code == 404


def test_nothing_about_subscribers_is_described_nor_answered(client):
    issue = make_issue()
    make_subscription("quelqu.un@example.org", periodical=issue.periodical)
    schema = client.get("/api/v3/openapi.json").content.decode().lower()
    for word in ("subscriber", "subscription", "delivery", "mailing", "consent", "suppression"):
        assert word not in schema
    for path in ("snippets/newsletters.Subscriber/", "snippets/newsletters.Mailing/"):
        assert client.get(f"/api/v3/{path}").status_code in (401, 403, 404)


@pytest.mark.parametrize("model", [ExperiencePage, IssuePage])
def test_internal_fields_are_never_exposed(model):
    exposed = {field.name for field in model.api_fields}
    assert not exposed & {"import_notes", "validated_by", "validation_proof", "contacts"}


def test_the_description_of_the_api_is_valid_and_named(client):
    schema = get(client, "openapi.json")
    assert schema["openapi"].startswith("3.")
    assert any(path.endswith("/pages/") for path in schema["paths"])
