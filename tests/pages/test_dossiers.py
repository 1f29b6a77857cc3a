"""Curated dossiers: one list of our pages, resources, files and references."""

from django.core.exceptions import ValidationError
from django.urls import reverse

import pytest

from pages.models import DossierIndexPage, Resource
from tests.builders import make_document, make_dossier, make_experience, make_publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def resource():
    return Resource.objects.create(
        kind="ouvrage",
        title="Habiter ensemble",
        author="A. Diallo",
        year=2022,
        note="Ce qu'on y lit.",
    )


def shown(client, page):
    answer = client.get(page.url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_dossier_mixes_every_kind_of_entry(client, resource):
    document = make_document("Bibliographie complète")
    page = make_dossier(
        body=[
            ("heading", "Comprendre"),
            ("paragraph", "<p>Quelques repères.</p>"),
            ("content", {"page": make_publication(), "comment": "Le point de départ."}),
            ("resource", {"resource": resource, "comment": ""}),
            ("document", {"document": document, "comment": ""}),
            ("reference", {"title": "Sortir des murs", "author": "L. Roy", "year": "2019"}),
        ]
    )
    text = shown(client, page)
    for wanted in (
        "<h2>Comprendre</h2>",
        "Le point de départ.",
        "[Actes] Marcher la nuit",
        "A. Diallo, 2022",
        "Ce qu’on y lit.",
        "Bibliographie complète",
        "Sortir des murs",
        "L. Roy, 2019",
    ):
        assert wanted in text
    assert page.kicker == "4 ressources"
    assert page.json_ld()["hasPart"][0]["name"] == "Marcher la nuit"


def test_the_file_of_a_dossier_is_public_with_it(client):
    document = make_document()
    page = make_dossier(live=False, body=[("document", {"document": document, "comment": ""})])
    assert client.get(document.url).status_code == 404
    page.save_revision().publish()
    assert client.get(document.url).status_code == 200


def test_a_page_withdrawn_or_a_resource_deleted_leaves_no_trace(client, resource):
    publication = make_publication()
    page = make_dossier(
        body=[
            ("content", {"page": publication, "comment": "Un mot."}),
            ("resource", {"resource": resource, "comment": "Un autre mot."}),
        ]
    )
    publication.unpublish()
    resource.delete()
    text = shown(client, page)
    assert "Marcher la nuit" not in text
    assert "Un mot." not in text
    assert "Un autre mot." not in text


def test_ten_pages_cost_no_more_than_two(client, django_assert_num_queries, settings):
    sheets = [make_experience(title=f"Fiche {n}", slug=f"fiche-{n}") for n in range(10)]
    page = make_dossier(body=[("content", {"page": s, "comment": ""}) for s in sheets[:2]])
    shown(client, page)
    with django_assert_num_queries(QUERIES_OF_A_DOSSIER):
        shown(client, page)
    page.body = [("content", {"page": sheet, "comment": ""}) for sheet in sheets]
    page.save_revision().publish()
    with django_assert_num_queries(QUERIES_OF_A_DOSSIER):
        shown(client, page)


QUERIES_OF_A_DOSSIER = 23


def test_the_list_of_dossiers_filters_by_theme_only_where_it_can(client):
    make_dossier()
    text = client.get(DossierIndexPage.objects.get().url).content.decode()
    assert "1 dossier" in text
    assert "Nature" not in text


def test_the_same_resource_is_not_described_twice(resource):
    twin = Resource(kind="ouvrage", title="Habiter ensemble", author="A. Diallo")
    with pytest.raises(ValidationError, match="existe déjà"):
        twin.full_clean()


@pytest.mark.parametrize(
    "name",
    [
        "ressources:index",
        "ressources:add",
        "resource_chooser:choose",
        "publication_collection_chooser:choose",
        "collections-de-publications:add",
        "dispositifs:add",
    ],
)
def test_the_screens_of_the_vocabularies_open(admin_client, resource, name):
    assert admin_client.get(reverse(name)).status_code == 200


def test_the_editor_of_a_dossier_opens_with_its_choosers(admin_client, resource):
    page = make_dossier(body=[("resource", {"resource": resource, "comment": ""})])
    answer = admin_client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert answer.status_code == 200
    assert "Habiter ensemble" in answer.content.decode()


def test_the_preview_survives_an_empty_dossier():
    assert make_dossier(live=False, abstract="").make_preview_request().status_code == 200
