"""Explicit builders: each test names what matters to it, the rest is plain and fixed."""

from typing import Any

from django.core.files.base import ContentFile

from wagtail.models import Page, Site

from newsletters.letter import KIND_CHOICES
from newsletters.models import (
    IssuePage,
    Periodical,
    PeriodicalPage,
    SectionTemplate,
    Subscriber,
    Subscription,
)
from pages.models import (
    CentreDocument,
    ExperienceIndexPage,
    ExperiencePage,
    HomePage,
    PublicationIndexPage,
    PublicationPage,
)


def make_home() -> HomePage:
    """The home page, made the root of the default site in place of Wagtail's welcome page."""
    existing = HomePage.objects.first()
    if existing:
        return existing
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=HomePage(title="Centre de ressources", slug="accueil"))
    Site.objects.update(root_page=home, hostname="testserver", port=80)
    Page.objects.filter(depth=2).exclude(pk=home.pk).delete()
    return HomePage.objects.get(pk=home.pk)


def make_experience(*, live: bool = True, **fields: Any) -> ExperiencePage:
    home = make_home()
    index = ExperienceIndexPage.objects.first() or home.add_child(
        instance=ExperienceIndexPage(title="Fiches expérience", slug="fiches")
    )
    values = {
        "title": "Un jardin partagé au pied des tours",
        "standfirst": "Des habitant·es cultivent ensemble une friche du quartier.",
        "year": 2026,
        "first_month": 3,
        "live": live,
    } | fields
    return index.add_child(instance=ExperiencePage(**values))


def make_periodical(**fields: Any) -> Periodical:
    """A series with the four sections of Résonances, every kind allowed, no minimum."""
    values = {
        "title": "Résonances",
        "code": "resonances",
        "sender_name": "Centre de ressources",
        "sender_email": "lettre@example.org",
    } | fields
    periodical = Periodical.objects.create(**values)
    titles = ["Le Pôle ressources", "Actualité", "Fiche expérience", "Ressources"]
    for order, (key, title) in enumerate(
        zip(["pole", "actualite", "fiche", "ressources"], titles, strict=True)
    ):
        SectionTemplate.objects.create(
            periodical=periodical,
            sort_order=order,
            key=key,
            title=title,
            allowed_kinds=[kind for kind, _label in KIND_CHOICES],
        )
    return periodical


def make_issue(*, periodical: Periodical | None = None, **fields: Any) -> IssuePage:
    periodical = periodical or Periodical.objects.first() or make_periodical()
    archive = PeriodicalPage.objects.filter(periodical=periodical).first()
    if archive is None:
        archive = make_home().add_child(
            instance=PeriodicalPage(
                title=periodical.title, slug=periodical.code, periodical=periodical
            )
        )
    values = {
        "title": "Résonances – mars 2026",
        "year": 2026,
        "first_month": 3,
        "body": periodical.blank_sections(),
        "periodical": periodical,
    } | fields
    return archive.add_child(instance=IssuePage(**values))


def make_subscription(email: str, *, periodical: Periodical, **fields: Any) -> Subscription:
    """An active subscription, unless `state` says otherwise."""
    subscriber = Subscriber.objects.create(email=email)
    values = {"state": Subscription.State.ACTIVE} | fields
    return Subscription.objects.create(subscriber=subscriber, periodical=periodical, **values)


def make_document(title: str = "Synthèse", **fields: Any) -> CentreDocument:
    document = CentreDocument(title=title, **fields)
    document.file = ContentFile(b"%PDF-1.4 essai", name="synthese.pdf")
    document.save()
    return document


def make_publication(*, live: bool = True, **fields: Any) -> PublicationPage:
    index = PublicationIndexPage.objects.first() or make_home().add_child(
        instance=PublicationIndexPage(title="Publications", slug="publications")
    )
    values = {
        "title": "Marcher la nuit",
        "kind": "actes",
        "year": 2024,
        "month": 11,
        "abstract": "Ce que disent les marches exploratoires de l'éclairage et des trajets.",
        "live": live,
    } | fields
    return index.add_child(instance=PublicationPage(**values))
