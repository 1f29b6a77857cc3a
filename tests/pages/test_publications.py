"""The catalogue of publications: rendering, filters, citations, drafts."""

import json

from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

import pytest

from pages.models import (
    Collection,
    Organisation,
    Person,
    PublicationAuthor,
    PublicationFile,
    PublicationIndexPage,
    PublicationOrganisation,
    PublicationPage,
    Territory,
    Theme,
)
from tests.builders import make_action, make_document, make_publication

pytestmark = pytest.mark.django_db

QUERIES_OF_A_LIST = 20
QUERIES_OF_A_SELECTION = 19


@pytest.fixture
def full():
    """A publication with everything a notice may hold."""
    theme = Theme.objects.create(code="sante", name="Santé")
    region = Organisation.objects.create(name="Région")
    page = make_publication(
        collection=Collection.objects.create(name="Les Cahiers"),
        number="12",
        page_count=48,
        reference_year=2023,
        licence="etalab",
        web_url="https://exemple.example.org/marcher",
    )
    page.themes.add(theme)
    page.authors.add(
        PublicationAuthor(person=Person.objects.create(first_name="Awa", last_name="Diallo"))
    )
    page.organisations.add(PublicationOrganisation(organisation=region, role="financeur"))
    page.files.add(PublicationFile(document=make_document(is_accessible=True)))
    page.save()
    return page


def index_url():
    return PublicationIndexPage.objects.get().url


def text(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_publication_shows_its_notice_its_file_and_its_citations(client, full):
    shown = text(client, full.url)
    for wanted in (
        "[Actes] Marcher la nuit",
        "Les Cahiers, n°\u202f12",
        "novembre 2024",
        "(au titre de 2023)",
        "Awa Diallo",
        "Financement",
        "Licence Ouverte 2.0",
        "(PDF, 14 o)",
        "Fichier accessible",
        f"{full.url}citer.ris",
    ):
        assert wanted in shown
    assert '<meta name="citation_technical_report_number" content="12">' in shown


def test_a_publication_describes_itself_to_machines(full):
    data = full.json_ld()
    assert data["@type"] == "Report"
    assert data["datePublished"] == "2024-11"
    assert data["author"] == [{"@type": "Person", "name": "Awa Diallo"}]
    assert data["funder"] == [{"@type": "Organization", "name": "Région"}]
    assert data["isPartOf"]["position"] == "12"
    assert json.dumps(data)


@pytest.mark.parametrize(
    ("form", "content_type", "wanted"),
    [
        ("ris", "application/x-research-info-systems", "AU  - Diallo, Awa"),
        ("bib", "application/x-bibtex", "author = {Diallo, Awa}"),
        ("json", "application/vnd.citationstyles.csl+json", '"family": "Diallo"'),
    ],
)
def test_a_publication_is_cited_in_three_formats(client, full, form, content_type, wanted):
    answer = client.get(f"{full.url}citer.{form}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{content_type}; charset=utf-8"
    assert wanted in answer.content.decode()


def test_the_selection_on_screen_is_cited_with_its_filters(client, full):
    make_publication(title="Cartographier", slug="cartographier", kind="guide")
    everything = client.get(f"{index_url()}citer.bib").content.decode()
    assert everything.count("@techreport") == 2
    guides = client.get(f"{index_url()}citer.bib", {"kind": "guide"}).content.decode()
    assert "Cartographier" in guides
    assert "Marcher" not in guides


def test_a_longer_selection_is_cited_in_as_many_queries(client, django_assert_num_queries):
    make_publication()
    url = f"{index_url()}citer.json"
    client.get(url)
    with django_assert_num_queries(QUERIES_OF_A_SELECTION):
        assert len(client.get(url).json()) == 1
    for number in range(10):
        make_publication(title=f"Note {number}", slug=f"note-{number}")
    with django_assert_num_queries(QUERIES_OF_A_SELECTION):
        assert len(client.get(url).json()) == 11


def test_what_the_public_cannot_read_is_not_cited(client):
    draft = make_publication(live=False)
    assert client.get(f"{draft.url}citer.ris").status_code == 404
    assert client.get("/nulle-part/citer.ris").status_code == 404
    assert client.get("/citer.ris").status_code == 404


def test_the_list_filters_by_kind_theme_year_and_counts_what_it_shows(client, full):
    make_publication(title="Cartographier", slug="cartographier", kind="guide", year=2021)
    shown = text(client, index_url())
    assert "2 publications" in shown
    for filters in ({"kind": "actes"}, {"theme": "sante"}, {"year": "2024"}, {"year": "2023"}):
        shown = client.get(index_url(), filters).content.decode()
        assert "1 publication," in shown, filters
        assert "Marcher la nuit" in shown
        assert "Cartographier" not in shown


def test_the_list_rolls_up_the_territories(client):
    county = Territory.objects.create(name="Val d'Oise", kind="departement")
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    town.parents.add(county)
    town.save()
    page = make_publication()
    page.territories.add(town)
    page.save()
    make_publication(title="Ailleurs", slug="ailleurs")
    shown = text(client, f"{index_url()}?territory={county.pk}")
    assert "Marcher la nuit" in shown
    assert "Ailleurs" not in shown


@pytest.mark.parametrize(
    "query", ["kind=x", "theme=x", "territory=x", "year=x", "page=x", "page=-1", "year=%00"]
)
def test_a_value_that_does_not_exist_is_an_answer_not_an_error(client, query):
    make_publication()
    assert "Marcher la nuit" in text(client, f"{index_url()}?{query}")


def test_an_apostrophe_is_read_as_one_in_lists(client):
    make_publication(title="Les pieds d'immeuble")
    assert "[Actes] Les pieds d’immeuble</a>" in text(client, index_url())


def test_planned_publications_say_so(client):
    page = make_publication(state="planned")
    assert "Cette publication est en préparation" in text(client, page.url)
    assert "à paraître" in text(client, index_url())


def test_a_longer_list_does_not_cost_one_query_more(client, django_assert_num_queries):
    series = make_publication(collection=Collection.objects.create(name="Actes")).collection
    index = PublicationIndexPage.objects.get()

    def add(count, year):
        for number in range(count):
            index.add_child(
                instance=PublicationPage(
                    title=f"Note {year}-{number}",
                    kind="note",
                    year=year,
                    abstract="Un résumé.",
                    collection=series,
                )
            )

    add(19, 2020)
    text(client, index.url)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        text(client, index.url)
    add(20, 2019)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        text(client, index.url)


def form_data(**fields):
    return nested_form_data(
        {
            "title": "Cartographier",
            "slug": "cartographier",
            "kind": "guide",
            "state": "released",
            "licence": "etalab",
            "access": "free",
            "abstract": "Un résumé.",
            "year": "2024",
            "body": streamfield([]),
            **{
                name: inline_formset([])
                for name in ("files", "authors", "organisations", "comments")
            },
        }
        | fields
    )


def edit_url(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_a_draft_without_year_nor_abstract_is_saved_and_publishing_names_the_fields(admin_client):
    page = make_publication(live=False)
    data = form_data(year="", abstract="", title="Titre gardé")
    assert admin_client.post(edit_url(page), data).status_code == 302
    page.refresh_from_db()
    saved = page.get_latest_revision_as_object()
    assert (saved.title, saved.year, saved.abstract) == ("Titre gardé", None, "")
    answer = admin_client.post(edit_url(page), data | {"action-publish": "1"})
    form = answer.context["form"]
    assert {"year", "abstract"} <= set(form.errors)
    page.refresh_from_db()
    assert not page.live


def test_an_editor_publishes_a_publication_from_the_form(admin_client):
    page = make_publication(live=False)
    admin_client.post(edit_url(page), form_data() | {"action-publish": "1"})
    page.refresh_from_db()
    assert page.live
    assert page.labelled_title == "[Guide] Cartographier"


def test_the_preview_survives_an_empty_publication(rf):
    page = make_publication(live=False, kind="", year=None, month=None, abstract="")
    assert page.make_preview_request().status_code == 200


def test_a_publication_leads_to_the_action_it_reports_and_back(client):
    action = make_action(title="Marcher la nuit")
    page = make_publication(title="Ce que la marche a montré", action=action)
    assert f'<a href="{action.url}">' in client.get(page.url).content.decode()
    assert f'<a href="{page.url}">' in client.get(action.url).content.decode()
    action.unpublish()
    assert "Issue de" not in client.get(page.url).content.decode()
