"""The demonstration of the programmes, the agenda and the offers: complete, and safe to repeat."""

import pytest
import time_machine

from cms.demo.agenda import load_agenda
from cms.demo.jobs import load_jobs
from cms.demo.loader import load_vocabularies
from cms.demo.programmes import load_programmes
from pages.models import (
    ActionPage,
    AgendaPage,
    EventMaterial,
    EventPage,
    JobPage,
    ProgrammePage,
    Session,
)
from tests.builders import make_home

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def today():
    with time_machine.travel("2026-11-21T10:00:00+01:00", tick=False):
        yield


def load_twice(*loads):
    home = make_home()
    load_vocabularies()
    for _twice in range(2):
        for load in loads:
            load(home)


def test_the_demonstration_is_complete_and_loaded_once(today, client):
    load_twice(load_programmes, load_agenda, load_jobs)
    assert ProgrammePage.objects.live().count() == 3
    assert ActionPage.objects.live().count() == 26
    events = EventPage.objects.live()
    assert events.count() == 30
    assert set(events.values_list("state", flat=True)) == set(EventPage.State.values)
    assert set(Session.objects.values_list("mode", flat=True)) == set(Session.Mode.values)
    assert not EventPage.objects.filter(format=None).exists()
    assert (JobPage.objects.count(), JobPage.objects.live().open().count()) == (6, 4)
    for page in [*ProgrammePage.objects.all(), *AgendaPage.objects.all(), *events]:
        assert client.get(page.url).status_code == 200, page.slug
    for material in EventMaterial.objects.all():
        assert material.document.file.storage.exists(material.document.file.name)


def test_each_action_of_a_programme_is_counted_once(today):
    load_twice(load_programmes)
    assert ProgrammePage.objects.exists()
    for programme in ProgrammePage.objects.all():
        programme.full_clean()
        presented = sum(part.count for part in programme.outline())
        assert presented == ActionPage.objects.filter(year=programme.year).count()
