"""The stable command line: rebuild_index, search, search_doctor."""

import json
from io import StringIO

from django.core.management import CommandError, call_command

from wagtail.models import Page

import pytest

from search.engine import get_engine
from tests.builders import make_experience

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_engine")]


def run(name, *args):
    out = StringIO()
    call_command(name, *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_rebuild_index_prints_count_and_rate():
    make_experience()
    assert "3 documents indexés" in run("rebuild_index")


def test_rebuild_index_can_be_quiet():
    make_experience()
    assert run("rebuild_index", "--quiet") == ""


def test_rebuild_index_says_when_another_one_runs(rebuild_lock):
    with rebuild_lock, pytest.raises(CommandError, match="en cours"):
        run("rebuild_index", "--quiet")


def test_search_prints_json():
    page = make_experience(title="Le verger")
    run("rebuild_index", "--quiet")
    (found,) = json.loads(run("search", "vergers", "--json"))
    assert found == {
        "title": "Le verger", "url": page.url, "type": "fiche", "score": found["score"],
    }  # fmt: skip
    assert found["score"] > 0


def test_search_without_result_prints_an_empty_list():
    run("rebuild_index", "--quiet")
    assert json.loads(run("search", "zorglub", "--json")) == []


def test_search_prints_a_readable_list():
    make_experience(title="Le verger")
    run("rebuild_index", "--quiet")
    assert "Le verger" in run("search", "verger")


def doctor(*args):
    out = StringIO()
    try:
        call_command("search_doctor", "--json", *args, stdout=out)
        code = 0
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue())


def test_the_doctor_finds_a_sound_index():
    make_experience()
    run("rebuild_index", "--quiet")
    code, report = doctor()
    assert code == 0
    assert (report["state"], report["documents"], report["visible"]) == ("ready", 3, 3)


def test_the_doctor_finds_and_repairs_drift():
    page, other = make_experience(title="Un"), make_experience(title="Deux", live=False)
    run("rebuild_index", "--quiet")
    # What no signal tells.
    Page.objects.filter(pk=page.pk).update(live=False)
    Page.objects.filter(pk=other.pk).update(live=True)
    code, report = doctor()
    assert code == 1
    assert (report["missing"], report["stale"]) == ([other.pk], [page.pk])
    code, report = doctor("--repair")
    assert code == 0
    assert get_engine().page_ids() >= {other.pk}


def test_the_doctor_rebuilds_a_lost_index_on_demand():
    make_experience()
    code, report = doctor()
    assert (code, report["state"]) == (1, "missing")
    code, report = doctor("--repair")
    assert (code, report["state"]) == (0, "ready")
