"""The menu of the admin: French, grouped, one entry per family that exists."""

import json

from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory
from django.urls import reverse

import pytest

from pages import contents_menu
from pages.models import ExperienceIndexPage
from tests.builders import make_experience, make_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(admin_user):
    """A function: labels → addresses of « Contenus » for a user."""

    def read(user=admin_user):
        request = RequestFactory().get("/admin/")
        request.user = user
        group = contents_menu.item()
        shown = group.menu.menu_items_for_request(request) if group.is_shown(request) else []
        return {item.label: item.url for item in shown}

    return read


def test_each_family_leads_to_its_own_list(entries):
    make_experience()
    index = ExperienceIndexPage.objects.get()
    assert entries()["Fiches expérience"] == reverse("wagtailadmin_explore", args=[index.pk])


def test_a_family_without_list_has_no_entry(entries):
    make_home()
    assert "Fiches expérience" not in entries()


def test_somebody_who_may_not_edit_pages_sees_no_entry(entries, django_user_model):
    make_experience()
    user = django_user_model.objects.create_user("alex", "a@example.org", "x")
    group = Group.objects.create(name="Sans pages")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(group)
    assert entries(user) == {}


def test_the_menu_is_in_french(admin_client):
    make_experience()
    html = admin_client.get("/admin/").content.decode()
    labels = ["Contenus", "Vocabulaires", "Lettres", "Paramètres", "Images", "Documents"]
    missing = [n for n in labels if n not in html and json.dumps(n).strip('"') not in html]
    assert missing == []


def test_the_menu_costs_one_query_more(entries, django_assert_max_num_queries):
    make_experience()
    entries()
    with django_assert_max_num_queries(8):
        entries()


# --- Images: credit and alternative at once ---------------------------------------------------


def test_an_image_uploaded_from_a_page_asks_for_credit_and_alternative(admin_client):
    url = reverse("wagtailimages_chooser:choose")
    html = admin_client.get(url, headers={"X-Requested-With": "XMLHttpRequest"}).json()["html"]
    for name in ("image-chooser-upload-credit", "image-chooser-upload-description"):
        assert f'name="{name}"' in html
    assert 'name="image-chooser-upload-is_decorative"' in html


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Champ requis."),
        ({"credit": "© Moi"}, "Décrivez l&#x27;image"),
        ({"credit": "© Moi", "is_decorative": "on"}, ""),
        ({"credit": "© Moi", "description": "Un jardin"}, ""),
    ],
)
def test_an_image_without_them_is_refused_in_french(admin_client, upload, fields, said):
    prefix = "image-chooser-upload-"
    posted = {"title": "jardin", "collection": "1", "file": upload} | fields
    response = admin_client.post(
        reverse("wagtailimages_chooser:create"), {prefix + name: v for name, v in posted.items()}
    )
    data = response.json()
    assert data["step"] == ("reshow_creation_form" if said else "chosen")
    assert said in data.get("htmlFragment", "")
