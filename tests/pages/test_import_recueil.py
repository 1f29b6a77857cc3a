"""`import_recueil`: drafts, doubts, and nothing half-written."""

import json
from io import StringIO

from django.core.management import call_command

import pytest

from pages.models import ExperiencePage, Organisation, Person, Territory
from tests.builders import make_home

pytestmark = pytest.mark.django_db

SAMPLE = """
RECUEIL DES FICHES EXPÉRIENCES

2023

SOMMAIRE

PRÉAMBULE

Chaque mois, une expérience locale. L'ensemble des articles réalisés cette année 2023 - par Lou
Martin, Sacha Petit -, est regroupé au sein de ce recueil.

UN JARDIN AU PIED DES TOURS, ASSOCIATION RACINES, SARCELLES - MARS P.6

LIRE ENSEMBLE, VILLE DE NANTERRE - JUIN/JUILLET P.8

Sarcelles

UN JARDIN AU PIED DES TOURS

L'association Racines cultive depuis 2019 une friche avec les habitant·es de Sarcelles, au pied
des tours, et en fait un lieu de rencontre ouvert à toutes et tous.

Une friche devenue commune

Tout commence par une réunion d'habitant·es, un soir de mars, dans le hall d'un immeuble. *Nous
avons commencé par écouter*, explique Dominique Rive, coordinatrice de l'association Racines. Le
jardin s'agrandit ensuite parcelle après parcelle, avec l'appui du bailleur et du centre social
voisin.

CONTACT :

- Contact : Dominique Rive, coordinatrice, association Racines : dominique@example.org@example.org

Nanterre

LIRE ENSEMBLE

La ville de Nanterre installe des boîtes à livres avec les écoles du quartier, et forme des
parents volontaires à la lecture à voix haute, chaque mercredi.

Des livres au coin de la rue

Douze boîtes à livres ont été posées par les services de la ville avec les parents d'élèves. Les
enfants choisissent les titres, les parents lisent, les agent·es réparent.

CONTACT :

- Contact : Camille Pont, responsable lecture, ville de Nanterre : camille@example.org
"""


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "recueil.txt"
    path.write_text(SAMPLE, encoding="utf-8")
    return path


def run(*arguments):
    output = StringIO()
    call_command("import_recueil", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_each_sheet_becomes_a_draft_with_its_period_holder_and_place(sample):
    make_home()
    Territory.objects.create(name="Sarcelles", kind=Territory.Kind.COMMUNE)
    run(sample)
    page = ExperiencePage.objects.get(title__startswith="Un jardin")
    assert not page.live
    assert page.period_label == "mars 2023"
    assert [str(h.organisation) for h in page.holders.all()] == ["Association Racines"]
    assert [t.name for t in page.territories.all()] == ["Sarcelles"]
    assert "habitant·es" in str(page.body)


def test_a_quotation_is_marked_up_and_keeps_its_sentence(sample):
    make_home()
    run(sample)
    body = str(ExperiencePage.objects.get(title__startswith="Un jardin").body)
    assert "<q>Nous avons commencé par écouter</q>, explique Dominique Rive" in body


def test_a_malformed_address_is_kept_as_printed_and_flagged(sample):
    make_home()
    output = run(sample)
    page = ExperiencePage.objects.get(title__startswith="Un jardin")
    assert page.contacts.get().email == "dominique@example.org@example.org"
    assert "dominique@example.org@example.org" in output
    assert "dominique@example.org@example.org" in page.import_notes


def test_the_drafts_of_an_import_are_never_public(sample, client):
    make_home()
    run(sample)
    for page in ExperiencePage.objects.all():
        assert client.get(page.get_url() or "/aucune/").status_code == 404


def test_a_second_run_changes_nothing_and_keeps_the_editors_corrections(sample):
    make_home()
    run(sample)
    page = ExperiencePage.objects.get(title__startswith="Lire")
    page.standfirst = "Corrigé par la rédaction."
    page.save()
    output = run(sample)
    page.refresh_from_db()
    assert page.standfirst == "Corrigé par la rédaction."
    assert ExperiencePage.objects.count() == 2
    assert Person.objects.count() == 2
    assert Organisation.objects.count() == 2
    assert "déjà" in output


def test_the_report_can_be_read_by_a_script(sample):
    make_home()
    report = json.loads(run(sample, "--json"))
    assert report["year"] == 2023
    assert [sheet["period"] for sheet in report["sheets"]] == ["mars 2023", "juin/juillet 2023"]
    assert all(sheet["made"] for sheet in report["sheets"])


@pytest.mark.seeds
def test_the_real_collection_gives_eight_drafts_in_the_order_of_the_year(seeds):
    make_home()
    report = json.loads(run(seeds / "001_282648bd81d08659.txt", "--json"))
    assert len(report["sheets"]) == 8
    assert [sheet["period"] for sheet in report["sheets"]] == [
        "janvier/février 2024",
        "mars 2024",
        "avril 2024",
        "mai 2024",
        "juin/juillet 2024",
        "septembre 2024",
        "octobre 2024",
        "novembre/décembre 2024",
    ]
    assert not ExperiencePage.objects.filter(live=True).exists()
    assert all(len(page.body) >= 5 for page in ExperiencePage.objects.all())
