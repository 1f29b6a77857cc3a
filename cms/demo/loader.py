"""Loads the demonstration content. Every step looks for what exists first: run twice, it
repairs what is missing and repeats nothing."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import Group, Permission

from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
)

from cms.demo.agenda import load_agenda
from cms.demo.articles import load_experiences
from cms.demo.catalogue import (
    load_publications,
    load_recordings,
    load_resources,
    load_tools,
)
from cms.demo.centre import load_centre
from cms.demo.collections import load_collections
from cms.demo.dossiers import load_dossiers
from cms.demo.jobs import load_jobs
from cms.demo.letters import load_issues, load_periodical
from cms.demo.parts import CENTRE, image, organisation, person, read
from cms.demo.programmes import load_programmes
from newsletters.models import PeriodicalPage
from pages.models import CentreSettings, HomePage, Territory, Theme
from search.models import Acronym

MEDIA = ("image", "document")


def load_vocabularies() -> None:
    for row in read("themes.json"):
        Theme.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["name"],
                "description": row["description"],
                "sort_order": row["order"],
            },
        )
    for row in read("organisations.json"):
        organisation(row["name"], row["kind"], row.get("city", ""))
    for row in read("people.json"):
        somebody = person(row["name"])
        if not somebody.function:
            somebody.function, somebody.email = row["function"], row.get("email", "")
            somebody.save()
    load_territories()


def load_glossary() -> None:
    for row in read("glossary.json"):
        Acronym.objects.get_or_create(acronym=row["acronym"], expansion=row["expansion"])


def load_territories() -> None:
    rows = read("territories.json")
    made: dict[str, Territory] = {}
    for row in rows:
        made[row["name"]], _ = Territory.objects.get_or_create(
            name=row["name"], kind=row["kind"], code=row.get("code", "")
        )
    for row in rows:
        territory = made[row["name"]]
        wanted = {made[name].pk for name in row["parents"]}
        if set(territory.parents.values_list("pk", flat=True)) != wanted:
            territory.parents.set([made[name] for name in row["parents"]])
            territory.save()


def load_home() -> HomePage:
    home = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        Page.objects.filter(slug="home", depth=2).update(slug="ancienne-page-d-accueil")
        home = root.add_child(
            instance=HomePage(
                title=CENTRE,
                slug="accueil",
                tagline="Relier celles et ceux qui font vivre les quartiers de l'ouest francilien.",
                presentation=(
                    "<p>Le centre de ressources outille, informe et met en réseau les "
                    "professionnel·les, les élu·es et les habitant·es engagé·es dans la "
                    "politique de la ville, du Val-d'Oise aux Hauts-de-Seine et aux Yvelines.</p>"
                ),
                cover=image("resonance-accueil", title="Accueil", credit=f"© {CENTRE}", alt=""),
            )
        )
    Site.objects.update(root_page=home, site_name=CENTRE)
    Page.objects.filter(slug="ancienne-page-d-accueil", depth=2).delete()
    site = Site.objects.get()
    settings = CentreSettings.for_site(site)
    settings.name = CENTRE
    settings.address = "12 quai des Trois Rives\n95000 Cergy"
    settings.phone = "01 99 00 12 34"
    settings.email = "contact@example.org"
    settings.publication_director = "Direction du centre"
    settings.save()
    return HomePage.objects.get(pk=home.pk)


def load_roles() -> None:
    """Four groups, one job each: the same person may belong to several."""
    vocabularies = ("organisation", "person", "resource")
    describing = [f"{verb}_{name}" for name in vocabularies for verb in ("add", "change")]
    roles = {
        "Rédaction": [
            "add_mailing", "view_mailing", "add_reviewlink", "change_reviewlink", *describing,
        ],
        "Validation": [
            "view_mailing", "approve_mailing", "publish_unvalidated",
            "add_periodical", "change_periodical",
        ],
        "Envoi": ["view_mailing", "send_mailing"],
        "Gestion des abonné·es": [
            "see_addresses", "import_audience", "view_subscriber", "add_subscriber",
            "change_subscriber", "view_segment", "add_segment", "change_segment", "delete_segment",
        ],
    }  # fmt: skip
    on_pages = {
        "Rédaction": ["add_page", "change_page"],
        "Validation": ["add_page", "change_page", "publish_page"],
    }
    access = Permission.objects.get(codename="access_admin")
    for name, codenames in roles.items():
        group, made = Group.objects.get_or_create(name=name)
        if made:
            rights = Permission.objects.filter(
                content_type__app_label__in=["newsletters", "pages"], codename__in=codenames
            )
            group.permissions.set([access, *rights])
            _grant_site(group, on_pages.get(name, []))


def _grant_site(group: Group, codenames: list[str]) -> None:
    """These rights on every page, and with them the media a page is made of."""
    if not codenames:
        return
    root, media = Page.objects.get(depth=1), Collection.get_first_root_node()
    for right in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=codenames
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
    verbs = [f"{verb}_{kind}" for verb in ("add", "change", "choose") for kind in MEDIA]
    for right in Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=verbs
    ):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=media, permission=right
        )


Step = tuple[str, Callable[[], Any]]


def steps() -> Iterator[Step]:
    """(French label, action) in order; each is safe to run again."""
    yield "Vocabulaires", load_vocabularies
    yield "Sigles", load_glossary
    yield "Rôles", load_roles
    yield "Page d'accueil", load_home
    yield "Le centre", lambda: load_centre(HomePage.objects.get())
    yield "Fiches expérience", lambda: load_experiences(HomePage.objects.get())
    yield "Publications", lambda: load_publications(HomePage.objects.get())
    yield "Podcasts et vidéos", lambda: load_recordings(HomePage.objects.get())
    yield "Boîte à outils", lambda: load_tools(HomePage.objects.get())
    yield "Ressources", load_resources
    yield "Dossiers", lambda: load_dossiers(HomePage.objects.get())
    yield "Programmes", lambda: load_programmes(HomePage.objects.get())
    yield "Agenda", lambda: load_agenda(HomePage.objects.get())
    yield "Offres d'emploi", lambda: load_jobs(HomePage.objects.get())
    yield "Recueils annuels", load_collections
    yield "Série Résonances", lambda: load_periodical(HomePage.objects.get())
    yield "Numéros", lambda: load_issues(PeriodicalPage.objects.get())
