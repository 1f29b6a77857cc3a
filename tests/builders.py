"""Explicit builders: each test names what matters to it, the rest is plain and fixed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from wagtail.models import Page, Site
from wagtail.signal_handlers import disable_reference_index_auto_update

from newsletters.delivery.freeze import freeze
from newsletters.letter import KIND_CHOICES
from newsletters.models import (
    IssuePage,
    Mailing,
    Periodical,
    PeriodicalPage,
    SectionTemplate,
    Subscriber,
    Subscription,
)
from pages.models import (
    ActionIndexPage,
    ActionListing,
    ActionPage,
    AgendaPage,
    CentreDocument,
    DossierIndexPage,
    DossierPage,
    EventPage,
    ExperienceIndexPage,
    ExperiencePage,
    HomePage,
    JobIndexPage,
    JobPage,
    ProgrammeAxis,
    ProgrammePage,
    PublicationIndexPage,
    PublicationPage,
    RecordingIndexPage,
    RecordingPage,
    Session,
    ToolboxIndexPage,
    ToolPage,
)

_Index = TypeVar("_Index", bound=Page)


@contextmanager
def unnoticed() -> Iterator[None]:
    """For what only holds or names others: it refers to nothing, nobody looks for it in the admin,
    and Wagtail's two indexes would be half of what it costs."""
    engines = settings.WAGTAILSEARCH_BACKENDS
    quiet = {name: engine | {"AUTO_UPDATE": False} for name, engine in engines.items()}
    with override_settings(WAGTAILSEARCH_BACKENDS=quiet), disable_reference_index_auto_update():
        yield


def make_home() -> HomePage:
    """The home page, made the root of the default site in place of Wagtail's welcome page."""
    existing = HomePage.objects.first()
    if existing:
        return existing
    root = Page.objects.get(depth=1)
    with unnoticed():
        home = root.add_child(instance=HomePage(title="Centre de ressources", slug="accueil"))
    Site.objects.update(root_page=home, hostname="testserver", port=80)
    _forget_welcome(root)
    return HomePage.objects.get(pk=home.pk)


def _forget_welcome(root: Page) -> None:
    """Wagtail's welcome page: nothing refers to it any more, but a deletion would look for that in
    every table, which costs more than all the rest of a home page."""
    welcome = Page.objects.filter(depth=2, content_type__model="page", numchild=0)
    gone = welcome._raw_delete(welcome.db)
    Page.objects.filter(pk=root.pk).update(numchild=F("numchild") - gone)


def _index(model: type[_Index], title: str, slug: str) -> _Index:
    """The page that holds those of a family, under the home page."""
    existing = model.objects.first()
    if existing:
        return existing
    home = make_home()
    with unnoticed():
        return home.add_child(instance=model(title=title, slug=slug))


def make_experience(*, live: bool = True, **fields: Any) -> ExperiencePage:
    index = _index(ExperienceIndexPage, "Fiches expérience", "fiches")
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


def make_readers(count: int, *, periodical: Periodical) -> list[Subscription]:
    """Active subscriptions of lecteur00001@example.org and following."""
    people = Subscriber.objects.bulk_create(
        Subscriber(email=email, email_key=email)
        for email in (f"lecteur{n:05d}@example.org" for n in range(1, count + 1))
    )
    return Subscription.objects.bulk_create(
        Subscription(subscriber=person, periodical=periodical, state=Subscription.State.ACTIVE)
        for person in people
    )


def make_mailing(*, issue: IssuePage | None = None, **fields: Any) -> Mailing:
    """A mailing approved as it is, of a small letter; `state` and any field may be given."""
    mailing = Mailing(
        issue=issue or make_issue(),
        **{
            "subject": "Résonances – mars 2026",
            "from_name": "Pôle ressources",
            "from_email": "lettre@example.org",
            "html": '<p>Égalité</p><a href="%%unsubscribe_url%%">Se désinscrire</a>\n',
            "text": "Égalité\nSe désinscrire : %%unsubscribe_url%%\n",
            "state": Mailing.State.APPROVED,
        }
        | fields,
    )
    mailing.content_hash = mailing.approved_hash = mailing.fingerprint()
    mailing.approved_at = timezone.now()
    mailing.save()
    return mailing


def make_sending(readers: int, **issue: Any) -> Mailing:
    """A mailing frozen for so many readers, ready to deliver; fields of its issue may be given."""
    mailing = make_mailing(issue=make_issue(**issue))
    make_readers(readers, periodical=mailing.issue.periodical)
    freeze(mailing=mailing)
    mailing.refresh_from_db()
    return mailing


def make_document(title: str = "Synthèse", **fields: Any) -> CentreDocument:
    document = CentreDocument(title=title, **fields)
    document.file = ContentFile(b"%PDF-1.4 essai", name="synthese.pdf")
    document.save()
    return document


def make_publication(*, live: bool = True, **fields: Any) -> PublicationPage:
    index = _index(PublicationIndexPage, "Publications", "publications")
    values = {
        "title": "Marcher la nuit",
        "kind": "actes",
        "year": 2024,
        "month": 11,
        "abstract": "Ce que disent les marches exploratoires de l'éclairage et des trajets.",
        "live": live,
    } | fields
    return index.add_child(instance=PublicationPage(**values))


def make_recording(*, live: bool = True, **fields: Any) -> RecordingPage:
    index = _index(RecordingIndexPage, "Podcasts et vidéos", "podcasts")
    values = {
        "title": "Une voix pour le quartier",
        "kind": "podcast",
        "released_on": date(2025, 3, 12),
        "duration": timedelta(minutes=12, seconds=30),
        "abstract": "Une présidente de conseil citoyen raconte.",
        "media_url": "https://media.example.org/voix.mp3",
        "transcript": "<p>Bonjour à toutes et à tous.</p>",
        "live": live,
    } | fields
    return index.add_child(instance=RecordingPage(**values))


def make_tool(*, live: bool = True, **fields: Any) -> ToolPage:
    index = _index(ToolboxIndexPage, "Boîte à outils", "outils")
    values = {
        "title": "Charte de relogement",
        "kind": "charte",
        "abstract": "Un modèle à adapter.",
        "live": live,
    } | fields
    return index.add_child(instance=ToolPage(**values))


def make_dossier(*, live: bool = True, **fields: Any) -> DossierPage:
    index = _index(DossierIndexPage, "Dossiers", "dossiers")
    values = {"title": "Aller vers", "abstract": "Sortir des murs.", "live": live} | fields
    return index.add_child(instance=DossierPage(**values))


def make_event(
    *, days: Iterable[str] = ("2026-12-03",), live: bool = True, **fields: Any
) -> EventPage:
    """An event of one session a day given; `sessions` replaces them."""
    agenda = _index(AgendaPage, "Agenda", "agenda")
    sessions = fields.pop("sessions", None)
    values = {
        "title": "Marcher la nuit",
        "standfirst": "Une marche exploratoire et ce qu'elle change.",
        "state": EventPage.State.CONFIRMED,
        "live": live,
    } | fields
    page = EventPage(**values)
    page.sessions = sessions or [Session(day=date.fromisoformat(day)) for day in days]
    return agenda.add_child(instance=page)


def make_job(*, live: bool = True, **fields: Any) -> JobPage:
    index = _index(JobIndexPage, "Offres d'emploi", "emploi")
    values = {
        "title": "Chargé·e de mission",
        "standfirst": "Animer un réseau de professionnel·les.",
        "employer_name": "La Rive",
        "contract": "cdi",
        "how_to_apply": "<p>Écrire à recrutement@example.org.</p>",
        "live": live,
        "first_published_at": timezone.now() if live else None,
    } | fields
    return index.add_child(instance=JobPage(**values))


def make_action(*, live: bool = True, **fields: Any) -> ActionPage:
    actions = _index(ActionIndexPage, "Actions", "actions")
    values = {"title": "Marcher la nuit", "live": live} | fields
    return actions.add_child(instance=ActionPage(**values))


def make_programme(
    axes: dict[str, list[ActionListing]], *, live: bool = True, **fields: Any
) -> ProgrammePage:
    """`axes`: title → what it lists; a title that starts with « – » is a sub-axis."""
    values = {"title": "Programme 2026", "year": 2026, "live": live} | fields
    page = ProgrammePage(**values)
    for title, listings in axes.items():
        level = ProgrammeAxis.Level.SUBAXIS if title.startswith("–") else ProgrammeAxis.Level.AXIS
        axis = ProgrammeAxis(title=title.lstrip("– "), level=level)
        axis.listings = listings
        page.axes.add(axis)
    return _index(ActionIndexPage, "Actions", "actions").add_child(instance=page)
