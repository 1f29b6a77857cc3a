"""The choosers of the editor: searched, filtered, and telling namesakes apart."""

from django.urls import reverse

import pytest

from pages.models import Organisation, Person, Resource

pytestmark = pytest.mark.django_db


def shown(client, name: str, **asked: str) -> str:
    answer = client.get(reverse(f"{name}:choose_results"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_people_of_the_same_name_are_told_apart_by_where_they_work(admin_client):
    for body in ("La Rive", "Le Pont"):
        place = Organisation.objects.create(name=body, kind=Organisation.Kind.values[0])
        Person.objects.create(first_name="Léa", last_name="Petit", organisation=place)
    html = shown(admin_client, "person_chooser", q="petit")
    assert html.count("Léa Petit") >= 2
    assert "La Rive" in html
    assert "Le Pont" in html


def test_organisations_are_filtered_by_nature_and_searched_at_once(admin_client):
    first, second = Organisation.Kind.values[:2]
    for name, kind in (("La Rive", first), ("Rive gauche", second), ("Le Pont", first)):
        Organisation.objects.create(name=name, kind=kind, city="Cergy")
    assert "Le Pont" not in shown(admin_client, "organisation_chooser", kind=second)
    html = shown(admin_client, "organisation_chooser", kind=first, q="rive")
    assert "La Rive" in html
    assert "Cergy" in html
    assert "Rive gauche" not in html
    assert "Le Pont" not in html


def test_resources_are_filtered_by_nature(admin_client):
    first, second = Resource.Kind.values[:2]
    Resource.objects.create(title="Habiter", kind=first, author="A. Diallo")
    Resource.objects.create(title="Marcher", kind=second)
    html = shown(admin_client, "resource_chooser", kind=first)
    assert "A. Diallo" in html
    assert "Marcher" not in html


def test_the_filters_are_in_the_chooser_itself(admin_client):
    for name in ("organisation_chooser", "resource_chooser"):
        html = admin_client.get(reverse(f"{name}:choose")).json()["html"]
        assert 'name="q"' in html
        assert "<select" in html
