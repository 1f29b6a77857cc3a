"""The demonstration's yearly collection of the last complete year; the next is made by hand."""

from cms.demo.parts import CENTRE, image, person
from pages.models import (
    ExperienceIndexPage,
    RecueilPage,
    RecueilTeamMember,
)
from pages.printing.record import record
from pages.printing.recueil import prefilled

YEARS = (2025,)
PREFACE = (
    "<p>Chaque mois, une équipe des quartiers raconte ce qu'elle a essayé : la genèse d'un "
    "projet, les partenaires qu'il a fallu convaincre, ce qui a résisté, ce qui reste à faire. "
    "Ces fiches naissent d'une visite et d'un entretien ; elles paraissent après relecture par "
    "celles et ceux qui portent le projet.</p>"
    "<p>Ce recueil les rassemble. Il s'adresse aux professionnel·les, aux élu·es et aux "
    "habitant·es qui cherchent moins un modèle à copier que <b>des questions à emporter</b>.</p>"
)
ZOOM = [
    ("publications", "Cahier", "Habiter le chantier", "Douze récits de relogement, une boîte à "
     "questions pour accompagner les ménages.", "https://example.org/cahiers/habiter-le-chantier"),
    ("podcasts", "Podcast", "Paliers", "Huit épisodes de vingt minutes, chacun dans un escalier "
     "différent.", "https://example.org/podcasts/paliers"),
    ("coproductions", "Actes", "Aller vers, revenir avec", "Les actes d'une journée préparée avec "
     "deux centres voisins.", "https://example.org/actes/aller-vers"),
]  # fmt: skip
FIELDS = ("group", "nature", "title", "summary", "url")
TEAM = [
    ("publication", "Karim Belhadj-Rousseau"),
    ("editorial", "Inès Carvalho"),
    ("production", "Étienne Vasseur"),
]


def load_collections() -> None:
    for year in YEARS:
        if not RecueilPage.objects.filter(year=year).exists():
            _load(year)


def _load(year: int) -> None:
    page = prefilled(year)
    page.preface = PREFACE
    page.cover = image(f"garden-recueil-{year}", title="Recueil", credit=f"© {CENTRE}", alt="")
    page.zoom = [("production", dict(zip(FIELDS, row, strict=True))) for row in ZOOM]
    if not page.team.all():
        page.team = [RecueilTeamMember(role=role, person=person(name)) for role, name in TEAM]
    ExperienceIndexPage.objects.get().add_child(instance=page)
    page = RecueilPage.objects.get(pk=page.pk)
    page.save_revision().publish()
    record(page=RecueilPage.objects.get(pk=page.pk))
