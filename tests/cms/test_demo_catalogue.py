"""The demonstration's catalogue loads whole, and only once."""

import pytest

from cms.demo import catalogue, dossiers
from pages.models import (
    CentreDocument,
    DossierPage,
    PublicationPage,
    RecordingPage,
    Resource,
    ToolPage,
)
from tests.builders import make_home

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def load():
    home = make_home()
    catalogue.load_publications(home)
    catalogue.load_recordings(home)
    catalogue.load_tools(home)
    catalogue.load_resources()
    dossiers.load_dossiers(home)
    return [
        model.objects.count()
        for model in (
            PublicationPage, RecordingPage, ToolPage, Resource, DossierPage, CentreDocument,
        )
    ]  # fmt: skip


def test_the_catalogue_loads_once_and_everything_is_public(client):
    assert load() == [40, 6, 8, 24, 3, 54]
    assert load() == [40, 6, 8, 24, 3, 54]
    for model in (PublicationPage, RecordingPage, ToolPage, DossierPage):
        for page in model.objects.all():
            assert client.get(page.url).status_code == 200, page.url
    assert all(client.get(found.url).status_code == 200 for found in CentreDocument.objects.all())
    kinds = set(PublicationPage.objects.values_list("kind", flat=True))
    assert len(kinds) >= 20
    years = set(PublicationPage.objects.values_list("year", flat=True))
    assert years == set(range(2019, 2027))
    for recording in RecordingPage.objects.all():
        assert recording.has_transcript or recording.transcript_exemption
