"""Loads the organisation: team, board, members, partners, funders and the legal pages."""

from datetime import date
from typing import Any

from django.core.files.base import ContentFile

from wagtail.models import Page, Site

from cms.demo import logos
from cms.demo.articles import article_block
from cms.demo.parts import image, organisation, person, read
from pages.models import (
    AccessibilityPage,
    BoardPage,
    CentreSettings,
    ContactPage,
    CreditedImage,
    Funder,
    HomePage,
    LegalNoticePage,
    Mandate,
    Membership,
    MembersPage,
    Organisation,
    Partnership,
    PartnersPage,
    PrivacyPage,
    StandardPage,
    TeamMember,
    TeamPage,
    Theme,
)

MEMBERSHIP_YEAR = 2026


def load_centre(home: HomePage) -> None:
    rows = read("centre/organisation.json")
    load_settings(rows["funders"])
    load_memberships(rows)
    section = _child(home, presentation(rows["presentation"]))
    for page in (team(rows["team"]), board(rows["board"]), members(), partners(rows["partners"])):
        _child(section, page)
    for page in notices():
        _child(home, page)


def _child(parent: Page, page: Page) -> Page:
    found = Page.objects.child_of(parent).filter(slug=page.slug).first()
    if found:
        return found.specific
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def load_settings(funders: list[dict[str, Any]]) -> None:
    centre = CentreSettings.for_site(Site.objects.get())
    centre.publication_director, centre.editor_in_chief = "Monique Taillandier", "Hélène Marchais"
    centre.rna, centre.siret = "W953000000", "00000000000000"
    centre.host = "Hébergeur coopératif des Rives\n4 allée du Câble, 95000 Cergy"
    centre.host_phone = "01 99 00 56 78"
    centre.opening_hours = "Du mardi au vendredi, de 9 h 30 à 17 h, sur rendez-vous"
    centre.accessibility_audited_on, centre.accessibility_rate = date(2025, 10, 14), "83.50"
    centre.accessibility_auditor = "en interne"
    if not centre.funders.exists():
        centre.funders = [_funder(rank, row) for rank, row in enumerate(funders)]
    centre.save()


def _funder(rank: int, row: dict[str, str]) -> Funder:
    body = organisation(row["name"], "institution")
    body.acronym, body.logo = row["acronym"], _logo(row, rank)
    body.save()
    return Funder(organisation=body, sort_order=rank, starts_on=_day(row["since"]))


def _logo(row: dict[str, str], rank: int) -> CreditedImage:
    name = f"demo-logo-{row['acronym'].lower()}.png"
    found = CreditedImage.objects.filter(file__endswith=name).first()
    return found or CreditedImage.objects.create(
        title=f"Logo {row['acronym']}",
        description=row["name"],
        credit=row["name"],
        file=ContentFile(logos.draw(row["acronym"], rank), name=name),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def load_memberships(rows: dict[str, Any]) -> None:
    for category, names in rows["members"].items():
        for name in names:
            individual = category == "individual"
            who = (
                {"person": person(name)} if individual else {"organisation": organisation(name, "")}
            )
            Membership.objects.get_or_create(
                **who,
                year=MEMBERSHIP_YEAR,
                defaults={"category": category, "is_public": name not in rows["declined"]},
            )


def presentation(blocks: list[dict[str, Any]]) -> StandardPage:
    return StandardPage(
        title="Le centre",
        slug="le-centre",
        show_in_menus=True,
        intro="Une équipe, un conseil et des partenaires au service de celles et ceux qui agissent "
        "dans les quartiers.",
        cover=image("table-le-centre", title="Le centre", credit="Dessin du centre", alt=""),
        body=[article_block(block) for block in blocks],
    )


def team(rows: list[dict[str, Any]]) -> TeamPage:
    page = TeamPage(title="L'équipe", slug="equipe", intro="Qui appeler, et pour quoi.")
    page.members = [_member(rank, row) for rank, row in enumerate(rows)]
    return page


def _member(rank: int, row: dict[str, Any]) -> TeamMember:
    somebody = person(row["name"])
    member = TeamMember(
        person=somebody,
        sort_order=rank,
        mission=row["mission"],
        email=somebody.email,
        photo=image(f"people-{rank}", title=row["name"], credit="Dessin du centre", alt=""),
        reinforcement=row.get("reinforcement", ""),
        arrived_on=_day(row["arrived"]),
    )
    member.themes = list(Theme.objects.filter(code__in=row["themes"]))
    return member


def board(rows: list[dict[str, str]]) -> BoardPage:
    page = BoardPage(
        title="Le conseil d'administration",
        slug="conseil-d-administration",
        intro="Élu pour trois ans par l'assemblée générale, il décide des orientations.",
    )
    page.mandates = [
        Mandate(
            sort_order=rank,
            college=row["college"],
            organisation=_body(row["organisation"]),
            representative=person(row["representative"]) if row["representative"] else None,
            office=row["office"],
            starts_on=_day(row["starts"]),
            ends_on=_day(row["ends"]),
        )
        for rank, row in enumerate(rows)
    ]
    return page


def _body(name: str) -> Organisation | None:
    return organisation(name, "") if name else None


def members() -> MembersPage:
    return MembersPage(
        title="Les adhérents",
        slug="adherents",
        intro="Associations, villes, intercommunalités et personnes qui font vivre le centre.",
    )


def partners(rows: list[dict[str, str]]) -> PartnersPage:
    page = PartnersPage(title="Partenaires et financeurs", slug="partenaires")
    page.partnerships = [
        Partnership(
            sort_order=rank,
            organisation=organisation(row["name"], "association"),
            role=row["role"],
            description=row["description"],
        )
        for rank, row in enumerate(rows)
    ]
    return page


def notices() -> list[Page]:
    return [
        LegalNoticePage(title="Mentions légales", slug="mentions-legales"),
        PrivacyPage(title="Données personnelles", slug="donnees-personnelles"),
        AccessibilityPage(
            title="Accessibilité",
            slug="accessibilite",
            declared_on=date(2025, 10, 21),
            failures=(
                "<ul><li>Les documents bureautiques publiés avant 2020 ne sont pas tous "
                "balisés ; la page de chaque publication en reprend l'essentiel.</li></ul>"
            ),
            test_environment="<ul><li>Firefox et NVDA</li><li>Safari et VoiceOver</li></ul>",
            tools="<ul><li>axe-core</li><li>analyseur de contraste</li></ul>",
            tested_pages="<ul><li>Accueil</li><li>Fiches expérience</li><li>Recherche</li></ul>",
        ),
        ContactPage(title="Contact", slug="contact"),
    ]
