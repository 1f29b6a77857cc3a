"""Loads the demonstration content. Every step looks for what exists first: run twice, it
repairs what is missing and repeats nothing."""

from collections.abc import Callable, Iterator
from typing import Any

from wagtail.models import Page, Site

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
from cms.roles import create_roles
from newsletters.models import PeriodicalPage
from pages.models import CentreSettings, HomePage, Territory, Theme
from search.models import Acronym


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


Step = tuple[str, Callable[[], Any]]


def steps() -> Iterator[Step]:
    """(French label, action) in order; each is safe to run again."""
    yield "Vocabulaires", load_vocabularies
    yield "Sigles", load_glossary
    yield "Rôles", create_roles
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
