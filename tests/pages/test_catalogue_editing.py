"""Every page of the catalogue can be created and edited, in its own place only."""

from django.urls import reverse

import pytest

from pages.models import HomePage
from tests.builders import (
    make_dossier,
    make_experience,
    make_publication,
    make_recording,
    make_tool,
)

pytestmark = pytest.mark.django_db

MAKERS = [make_publication, make_recording, make_tool, make_dossier]


@pytest.mark.parametrize("make", MAKERS)
def test_the_editor_opens_the_form_of_a_new_and_of_an_existing_page(admin_client, make):
    page = make()
    index, name = page.get_parent().specific, page._meta.model_name
    for url in (
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:edit", args=[index.pk]),
        reverse("wagtailadmin_pages:add", args=["pages", name, index.pk]),
    ):
        assert admin_client.get(url).status_code == 200, url


@pytest.mark.parametrize("make", MAKERS)
def test_a_page_has_one_place_and_its_list_exists_once(make):
    page = make()
    index = page.get_parent().specific
    assert type(page).can_create_at(index)
    assert not type(page).can_create_at(HomePage.objects.get())
    assert not type(index).can_create_at(HomePage.objects.get())
    assert not type(page).can_create_at(make_experience().get_parent().specific)


@pytest.mark.parametrize("make", MAKERS)
def test_the_api_gives_the_page_and_never_its_draft(client, make):
    page = make()
    answer = client.get(f"/api/v3/pages/{page.pk}/")
    assert answer.json()["title"] == page.title
    page.unpublish()
    assert client.get(f"/api/v3/pages/{page.pk}/").status_code == 404
