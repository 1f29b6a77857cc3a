"""Job offers: open until the end of their deadline, gone the day after."""

import json
import re
from datetime import date

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from wagtail.contrib.sitemaps import Sitemap
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

import pytest
import time_machine

from pages.models import JobIndexPage, JobPage, Organisation, Territory, Theme
from search import following
from tests.builders import make_job

pytestmark = pytest.mark.django_db

LAST_DAY = "2026-11-30T23:59:00+01:00"
DAY_AFTER = "2026-12-01T00:00:00+01:00"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def offer():
    return make_job(title="Médiatrice", deadline=date(2026, 11, 30))


def listed(client, query=""):
    response = client.get(JobIndexPage.objects.get().url + query)
    assert response.status_code == 200
    return response


def titles(response):
    return {page.title for page in response.context["entries"]}


def locations():
    return [found["location"] for found in Sitemap().items() for found in found.get_sitemap_urls()]


def test_the_last_day_the_offer_is_everywhere(client, clock, offer):
    clock.move_to(LAST_DAY)
    assert titles(listed(client)) == {"Médiatrice"}
    assert client.get(offer.url).status_code == 200
    assert offer.full_url in locations()


def test_the_day_after_it_has_left_without_anybody_doing_anything(client, clock, offer):
    clock.move_to(DAY_AFTER)
    assert titles(listed(client)) == set()
    assert offer.full_url not in locations()
    response = client.get(offer.url)
    assert response.status_code == 410
    html = response.content.decode()
    assert "Cette offre n’est plus ouverte" in html
    assert "Médiatrice" in html
    assert "recrutement@example.org" not in html
    assert "JobPosting" not in html


def test_the_day_after_neither_the_api_nor_the_feed_nor_the_search_knows_it(
    client, clock, offer, settings, tmp_path
):
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    following.rebuild()
    addresses = {
        f"/api/v3/pages/{offer.pk}/": (200, 404),
        "/api/v3/pages/?type=pages.JobPage": (1, 0),
        "/api/v3/pages/?search=médiatrice": (1, 0),
    }

    def seen(rank):
        for path, expected in addresses.items():
            answer = client.get(path)
            found = answer.json()["count"] if "?" in path else answer.status_code
            assert found == expected[rank], path
        results = client.get("/recherche/?q=médiatrice").content.decode()
        assert ("1 résultat" in results) is (rank == 0)
        assert ("Médiatrice" in client.get("/flux/emplois.rss").content.decode()) is (rank == 0)

    clock.move_to(LAST_DAY)
    seen(0)
    clock.move_to(DAY_AFTER)
    seen(1)


def test_once_unpublished_by_the_schedule_it_still_answers_410(client, clock, offer):
    assert offer.expire_at.isoformat() == "2026-12-01T00:00:00+01:00"
    clock.move_to("2026-12-01T00:01:00+01:00")
    call_command("publish_scheduled", verbosity=0)
    offer.refresh_from_db()
    assert (offer.live, offer.expired) == (False, True)
    assert client.get(offer.url).status_code == 410
    count = client.get("/api/v3/pages/?type=pages.JobPage").json()["count"]
    assert count == 0


def test_a_longer_deadline_opens_it_again(client, clock, offer):
    clock.move_to("2026-12-02T09:00:00+01:00")
    call_command("publish_scheduled", verbosity=0)
    offer = JobPage.objects.get()
    offer.deadline = date(2026, 12, 15)
    offer.save_revision().publish()
    assert client.get(offer.url).status_code == 200
    assert titles(listed(client)) == {"Médiatrice"}
    assert JobPage.objects.get().expire_at.isoformat().startswith("2026-12-15T23:00:00")


@pytest.mark.parametrize("fields", [{}, {"deadline": date(2026, 1, 31)}])
def test_a_draft_never_published_is_not_found(client, fields):
    assert client.get(make_job(live=False, **fields).url).status_code == 404


def test_an_offer_withdrawn_early_is_not_found(client, offer):
    offer.unpublish()
    assert client.get(offer.url).status_code == 404


def test_what_was_withdrawn_is_not_named_after_its_deadline(client, clock, offer):
    offer.unpublish()
    clock.move_to(DAY_AFTER)
    response = client.get(offer.url)
    assert response.status_code == 410
    assert "Médiatrice" not in response.content.decode()


def test_an_offer_without_deadline_stays(client, clock):
    page = make_job()
    clock.move_to("2030-01-01T00:00:00+01:00")
    assert client.get(page.url).status_code == 200
    assert page.title in titles(listed(client))


def test_a_closed_offer_is_previewed_as_it_was(clock, offer):
    clock.move_to(DAY_AFTER)
    response = offer.make_preview_request()
    assert response.status_code == 200


def test_the_page_tells_the_facts(client):
    employer = Organisation.objects.create(name="La Rive", website="https://rive.example.org")
    page = make_job(
        employer=employer,
        duration="12 mois",
        contract="cdd",
        working_time="80 %",
        place="Cergy",
        deadline=date(2026, 11, 30),
        source="Ville",
        body=[("paragraph", "<p>Vous animez.</p>")],
    )
    html = client.get(page.url).content.decode()
    assert html.count("<h1") == 1
    for expected in [
        '<a href="https://rive.example.org">La Rive</a>',
        '<a href="/emploi/?kind=cdd">CDD</a>, 12 mois',
        "lundi 30 novembre 2026",
        "<dd>Cergy</dd>",
        "<p>Vous animez.</p>",
        "recrutement@example.org",
    ]:
        assert expected in html
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html).group(1)
    data = json.loads(block)
    assert data["@type"] == "JobPosting"
    assert data["validThrough"] == "2026-12-01T00:00:00+01:00"
    assert data["hiringOrganization"]["name"] == "La Rive"
    assert data["employmentType"] == "TEMPORARY"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=stage", {"Stage"}),
        ("?theme=sante", {"Poste"}),
        ("?kind=inconnu", {"Stage", "Poste"}),
        ("?kind=stage&theme=sante", set()),
    ],
)
def test_contract_and_theme_narrow_the_list(client, query, expected):
    make_job(title="Stage", contract="stage")
    page = make_job(title="Poste")
    page.themes.set([Theme.objects.create(code="sante", name="Santé")])
    page.save()
    make_job(title="Close", contract="stage", deadline=date(2026, 1, 31))
    assert titles(listed(client, query)) == expected


def test_a_territory_includes_what_it_contains(client):
    oise = Territory.objects.create(name="Val-d'Oise", kind="departement")
    cergy = Territory(name="Cergy", kind="commune")
    cergy.parents = [oise]
    cergy.save()
    page = make_job()
    page.territories.set([cergy])
    page.save()
    response = listed(client, f"?territory={oise.pk}&kind=cdi")
    assert titles(response) == {page.title}
    assert "1 offre, contrat «\xa0CDI\xa0», territoire" in response.content.decode()


def test_an_offer_without_employer_is_a_draft_only():
    page = make_job(live=False, employer_name="")
    page.save_revision()
    page.live = True
    with pytest.raises(ValidationError, match="Indiquez l'employeur"):
        page.full_clean()


def test_the_missing_employer_is_asked_at_its_field_and_the_draft_kept(admin_client):
    page = make_job(live=False, employer_name="")
    data = nested_form_data(
        {
            "title": "Poste", "slug": "poste", "contract": "cdi", "standfirst": "Un poste.",
            "body": streamfield([]), "how_to_apply": rich_text("<p>Écrire.</p>"),
            "comments": inline_formset([]),
        }
    )  # fmt: skip
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    refused = admin_client.post(url, data | {"action-publish": "1"})
    assert "Indiquez l&#x27;employeur" in refused.content.decode()
    assert admin_client.post(url, data).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().title == "Poste"


QUERIES = 19


def test_the_list_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries):
    employer = Organisation.objects.create(name="La Rive")
    make_job(employer=employer)
    listed(client)
    with django_assert_num_queries(QUERIES):
        listed(client)
    for rank in range(30):
        make_job(title=f"Offre {rank}", employer=employer)
    with django_assert_num_queries(QUERIES):
        listed(client)
