"""The demonstration's organisation: complete, loaded once, every page readable."""

import pytest
import time_machine

from cms.demo.centre import load_centre
from cms.demo.loader import load_home, load_vocabularies
from pages.models import Funder, Mandate, Membership, TeamMember

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@time_machine.travel("2026-03-10")
def test_the_organisation_is_loaded_once_and_every_page_of_it_answers(client):
    load_vocabularies()
    for _ in range(2):
        load_centre(load_home())
    assert TeamMember.objects.count() == 7
    assert Mandate.objects.count() == 8
    assert Membership.objects.count() == 20
    assert Funder.objects.current().count() == 5
    assert all(funder.organisation.logo for funder in Funder.objects.all())
    for path in (
        "le-centre", "le-centre/equipe", "le-centre/conseil-d-administration",
        "le-centre/adherents", "le-centre/partenaires", "mentions-legales",
        "donnees-personnelles", "accessibilite", "contact",
    ):  # fmt: skip
        response = client.get(f"/{path}/", headers={"host": "localhost:8000"})
        assert response.status_code == 200, path
        assert "Accessibilité\u00a0: partiellement conforme" in response.content.decode()
