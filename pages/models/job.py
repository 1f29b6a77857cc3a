"""Job offers: they stay until their deadline, and leave by themselves the day after."""

from datetime import datetime, time, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.documents import get_document_model_string
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager
from wagtail.search import index
from wagtail.url_routing import RouteResult

from pages import job_data
from pages.blocks.stream import ArticleStream
from pages.blocks.text import PARAGRAPH_FEATURES
from pages.dates import long_day
from pages.job_filters import JobFilterForm
from pages.models.base import BasePage
from pages.models.listing import CatalogueIndexPage, CatalogueQuerySet
from pages.models.publishing import PublishingRules
from pages.models.taxonomy import Territory, Theme

GONE = 410


class JobQuerySet(CatalogueQuerySet):
    def open(self) -> Self:
        """Whose deadline is today, later, or not set: whatever lists offers starts here."""
        return self.filter(Q(deadline=None) | Q(deadline__gte=timezone.localdate()))

    def closed(self) -> Self:
        return self.filter(deadline__lt=timezone.localdate())

    def of_kind(self, kind: str) -> Self:
        return self.filter(contract=kind)

    def kinds(self) -> list[str]:
        return list(self.order_by().values_list("contract", flat=True).distinct())

    def as_cards(self) -> Self:
        return super().as_cards().select_related("employer")


class JobIndexPage(CatalogueIndexPage):
    """The offers still open."""

    entry_name = ("offre", "offres")
    filters = ("kind", "territory")
    template = CatalogueIndexPage.template
    subpage_types = ["pages.JobPage"]

    class Meta:
        verbose_name = "liste des offres d'emploi"
        verbose_name_plural = "listes des offres d'emploi"

    def entries(self) -> JobQuerySet:
        return JobPage.objects.child_of(self).live().public().open()

    def filter_form(self, chosen: QueryDict) -> JobFilterForm:
        return JobFilterForm(chosen, entries=self.entries(), filters=self.filters)


class JobPage(PublishingRules, BasePage):
    """One offer, of the centre or passed on for somebody else."""

    class Contract(models.TextChoices):
        CDI = "cdi", "CDI"
        CDD = "cdd", "CDD"
        APPRENTICESHIP = "alternance", "Alternance"
        INTERNSHIP = "stage", "Stage"
        CIVIC_SERVICE = "service_civique", "Service civique"
        MISSION = "mission", "Mission"

    employer = models.ForeignKey(
        "pages.Organisation",
        verbose_name="employeur (annuaire)",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="jobs",
    )
    employer_name = models.CharField(
        "employeur (texte libre)",
        max_length=200,
        blank=True,
        help_text="S'il n'est pas dans l'annuaire des organismes.",
    )
    contract = models.CharField("contrat", max_length=16, choices=Contract.choices)
    duration = models.CharField("durée", max_length=80, blank=True, help_text="« 12 mois »…")
    working_time = models.CharField(
        "temps de travail", max_length=80, blank=True, help_text="« Temps plein », « 80 % »…"
    )
    place = models.CharField("lieu", max_length=160, blank=True)
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="jobs", verbose_name="territoires"
    )
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="jobs", verbose_name="thématiques"
    )
    deadline = models.DateField(
        "date limite de candidature",
        null=True,
        blank=True,
        help_text="Le lendemain, l'offre quitte le site d'elle-même.",
    )
    standfirst = models.TextField("résumé", help_text="Deux ou trois phrases.")
    body = StreamField(ArticleStream(), verbose_name="description", blank=True)
    attachment = models.ForeignKey(
        get_document_model_string(),
        verbose_name="fiche de poste",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    how_to_apply = RichTextField(
        "comment postuler", features=PARAGRAPH_FEATURES, help_text="Adresse, pièces à envoyer…"
    )
    source = models.CharField(
        "source", max_length=200, blank=True, help_text="D'où vient une offre transmise."
    )
    source_url = models.URLField("lien vers la source", blank=True)

    objects = PageManager.from_queryset(JobQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("employer"), FieldPanel("employer_name")])],
            heading="Employeur",
        ),
        FieldRowPanel([FieldPanel("contract"), FieldPanel("duration"), FieldPanel("working_time")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("deadline")]),
        "standfirst",
        "body",
        "attachment",
        "how_to_apply",
        FieldRowPanel([FieldPanel("source"), FieldPanel("source_url")]),
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("territories")], heading="Classement"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.SearchField("employer_label"),
        index.SearchField("place"),
        index.FilterField("contract"),
        index.FilterField("deadline"),
    ]
    api_fields = [
        *(
            APIField(name)
            for name in (
                "employer_label", "contract", "duration", "working_time", "place", "territories",
                "themes", "deadline", "standfirst", "body", "attachment", "how_to_apply",
                "source", "source_url",
            )
        )
    ]  # fmt: skip
    feed_slug, feed_title = "emplois", "Offres d’emploi"
    parent_page_types = ["pages.JobIndexPage"]
    subpage_types: list[str] = []
    template = "pages/job_page.html"
    closed_template = "pages/job_closed.html"

    class Meta:
        verbose_name = "offre d'emploi"
        verbose_name_plural = "offres d'emploi"

    @property
    def employer_label(self) -> str:
        return self.employer.name if self.employer else self.employer_name

    @property
    def kicker(self) -> str:
        until = f"jusqu'au {long_day(self.deadline)}" if self.deadline else ""
        contract = self.get_contract_display()
        return " · ".join(filter(None, [contract, self.employer_label, self.place, until]))

    @property
    def closes_at(self) -> datetime | None:
        """The midnight that follows the deadline."""
        if self.deadline is None:
            return None
        day = self.deadline + timedelta(days=1)
        return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())

    @property
    def is_closed(self) -> bool:
        return self.closes_at is not None and self.closes_at <= timezone.now()

    def publishing_problems(self) -> dict[str, str]:
        if self.employer_label:
            return {}
        return {"employer_name": "Indiquez l'employeur, de l'annuaire ou en toutes lettres."}

    def clean(self) -> None:
        # `publish_scheduled` unpublishes it then: the API and the index let it go too.
        self.expire_at = self.closes_at or self.expire_at
        super().clean()

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """A closed offer still answers at its address, unpublished or not; a draft does not."""
        if not path_components and self.first_published_at and self.is_closed:
            return RouteResult(self)
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_closed and not getattr(request, "is_preview", False):
            context = self.get_context(request, *args, **kwargs)
            return TemplateResponse(request, self.closed_template, context, status=GONE)
        return super().serve(request, *args, **kwargs)

    @classmethod
    def listed(cls) -> JobQuerySet:
        return super().listed().open()

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        return [] if self.is_closed else super().get_sitemap_urls(request)

    def json_ld(self) -> dict[str, Any]:
        """Empty once closed: aggregators drop an offer whose posting disappears."""
        return {} if self.is_closed else job_data.posting(self)

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(*args, **kwargs)
        others = JobPage.objects.live().public().open().exclude(pk=self.pk)
        context["others"] = others.as_cards()[:3] if self.pk else []
        return context
