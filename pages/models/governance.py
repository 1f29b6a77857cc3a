"""Who the centre answers to: the board and its mandates, the members, the partners."""

from datetime import date
from itertools import groupby
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.api import APIField
from wagtail.models import Orderable
from wagtail.search import index

from pages.models.base import BasePage

SECTION_PARENTS = ["pages.HomePage", "pages.StandardPage"]


class BoardPage(BasePage):
    """« Conseil d'administration »: the mandates of today, college by college."""

    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "intro", InlinePanel("mandates", label="mandat")]
    api_fields = [APIField("intro")]
    parent_page_types = SECTION_PARENTS
    subpage_types: list[str] = []
    max_count_per_parent = 1
    template = "pages/board_page.html"

    class Meta:
        verbose_name = "conseil d'administration"
        verbose_name_plural = "conseils d'administration"

    def summary(self) -> str:
        return self.search_description or self.intro

    def colleges(self, on: date | None = None) -> list[tuple[str, list["Mandate"]]]:
        """(label, mandates that hold that day) for each college that has any."""
        day = on or timezone.localdate()
        rank = {value: order for order, value in enumerate(Mandate.College.values)}
        current = [mandate for mandate in self.mandates.all() if mandate.holds_on(day)]
        current.sort(key=lambda mandate: rank[mandate.college])
        return [
            (label, list(mandates))
            for label, mandates in groupby(current, key=Mandate.get_college_display)
        ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"colleges": self.colleges()}


class Mandate(Orderable):
    """A seat: an organisation represented by somebody, or somebody in their own name."""

    class College(models.TextChoices):
        LEGAL = "legal", "Personnes morales"
        INDIVIDUAL = "individual", "Personnes élues à titre individuel"
        EX_OFFICIO = "ex_officio", "Membres de droit"

    page = ParentalKey(BoardPage, on_delete=models.CASCADE, related_name="mandates")
    college = models.CharField("collège", max_length=12, choices=College.choices)
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mandates",
    )
    representative = models.ForeignKey(
        "pages.Person",
        verbose_name="représentant·e",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mandates",
    )
    office = models.CharField(
        "fonction au conseil", max_length=120, blank=True, help_text="Présidente, trésorier…"
    )
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("college"), FieldPanel("office")]),
        "organisation",
        "representative",
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "mandat"

    def __str__(self) -> str:
        return str(self.organisation or self.representative)

    def holds_on(self, day: date) -> bool:
        started = self.starts_on is None or self.starts_on <= day
        return started and (self.ends_on is None or day <= self.ends_on)

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "La fin du mandat précède son début."})
        if self.college == self.College.LEGAL and not self.organisation:
            raise ValidationError({"organisation": "Une personne morale est un organisme."})
        if self.college == self.College.INDIVIDUAL and not self.representative:
            raise ValidationError({"representative": "Indiquez la personne élue."})
        if not (self.organisation or self.representative):
            raise ValidationError({"organisation": "Indiquez un organisme ou une personne."})


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def shown(self) -> Self:
        """Those who did not ask to stay off the public list."""
        return self.filter(is_public=True)


class Membership(index.Indexed, models.Model):
    """One member, one year: « adhésion »."""

    class Category(models.TextChoices):
        ASSOCIATION = "association", "Associations"
        CITY = "city", "Villes"
        EPCI = "epci", "Communautés d'agglomération et urbaines"
        OTHER = "other", "Autres organismes"
        INDIVIDUAL = "individual", "Individuels"

    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    person = models.ForeignKey(
        "pages.Person",
        verbose_name="personne",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="memberships",
        help_text="Pour une adhésion individuelle.",
    )
    year = models.PositiveSmallIntegerField(
        "année", validators=[MinValueValidator(1980), MaxValueValidator(2100)]
    )
    category = models.CharField("catégorie", max_length=12, choices=Category.choices)
    is_public = models.BooleanField(
        "affichée",
        default=True,
        help_text="Décochez si l'adhérent ne veut pas paraître sur le site.",
    )

    objects = MembershipQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("year"), FieldPanel("category")]),
        "organisation",
        "person",
        "is_public",
    ]
    search_fields = [
        index.FilterField("year"),
        index.RelatedFields("organisation", [index.SearchField("name")]),
    ]

    class Meta:
        verbose_name = "adhésion"
        verbose_name_plural = "adhésions"
        ordering = ["-year", "category"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, person__isnull=False)
                | Q(organisation__isnull=False, person=None),
                name="membership_of_one_member",
                violation_error_message="Choisissez un organisme ou une personne, pas les deux.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="unique_membership_of_organisation",
                violation_error_message="Cet organisme a déjà une adhésion cette année-là.",
            ),
            models.UniqueConstraint(
                fields=["person", "year"],
                name="unique_membership_of_person",
                violation_error_message="Cette personne a déjà une adhésion cette année-là.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_name} ({self.year})"

    @property
    def member_name(self) -> str:
        return str(self.organisation or self.person)


class MembersPage(BasePage):
    """The public members of a year: the last one recorded, unless `?annee=` asks for another."""

    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "intro"]
    api_fields = [APIField("intro")]
    parent_page_types = SECTION_PARENTS
    subpage_types: list[str] = []
    max_count_per_parent = 1
    template = "pages/members_page.html"

    class Meta:
        verbose_name = "liste des adhérents"
        verbose_name_plural = "listes des adhérents"

    def summary(self) -> str:
        return self.search_description or self.intro

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        shown = Membership.objects.shown().order_by()
        years = sorted(set(shown.values_list("year", flat=True)), reverse=True)
        asked = request.GET.get("annee", "")
        year = int(asked) if asked.isdecimal() and int(asked) in years else next(iter(years), None)
        members = [*shown.filter(year=year).select_related("organisation", "person")]
        rank = {value: order for order, value in enumerate(Membership.Category.values)}
        members.sort(key=lambda member: (rank[member.category], member.member_name.casefold()))
        grouped = groupby(members, key=Membership.get_category_display)
        context["years"], context["year"] = years, year
        context["total"] = len(members)
        context["categories"] = [(label, list(group)) for label, group in grouped]
        return context


class PartnersPage(BasePage):
    """Partners with their role, and the funders of today."""

    intro = models.TextField("introduction", blank=True)

    content_panels = [
        *BasePage.content_panels,
        "intro",
        InlinePanel("partnerships", label="partenariat"),
    ]
    api_fields = [APIField("intro")]
    parent_page_types = SECTION_PARENTS
    subpage_types: list[str] = []
    max_count_per_parent = 1
    template = "pages/partners_page.html"

    class Meta:
        verbose_name = "partenaires et financeurs"
        verbose_name_plural = "partenaires et financeurs"

    def summary(self) -> str:
        return self.search_description or self.intro


class Partnership(Orderable):
    class Role(models.TextChoices):
        """What the centre is to the partner."""

        MEMBER = "member", "Adhérent"
        ASSOCIATE = "associate", "Associé"
        BOARD = "board", "Administrateur"
        PARTNER = "partner", "Partenaire"

    page = ParentalKey(PartnersPage, on_delete=models.CASCADE, related_name="partnerships")
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="partnerships",
    )
    role = models.CharField(
        "rôle du centre", max_length=10, choices=Role.choices, default=Role.PARTNER
    )
    description = models.TextField("objet du partenariat", blank=True)

    panels = ["organisation", "role", "description"]

    class Meta(Orderable.Meta):
        verbose_name = "partenariat"

    def __str__(self) -> str:
        return str(self.organisation)
