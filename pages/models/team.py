"""The team: who does what, since when."""

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.api import APIField
from wagtail.models import Orderable

from pages.models.base import BasePage
from pages.models.taxonomy import Theme


class TeamPage(BasePage):
    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "intro", InlinePanel("members", label="membre")]
    api_fields = [APIField("intro")]
    parent_page_types = ["pages.HomePage", "pages.StandardPage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    template = "pages/team_page.html"

    class Meta:
        verbose_name = "équipe"
        verbose_name_plural = "équipes"

    def summary(self) -> str:
        return self.search_description or self.intro

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        today = timezone.localdate()
        # In memory, so that a preview shows what the editor has not saved yet.
        present = [member for member in self.members.all() if member.is_present(today)]
        context["permanent"] = [member for member in present if not member.reinforcement]
        context["reinforcements"] = [member for member in present if member.reinforcement]
        return context


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def present(self, on: date | None = None) -> Self:
        day = on or timezone.localdate()
        return self.filter(
            Q(arrived_on=None) | Q(arrived_on__lte=day), Q(left_on=None) | Q(left_on__gte=day)
        )


class TeamMember(Orderable, ClusterableModel):
    """Somebody's job here; leaving hides them the day after without deleting anything."""

    class Reinforcement(models.TextChoices):
        SERVICE = "service", "Service civique"
        INTERN = "intern", "Stage"
        APPRENTICE = "apprentice", "Alternance"

    page = ParentalKey(TeamPage, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(
        "pages.Person", verbose_name="personne", on_delete=models.PROTECT, related_name="jobs"
    )
    function = models.CharField("fonction", max_length=200, blank=True)
    mission = models.TextField("mission", blank=True)
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="team_members", verbose_name="thématiques suivies"
    )
    photo = models.ForeignKey(
        "pages.CreditedImage",
        verbose_name="photo",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    reinforcement = models.CharField(
        "renfort", max_length=12, blank=True, choices=Reinforcement.choices
    )
    arrived_on = models.DateField("arrivée", null=True, blank=True)
    left_on = models.DateField("départ", null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    panels = [
        "person",
        FieldRowPanel([FieldPanel("function"), FieldPanel("reinforcement")]),
        "mission",
        "themes",
        "photo",
        FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
        FieldRowPanel([FieldPanel("arrived_on"), FieldPanel("left_on")]),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "membre de l'équipe"
        verbose_name_plural = "membres de l'équipe"

    def __str__(self) -> str:
        return str(self.person)

    @property
    def shown_function(self) -> str:
        return self.function or self.person.function

    def is_present(self, day: date) -> bool:
        arrived = self.arrived_on is None or self.arrived_on <= day
        return arrived and (self.left_on is None or day <= self.left_on)

    def clean(self) -> None:
        super().clean()
        if self.arrived_on and self.left_on and self.left_on < self.arrived_on:
            raise ValidationError({"left_on": "Le départ précède l'arrivée."})
