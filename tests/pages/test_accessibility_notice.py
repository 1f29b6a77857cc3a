"""The state of conformity: computed, printed on every page, recalled before it expires."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from wagtail.models import Site

import pytest
import time_machine

from pages.accessibility import Conformity, conformity, expiry, reminder
from pages.models import AccessibilityPage, CentreSettings, StandardPage
from tests.builders import make_home

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("rate", "audited", "expected"),
    [
        ("100", date(2026, 1, 1), Conformity.TOTAL),
        ("99.99", date(2026, 1, 1), Conformity.PARTIAL),
        ("50", date(2026, 1, 1), Conformity.PARTIAL),
        ("49.99", date(2026, 1, 1), Conformity.NONE),
        ("0", date(2026, 1, 1), Conformity.NONE),
        (None, date(2026, 1, 1), Conformity.NONE),
        ("100", None, Conformity.NONE),
        ("100", date(2023, 3, 10), Conformity.TOTAL),
        ("100", date(2023, 3, 9), Conformity.NONE),
        ("100", date(2026, 3, 11), Conformity.NONE),
    ],
)
def test_the_state_follows_the_rate_and_the_age_of_the_audit(rate, audited, expected):
    assert conformity(Decimal(rate) if rate else None, audited, TODAY) == expected


def test_an_audit_of_a_leap_day_expires_on_the_28th():
    assert expiry(date(2024, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("audited", "expected"),
    [
        (None, "Aucun audit"),
        (date(2022, 1, 1), "a expiré le 01/01/2025"),
        (date(2023, 6, 8), "expire le 08/06/2026"),
        (date(2023, 6, 9), ""),
        (date(2026, 3, 1), ""),
    ],
)
def test_the_reminder_comes_ninety_days_before(audited, expected):
    said = reminder(audited, TODAY)
    assert (expected in said) if expected else said == ""


@pytest.fixture
def centre(db):
    make_home()
    return CentreSettings.for_site(Site.objects.get())


def declare(centre: CentreSettings, rate: str | None, audited: date | None) -> None:
    centre.accessibility_rate, centre.accessibility_audited_on = rate, audited
    centre.save()


@time_machine.travel(TODAY)
def test_every_page_prints_the_state_and_leads_to_the_declaration(client, centre):
    home = make_home()
    home.add_child(instance=StandardPage(title="Missions", slug="missions"))
    assert "<li>Accessibilité\u00a0: non conforme</li>" in client.get("/missions/").content.decode()
    home.add_child(instance=AccessibilityPage(title="Accessibilité", slug="accessibilite"))
    declare(centre, "72.5", date(2025, 5, 2))
    for path in ("/", "/missions/", "/accessibilite/", "/nulle-part/"):
        html = client.get(path).content.decode()
        assert '<a href="/accessibilite/">Accessibilité\u00a0: partiellement conforme</a>' in html


@time_machine.travel(TODAY)
def test_the_declaration_follows_the_imposed_model(client, centre):
    declare(centre, "72.5", date(2025, 5, 2))
    centre.accessibility_auditor, centre.email = "Atelier d'audit", "contact@example.org"
    centre.save()
    page = make_home().add_child(
        instance=AccessibilityPage(
            title="Accessibilité",
            slug="accessibilite",
            declared_on=date(2025, 5, 10),
            failures="<ul><li>Contraste d'une carte</li></ul>",
        )
    )
    html = client.get(page.url).content.decode()
    headings = [
        "État de conformité",
        "Résultats des tests",
        "Contenus non accessibles",
        "Non-conformités",
        "Établissement de cette déclaration",
        "Retour d’information et contact",
        "Voies de recours",
    ]
    places = [html.index(heading) for heading in headings]
    assert places == sorted(places)
    for expected in [
        "article 47 de la loi n°\u202f2005-102",
        "<strong>partiellement conforme</strong>",
        "72,50\u202f% des critères du RGAA",
        "2 mai 2025",
        "Contraste d’une carte",
        "contact@example.org",
        "Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07",
    ]:
        assert expected in html


@time_machine.travel(TODAY)
def test_an_expired_audit_is_not_quoted(client, centre):
    declare(centre, "100", date(2020, 1, 1))
    page = make_home().add_child(
        instance=AccessibilityPage(title="Accessibilité", slug="accessibilite")
    )
    html = client.get(page.url).content.decode()
    assert "<strong>non conforme</strong>" in html
    assert "100 %" not in html


@time_machine.travel(TODAY)
def test_the_dashboard_reminds_whoever_can_act(admin_client, client, centre, django_user_model):
    assert "Aucun audit d&#x27;accessibilité" in admin_client.get("/admin/").content.decode()
    declare(centre, "72.5", date(2025, 5, 2))
    assert "audit d&#x27;accessibilité" not in admin_client.get("/admin/").content.decode()


def refused(centre: CentreSettings) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        centre.full_clean()
    return caught.value.message_dict


@time_machine.travel(TODAY)
def test_an_audit_to_come_or_without_result_is_refused(centre):
    centre.accessibility_audited_on = date(2026, 3, 11)
    assert "accessibility_audited_on" in refused(centre)
    centre.accessibility_audited_on = date(2026, 3, 1)
    assert "accessibility_rate" in refused(centre)
