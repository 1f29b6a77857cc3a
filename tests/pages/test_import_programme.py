"""`import_programme`: drafts, actions counted once, and nothing half-written."""

import json
from dataclasses import replace
from datetime import date
from io import StringIO

from django.core.management import call_command

import pytest

from pages.imports.programme import parse
from pages.imports.programme_drafts import create_drafts
from pages.management.commands.import_programme import actions_page
from pages.models import ActionFormat, ActionListing, ActionPage, ProgrammePage
from tests.builders import make_home
from tests.pages.test_programme_layouts import LAYOUTS
from tests.pages.test_programme_parser import LISTED

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(tmp_path):
    make_home()
    path = tmp_path / "programme.txt"
    path.write_text(LISTED, encoding="utf-8")
    return path


def run(*arguments):
    output = StringIO()
    call_command("import_programme", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_each_action_becomes_a_draft_with_bounds_and_the_words_printed(sample):
    run(sample)
    page = ActionPage.objects.get(title__startswith="Visites de quartiers")
    assert not page.live
    assert page.year == 2031
    assert page.period_label == "1er semestre 2031"
    assert (page.period_earliest, page.period_latest) == (date(2031, 1, 1), date(2031, 6, 30))
    assert (page.sessions_min, page.sessions_max, page.sessions_unit) == (2, 2, "jour")
    assert page.territory_label == "département"
    assert page.format.name == "visites sur site"
    assert page.format.family == ActionFormat.Family.DAY


def test_partners_considered_and_speakers_are_kept_as_printed(sample):
    run(sample)
    page = ActionPage.objects.get(title__startswith="Les loyers")
    assert page.partners_considered == "agence Exemple"
    assert page.partners_committed == ""
    assert page.speakers == "non encore déterminé"


def test_an_action_recalled_in_a_second_axis_is_one_page_under_two_titles(sample):
    report = json.loads(run(sample, "--json"))
    recalled = ActionListing.objects.get(is_main=False)
    assert recalled.local_title == "Comprendre les loyers"
    assert recalled.action.title.startswith("Les loyers")
    assert recalled.axis.title == "Grandir"
    assert report["cross_references"] == 1
    assert report["actions"] == ActionPage.objects.count()
    assert report["page_id"] == ProgrammePage.objects.get().pk


def test_the_draft_is_previewed_with_its_axes_and_never_public(sample, client):
    run(sample)
    page = ProgrammePage.objects.get()
    html = page.make_preview_request().render().content.decode()
    assert "Habiter la ville" in html
    assert "Comprendre les loyers" in html
    for draft in [page, *ActionPage.objects.all()]:
        assert not draft.live
        assert client.get(draft.get_url() or "/aucune/").status_code == 404


def test_a_second_run_changes_nothing_and_keeps_the_editors_corrections(sample):
    run(sample)
    page = ActionPage.objects.get(title__startswith="Visites")
    page.audiences = "Corrigé par la rédaction."
    page.save()
    before = (ActionPage.objects.count(), ActionListing.objects.count())
    report = json.loads(run(sample, "--json"))
    page.refresh_from_db()
    assert page.audiences == "Corrigé par la rédaction."
    assert (ActionPage.objects.count(), ActionListing.objects.count()) == before
    assert report["made"] is False
    assert report["actions"] == before[0]


def test_a_programme_deleted_and_imported_again_takes_its_actions_back(sample):
    run(sample)
    count = ActionPage.objects.count()
    ProgrammePage.objects.get().delete()
    run(sample)
    assert ActionPage.objects.count() == count


def test_a_format_known_by_another_name_is_not_added(sample):
    known = ActionFormat.objects.create(
        name="Visite", family=ActionFormat.Family.DAY, aliases="Visites sur site"
    )
    report = json.loads(run(sample, "--json"))
    assert ActionPage.objects.get(title__startswith="Visites").format == known
    assert "visites sur site" not in report["new_formats"]


def test_every_doubt_is_said_with_its_line(sample):
    report = json.loads(run(sample, "--json"))
    assert report["doubts"]
    lines = [doubt["line"] for doubt in report["doubts"]]
    assert lines == sorted(lines)
    assert all(doubt["message"] for doubt in report["doubts"])
    notes = [
        page.import_notes for page in (*ProgrammePage.objects.all(), *ActionPage.objects.all())
    ]
    assert all(any(doubt["message"] in note for note in notes) for doubt in report["doubts"])
    assert "point(s) à vérifier" in run(sample)


def test_an_action_without_title_still_becomes_a_draft():
    make_home()
    programme = parse(LISTED)
    axis = programme.axes[0]
    nameless = replace(axis, title="", actions=(replace(axis.actions[0], title="", code="Z9"),))
    drafted = create_drafts(programme=replace(programme, axes=(nameless,)), parent=actions_page())
    assert [page.title for page in drafted.actions] == ["Action Z9"]


@pytest.mark.parametrize("name", ["axes_and_cards", "roman_axes_and_bullets", "orientations"])
def test_other_layouts_become_drafts_with_their_pointers_linked(name):
    make_home()
    report = json.loads(run(LAYOUTS / f"{name}.txt", "--json"))
    assert report["other_parts"] == 0
    assert report["actions"] == ActionPage.objects.filter(live=False).count() > 0
    assert ActionListing.objects.filter(is_main=False).count() == report["cross_references"] == 1


@pytest.mark.seeds
def test_the_real_programme_gives_all_its_parts_and_actions(seeds):
    make_home()
    report = json.loads(run(seeds / "002_a3b9d80d5c978b8e.txt", "--json"))
    assert (report["axes"], report["actions"], report["cross_references"]) == (11, 42, 2)
    assert len(report["doubts"]) == 24
    assert ActionListing.objects.filter(is_main=False).count() == 2
    assert ActionPage.objects.filter(live=False).count() == 42
    assert ProgrammePage.objects.get().year == 2012
