"""The shared vocabularies: nine themes, and a graph of dated territories."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models

from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.search import index


class ActorType(models.TextChoices):
    """Who a reader, a holder or a participant is; one list for the site and its statistics."""

    COLLECTIVITE = "collectivite", "Collectivité (agent·e)"
    ELU = "elu", "Élu·e"
    ASSOCIATION = "association", "Association"
    ETAT = "etat", "État, institution"
    BAILLEUR = "bailleur", "Bailleur social"
    HABITANT = "habitant", "Conseil citoyen, habitant·e"
    EXPERT = "expert", "Individuel·le, expert·e"
    ENSEIGNEMENT = "enseignement", "Enseignement, recherche"
    AUTRE = "autre", "Autre"


class Theme(index.Indexed, models.Model):
    """One of the nine broad themes: the facet shared by the site, the letter and the figures."""

    code = models.SlugField("code", unique=True)
    name = models.CharField("nom", max_length=120)
    description = models.TextField("description", blank=True)
    sort_order = models.PositiveSmallIntegerField("ordre", default=0)

    panels = ["name", "code", "description"]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = "thématique"
        verbose_name_plural = "thématiques"
        ordering = ["sort_order", "name"]

    def __str__(self) -> str:
        return self.name


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def within(self, roots: Iterable["Territory"]) -> Self:
        """These territories and everything below them: Val d'Oise includes its towns."""
        children = defaultdict(set)
        for child, parent in self._links():
            children[parent].add(child)
        return self.filter(pk__in=_closure({t.pk for t in roots}, children))

    def around(self, territories: Iterable["Territory"]) -> Self:
        """These territories and everything above them: Sarcelles rolls up to Val d'Oise."""
        parents = defaultdict(set)
        for child, parent in self._links():
            parents[child].add(parent)
        return self.filter(pk__in=_closure({t.pk for t in territories}, parents))

    def _links(self) -> Iterable[tuple[int, int]]:
        # A few hundred rows: one query and a walk in memory beat a recursive one per level.
        through = self.model.parents.through
        return through.objects.values_list("from_territory_id", "to_territory_id")


def _closure(start: set[int], edges: dict[int, set[int]]) -> set[int]:
    found, frontier = set(start), set(start)
    while frontier:
        frontier = set().union(*(edges[node] for node in frontier)) - found
        found |= frontier
    return found


class Territory(index.Indexed, ClusterableModel):
    """A place with dates; several parents are allowed, an intercommunality may straddle two."""

    class Kind(models.TextChoices):
        REGION = "region", "Région"
        DEPARTEMENT = "departement", "Département"
        EPCI = "epci", "Intercommunalité"
        COMMUNE = "commune", "Commune"
        QUARTIER = "quartier", "Quartier prioritaire"
        ZONE = "zone", "Zone libre"

    name = models.CharField("nom", max_length=160)
    kind = models.CharField("échelon", max_length=12, choices=Kind.choices)
    code = models.CharField(
        "code", max_length=20, blank=True, help_text="Code INSEE, SIREN ou code du quartier."
    )
    parents = ParentalManyToManyField(
        "self", symmetrical=False, blank=True, related_name="children", verbose_name="dans"
    )
    valid_from = models.DateField("valide du", null=True, blank=True)
    valid_to = models.DateField("valide au", null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="replaces",
        verbose_name="remplacé par",
    )

    objects = TerritoryQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("kind"), FieldPanel("code")]),
        FieldPanel("parents"),
        FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
        FieldPanel("replaced_by"),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "kind", "code"], name="unique_territory_name_kind_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display().lower()})"

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": "La fin de validité précède le début."})
