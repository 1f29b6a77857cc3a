"""The organisation on the site: team, board, members, partners, funders, notices."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from wagtail.models import Page, Site

import pytest
import time_machine

from pages.models import (
    AccessibilityPage,
    BoardPage,
    CentreSettings,
    ContactPage,
    Funder,
    LegalNoticePage,
    Mandate,
    Membership,
    MembersPage,
    Organisation,
    Partnership,
    PartnersPage,
    Person,
    PrivacyPage,
    StandardPage,
    TeamMember,
    TeamPage,
    Theme,
)
from tests.builders import make_home

pytestmark = pytest.mark.django_db
PAGES = [
    (TeamPage, "equipe"),
    (BoardPage, "conseil"),
    (MembersPage, "adherents"),
    (PartnersPage, "partenaires"),
    (StandardPage, "qui-sommes-nous"),
    (LegalNoticePage, "mentions-legales"),
    (PrivacyPage, "donnees-personnelles"),
    (AccessibilityPage, "accessibilite"),
    (ContactPage, "contact"),
]


@pytest.fixture
def centre():
    make_home()
    settings = CentreSettings.for_site(Site.objects.get())
    settings.name, settings.address = "Le Pôle d'essai", "12 quai des Rives\n95000 Cergy"
    settings.phone, settings.email = "01 99 00 12 34", "contact@example.org"
    settings.save()
    return settings


def make(model: type[Page], slug: str = "", **fields: Any) -> Page:
    values = {
        "title": model._meta.verbose_name.capitalize(),
        "slug": slug or model.__name__.lower(),
    }
    return make_home().add_child(instance=model(**(values | fields)))


def read(client: Any, page: Page, query: str = "") -> str:
    response = client.get(page.url + query)
    assert response.status_code == 200
    return response.content.decode()


def somebody(last_name: str) -> Person:
    return Person.objects.create(first_name="Alix", last_name=last_name, function="Agente")


def body(name: str, **fields: Any) -> Organisation:
    return Organisation.objects.create(name=name, **fields)


@pytest.mark.parametrize(("model", "slug"), PAGES)
def test_every_page_renders_empty_is_previewed_and_edited(
    client, admin_client, centre, model, slug
):
    page = make(model, slug)
    assert read(client, page).count("<h1") == 1
    assert page.make_preview_request().status_code == 200
    assert model(title="Neuve", slug="neuve").make_preview_request().status_code == 200
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert admin_client.get(url).status_code == 200


@time_machine.travel(date(2026, 3, 10))
def test_the_team_is_who_is_there_today(client, centre):
    page = TeamPage(title="Équipe", slug="equipe")
    theme = Theme.objects.create(code="sante", name="Santé")
    page.members = [
        TeamMember(person=somebody("Présente"), mission="Elle l'anime.", email="a@example.org"),
        TeamMember(person=somebody("Partie"), left_on=date(2026, 3, 9)),
        TeamMember(person=somebody("Partante"), left_on=date(2026, 3, 10)),
        TeamMember(person=somebody("Future"), arrived_on=date(2026, 3, 11)),
        TeamMember(person=somebody("Volontaire"), function="Accueil", reinforcement="service"),
    ]
    make_home().add_child(instance=page)
    member = page.members.first()
    member.themes = [theme]
    member.save()
    html = read(client, page)
    assert "Alix Présente" in html
    assert "Agente" in html
    assert "Elle l’anime." in html
    assert "Thématiques\u00a0: Santé" in html
    assert "Alix Partante" in html
    assert "Partie" not in html
    assert "Future" not in html
    assert html.index("renforcent l’équipe") < html.index("Alix Volontaire")
    assert "Service civique\u00a0– Accueil" in html
    names = {m.person.last_name for m in TeamMember.objects.present()}
    assert names == {"Présente", "Partante", "Volontaire"}


@time_machine.travel(date(2026, 3, 10))
def test_the_board_shows_the_mandates_of_today_college_by_college(client, centre):
    page = BoardPage(title="Conseil", slug="conseil")
    page.mandates = [
        Mandate(college="ex_officio", organisation=body("Préfecture")),
        Mandate(college="individual", representative=somebody("Élue"), office="Trésorière"),
        Mandate(
            college="legal",
            organisation=body("La Rive"),
            representative=somebody("Rivet"),
            starts_on=date(2024, 6, 1),
            ends_on=date(2027, 6, 1),
        ),
        Mandate(college="legal", organisation=body("Ancienne"), ends_on=date(2025, 6, 1)),
    ]
    make_home().add_child(instance=page)
    html = read(client, page)
    order = [html.index(text) for text in ("Personnes morales", "titre individuel", "de droit")]
    assert order == sorted(order)
    assert "<strong>La Rive</strong>, par Alix Rivet" in html
    assert "(mandat 2024-2027)" in html
    assert "<strong>Alix Élue</strong>\u00a0– Trésorière" in html
    assert "Ancienne" not in html


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"college": "legal"}, "organisation"),
        ({"college": "individual"}, "representative"),
        ({"college": "ex_officio"}, "organisation"),
    ],
)
def test_a_mandate_says_who_sits(fields, field):
    with pytest.raises(ValidationError) as caught:
        Mandate(**fields).clean()
    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Mandate(college="legal", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)), "ends_on"),
        (Funder(starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1)), "ends_on"),
        (TeamMember(arrived_on=date(2026, 2, 1), left_on=date(2026, 1, 1)), "left_on"),
    ],
)
def test_nothing_ends_before_it_starts(row, field):
    with pytest.raises(ValidationError) as caught:
        row.clean()
    assert field in caught.value.message_dict


def test_members_are_listed_by_category_except_those_who_declined(client, centre):
    page = make(MembersPage)
    Membership.objects.create(organisation=body("Zeste"), year=2026, category="association")
    Membership.objects.create(organisation=body("abeille"), year=2026, category="association")
    Membership.objects.create(organisation=body("Ermont"), year=2026, category="city")
    Membership.objects.create(
        person=somebody("Discrète"), year=2026, category="individual", is_public=False
    )
    Membership.objects.create(person=somebody("Ancien"), year=2025, category="individual")
    html = read(client, page)
    assert "3 adhérents en 2026" in html
    assert html.index("abeille") < html.index("Zeste") < html.index("Ermont")
    assert "Discrète" not in html
    assert "Ancien" not in html
    assert "1 adhérent en 2025" in read(client, page, "?annee=2025")


@pytest.mark.parametrize("asked", ["1999", "abc", "²", "9" * 30, ""])
def test_a_year_without_members_shows_the_last_one(client, centre, asked):
    page = make(MembersPage)
    Membership.objects.create(organisation=body("Zeste"), year=2026, category="association")
    assert "1 adhérent en 2026" in read(client, page, f"?annee={asked}")


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ((), "Choisissez un organisme ou une personne"),
        (("organisation", "person"), "Choisissez un organisme ou une personne"),
        (("organisation",), "Cet organisme a déjà une adhésion"),
        (("person",), "Cette personne a déjà une adhésion"),
    ],
)
def test_a_member_is_one_and_joins_once_a_year(who, message):
    known = {"organisation": body("Zeste"), "person": somebody("Petit")}
    for name, value in known.items():
        Membership.objects.create(**{name: value}, year=2026, category="other")
    wrong = Membership(year=2026, category="other", **{name: known[name] for name in who})
    with pytest.raises(ValidationError, match=message):
        wrong.full_clean()


@time_machine.travel(date(2026, 3, 10))
def test_the_strip_shows_the_funders_of_today_in_order(client, centre, picture):
    page = make(PartnersPage)
    centre.funders = [
        Funder(organisation=body("Région"), sort_order=2),
        Funder(organisation=body("Agence", logo=picture), sort_order=1, starts_on=date(2020, 1, 1)),
        Funder(organisation=body("Avant"), sort_order=0, ends_on=date(2026, 3, 9)),
    ]
    centre.save()
    assert [str(funder) for funder in Funder.objects.current()] == ["Agence", "Région"]
    assert [str(f) for f in Funder.objects.current(on=date(2019, 5, 1))] == ["Avant", "Région"]
    html = read(client, page)
    strip = html[html.index('class="funders"') :]
    assert 'alt="Agence"' in strip
    assert "<span>Région</span>" in strip
    assert "Avant" not in html


def test_partners_carry_the_role_of_the_centre(client, centre):
    page = make(PartnersPage)
    page.partnerships.add(Partnership(organisation=body("La Fonda"), role="associate"))
    page.save()
    html = read(client, page)
    assert "La Fonda" in html
    assert "(associé)" in html


def test_the_legal_notice_is_filled_from_the_settings(client, centre):
    centre.siret, centre.rna = "12345678901234", "W951000001"
    centre.publication_director = "Hélène Marchais"
    centre.host, centre.host_phone = "Hébergeur coopératif\n1 rue du Câble", "01 99 00 00 01"
    centre.full_clean()
    centre.save()
    html = read(client, make(LegalNoticePage))
    for expected in [
        "12 quai des Rives<br>95000 Cergy",
        "01 99 00 12 34",
        "12345678901234",
        "W951000001",
        "Hélène Marchais",
        "Hébergeur coopératif<br>1 rue du Câble",
        "01 99 00 00 01",
    ]:
        assert expected in html


@pytest.mark.parametrize(("field", "value"), [("siret", "123 456"), ("rna", "951000001")])
def test_a_mistyped_number_is_refused(centre, field, value):
    setattr(centre, field, value)
    with pytest.raises(ValidationError) as caught:
        centre.full_clean()
    assert list(caught.value.message_dict) == [field]


def test_a_complement_cannot_replace_what_the_law_asks(client, centre):
    page = make(PrivacyPage, complement="<h2>Photos</h2><p>Sur demande.</p>")
    html = read(client, page)
    assert "Sur demande." in html
    assert "Commission nationale de l’informatique et des libertés" in html
    assert '<a href="mailto:contact@example.org">' in html


def test_the_contact_page_describes_the_organisation_to_machines(client, centre):
    html = read(client, make(ContactPage))
    assert '"@type": "Organization"' in html
    assert '"address": "12 quai des Rives 95000 Cergy"' in html
    assert "<form" not in html.split("<main")[1].split("</main>")[0]


def test_the_site_settings_are_edited_with_their_funders(admin_client, centre):
    url = reverse("wagtailsettings:edit", args=["pages", "centresettings", centre.site_id])
    html = admin_client.get(url, follow=True).content.decode()
    assert "Financeurs" in html
    assert "Mentions obligatoires" in html


@pytest.mark.parametrize("name", ["adhesions:index", "adhesions:add"])
def test_memberships_are_managed_in_the_admin(admin_client, centre, name):
    Membership.objects.create(organisation=body("Zeste"), year=2026, category="association")
    assert admin_client.get(reverse(name)).status_code == 200
