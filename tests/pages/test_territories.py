"""Territories form a graph: searches roll up to ancestors, filters reach down to districts."""

from datetime import date

from django.core.exceptions import ValidationError

import pytest

from pages.models import Territory

pytestmark = pytest.mark.django_db
Kind = Territory.Kind


@pytest.fixture
def graph():
    """Lochères < Sarcelles < Roissy Pays de France < Val-d'Oise and Seine-et-Marne."""
    names = {
        "Val-d'Oise": (Kind.DEPARTEMENT, []),
        "Seine-et-Marne": (Kind.DEPARTEMENT, []),
        "Roissy Pays de France": (Kind.EPCI, ["Val-d'Oise", "Seine-et-Marne"]),
        "Sarcelles": (Kind.COMMUNE, ["Roissy Pays de France"]),
        "Lochères": (Kind.QUARTIER, ["Sarcelles"]),
        "Nanterre": (Kind.COMMUNE, []),
    }
    made = {}
    for name, (kind, parents) in names.items():
        made[name] = Territory.objects.create(name=name, kind=kind)
        made[name].parents.set([made[parent] for parent in parents])
        made[name].save()
    return made


def names(territories):
    return {territory.name for territory in territories}


def test_a_department_includes_its_towns_and_districts(graph, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = names(Territory.objects.within([graph["Val-d'Oise"]]))
    assert found == {"Val-d'Oise", "Roissy Pays de France", "Sarcelles", "Lochères"}


def test_a_district_rolls_up_to_both_departments_its_intercommunality_straddles(graph):
    found = names(Territory.objects.around([graph["Lochères"]]))
    assert found == set(graph) - {"Nanterre"}


def test_a_loop_made_by_mistake_does_not_hang(graph):
    graph["Val-d'Oise"].parents.set([graph["Lochères"]])
    graph["Val-d'Oise"].save()
    assert "Sarcelles" in names(Territory.objects.within([graph["Lochères"]]))


def test_an_end_before_the_start_is_refused_with_the_field_named():
    territory = Territory(
        name="ZUS", kind=Kind.QUARTIER, valid_from=date(2015, 1, 1), valid_to=date(2012, 1, 1)
    )
    with pytest.raises(ValidationError) as refusal:
        territory.full_clean()
    assert refusal.value.message_dict == {"valid_to": ["La fin de validité précède le début."]}
