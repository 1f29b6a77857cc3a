"""The toolbox: replacing a file keeps its address, old versions stay listed."""

from datetime import date

from django.core.files.base import ContentFile
from django.urls import reverse

from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

import pytest

from pages.models import CentreDocument, Scheme, ToolboxIndexPage, ToolVersion
from tests.builders import make_document, make_tool

pytestmark = pytest.mark.django_db


def add_version(page, number, released_on):
    document = CentreDocument(title=f"Charte {number}")
    document.file = ContentFile(f"version {number}".encode(), name=f"charte-{number}.odt")
    document.save()
    page.versions.add(ToolVersion(document=document, number=number, released_on=released_on))
    page.save_revision().publish()
    page.refresh_from_db()
    return document


def test_the_same_address_leads_to_the_newest_version(client):
    page = make_tool()
    address = f"{page.url}fichier/"
    assert client.get(address).status_code == 404
    first = add_version(page, "1", date(2022, 1, 1))
    assert client.get(address).url == first.url
    second = add_version(page, "2", date(2024, 1, 1))
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(second.url, 302)]
    assert b"".join(answer.streaming_content) == b"version 2"
    assert "no-store" in client.get(address)["Cache-Control"]


def test_old_versions_stay_listed_and_readable(client):
    page = make_tool()
    first = add_version(page, "1", date(2022, 1, 1))
    add_version(page, "2", date(2024, 1, 1))
    shown = client.get(page.url).content.decode()
    assert "Télécharger la version 2 (ODT, 9 o)" in shown
    assert shown.index("Versions précédentes") < shown.index(first.url)
    assert client.get(first.url).status_code == 200


def test_the_list_filters_by_type_and_names_the_schemes(client):
    page = make_tool()
    page.schemes.add(Scheme.objects.create(acronym="GUSP", name="Gestion urbaine et sociale"))
    page.save()
    make_tool(title="Grille d'entretien", slug="grille", kind="grille")
    url = ToolboxIndexPage.objects.get().url
    assert "2 outils" in client.get(url).content.decode()
    found = client.get(url, {"kind": "grille"}).content.decode()
    assert "1 outil," in found
    assert "Charte" not in found.split('role="status"')[1]
    assert (
        '<abbr title="Gestion urbaine et sociale">GUSP</abbr>'
        in client.get(page.url).content.decode()
    )


def test_the_preview_survives_an_empty_tool():
    page = make_tool(live=False, kind="", abstract="")
    assert page.make_preview_request().status_code == 200


def test_a_tool_without_version_is_a_draft_and_nothing_more(admin_client):
    page = make_tool(live=False)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    versions = inline_formset([])
    typed = nested_form_data(
        {
            "title": page.title, "slug": page.slug, "kind": page.kind, "abstract": "Un modèle.",
            "instructions": rich_text(""), "versions": versions, "comments": inline_formset([]),
            "seo_title": "", "search_description": "",
        }
    )  # fmt: skip
    assert admin_client.post(url, typed).status_code == 302
    refused = admin_client.post(url, typed | {"action-publish": "1"})
    assert "ajoutez au moins un fichier avant de publier" in refused.content.decode()
    page.refresh_from_db()
    assert not page.live
    typed |= nested_form_data(
        {
            "versions": inline_formset(
                [{"document": make_document().pk, "released_on": "2026-03-01", "number": "1"}]
            )
        }
    )
    assert admin_client.post(url, typed | {"action-publish": "1"}).status_code == 302
    page.refresh_from_db()
    assert page.live
