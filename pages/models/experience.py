"""« Fiches expérience »: one local project, told after an interview, one a month."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.images.api.fields import ImageRenditionField
from wagtail.models import PageManager, PageQuerySet, Revision
from wagtail.search import index

from pages import structured_data
from pages.blocks.stream import ArticleStream
from pages.editing import ExperiencePageForm
from pages.forms import ExperienceFilterForm
from pages.models.base import BasePage, ImportedFields, PeriodFields
from pages.models.taxonomy import Territory, Theme
from pages.publishing import PublishSheet

CARDS_PER_PAGE = 12


class ExperienceQuerySet(PageQuerySet):
    def about(self, theme: Theme) -> "ExperienceQuerySet":
        return self.filter(themes=theme)

    def located_in(self, territory: Territory) -> "ExperienceQuerySet":
        """Sheets about the territory or any place below it."""
        places = Territory.objects.within([territory])
        # A subquery, not a join: DISTINCT would compare the bodies of all the sheets.
        links = ExperiencePage.territories.through.objects.filter(territory__in=places)
        return self.filter(pk__in=links.values("experiencepage"))

    def newest_first(self) -> "ExperienceQuerySet":
        # The key last: two sheets of one month must not change pages between two requests.
        return self.order_by("-year", "-first_month", "-first_published_at", "-pk")

    def as_cards(self) -> "ExperienceQuerySet":
        """Newest first, with the covers and their renditions, without the bodies."""
        cards = self.newest_first().select_related("cover").prefetch_related("cover__renditions")
        return cards.defer_streamfields()


class ExperienceIndexPage(BasePage):
    """The list of the sheets, filtered by theme, territory and year."""

    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "intro", "cover"]
    api_fields = [APIField("intro")]
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.ExperiencePage", "pages.RecueilPage"]
    max_count_per_parent = 1
    template = "pages/experience_index_page.html"

    class Meta:
        verbose_name = "liste des fiches expérience"
        verbose_name_plural = "listes des fiches expérience"

    def summary(self) -> str:
        return self.search_description or self.intro

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        sheets = ExperiencePage.objects.child_of(self).live().public()
        form = ExperienceFilterForm(request.GET, sheets=sheets)
        cards = form.narrowed().as_cards()
        context["filter_form"] = form
        context["sheets"] = Paginator(cards, CARDS_PER_PAGE).get_page(request.GET.get("page"))
        return context


class ExperiencePage(PeriodFields, ImportedFields, BasePage):
    """One sheet; its title is unique here and never retyped elsewhere."""

    class Stage(models.TextChoices):
        """Where the sheet stands in the centre's own method, from scouting to archive."""

        SPOTTED = "spotted", "Repérée"
        INTERVIEW = "interview", "Entretien prévu"
        WRITING = "writing", "En rédaction"
        REVIEW = "review", "Relecture interne"
        SENT_TO_HOLDER = "sent_to_holder", "Envoyée au porteur"
        CHANGES_ASKED = "changes_asked", "Modifications demandées"
        VALIDATED = "validated", "Validée par le porteur"
        TO_REVALIDATE = "to_revalidate", "À revalider"

    short_title = models.CharField(
        "titre court",
        max_length=120,
        blank=True,
        help_text="Pour les sommaires et la lettre, quand le titre est trop long.",
    )
    standfirst = models.TextField("chapô", blank=False, help_text="Un paragraphe de 30 à 66 mots.")
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="experiences", verbose_name="territoires"
    )
    territory_label = models.CharField(
        "territoire affiché",
        max_length=200,
        blank=True,
        help_text="Tel qu'il doit être lu : « Est Val d'Oise », une liste de communes…",
    )
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="experiences", verbose_name="thématiques"
    )
    body = StreamField(ArticleStream(), verbose_name="corps", blank=True)
    project_period = models.CharField(
        "dates du projet", max_length=120, blank=True, help_text="« Depuis 2019 », « 2021-2022 »…"
    )
    interview_date = models.DateField("date de l'entretien", null=True, blank=True)
    stage = models.CharField("étape", max_length=20, choices=Stage.choices, default=Stage.SPOTTED)
    validated_by = models.CharField("validée par", max_length=200, blank=True)
    validated_on = models.DateField("validée le", null=True, blank=True)
    validation_proof = models.CharField(
        "preuve", max_length=300, blank=True, help_text="Courriel du…, lien de relecture…"
    )
    # What was last sent to the holder or validated: see pages.fingerprint and pages.editing.
    reviewed_fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)

    feed_slug, feed_title = "fiches-experience", "Fiches expérience"

    objects = PageManager.from_queryset(ExperienceQuerySet)()
    base_form_class = ExperiencePageForm
    internal_fields = ("validated_by", "validation_proof", "import_notes")

    content_panels = [
        *BasePage.content_panels,
        "short_title",
        "standfirst",
        "cover",
        MultiFieldPanel(
            [
                InlinePanel("holders", label="organisme porteur"),
                FieldRowPanel([FieldPanel("territory_label"), FieldPanel("project_period")]),
                FieldPanel("territories"),
                FieldPanel("themes"),
            ],
            heading="Qui, où, sur quoi",
        ),
        PeriodFields.period_panel,
        "body",
        InlinePanel("contacts", heading="Contacts", label="contact"),
        InlinePanel("authors", heading="Auteur·rices", label="auteur·rice"),
    ]
    method_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("stage"), FieldPanel("interview_date")]),
                FieldPanel("is_minor"),
                FieldPanel("publish_reason"),
            ],
            heading="Suivi",
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("validated_by"), FieldPanel("validated_on")]),
                FieldPanel("validation_proof"),
            ],
            heading="Validation par le porteur de projet",
        ),
        "import_notes",
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading="Contenu"),
            ObjectList(method_panels, heading="Méthode et validation"),
            ObjectList(BasePage.promote_panels, heading="Référencement"),
            ObjectList(BasePage.settings_panels, heading="Réglages"),
        ]
    )

    search_fields = [
        *BasePage.search_fields,
        *PeriodFields.period_search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.SearchField("territory_label"),
    ]
    api_fields = [
        APIField("short_title"),
        APIField("standfirst"),
        APIField("body"),
        APIField("territory_label"),
        APIField("territories"),
        APIField("themes"),
        APIField("year"),
        APIField("first_month"),
        APIField("last_month"),
        APIField("period_label"),
        APIField("project_period"),
        APIField("cover"),
        APIField("cover_card", serializer=ImageRenditionField("fill-640x400", source="cover")),
    ]

    parent_page_types = ["pages.ExperienceIndexPage"]
    subpage_types: list[str] = []
    template = "pages/experience_page.html"

    class Meta:
        verbose_name = "fiche expérience"
        verbose_name_plural = "fiches expérience"
        permissions = [("publish_unvalidated", "Publier une fiche que le porteur n'a pas validée")]

    def publish(
        self, revision: Revision, *, skip_permission_checks: bool = False, **how: Any
    ) -> None:
        """As Wagtail does, with `PublishSheet`: bulk actions and workflows come this way."""
        PublishSheet(revision, **how).execute(skip_permission_checks=skip_permission_checks)

    def summary(self) -> str:
        return self.search_description or self.standfirst

    def json_ld(self) -> dict[str, Any]:
        return structured_data.experience_article(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["related"] = (
            ExperiencePage.objects.live()
            .public()
            .filter(themes__in=self.themes.all())
            .exclude(pk=self.pk)
            .distinct()
            .as_cards()[:3]
            if self.pk
            else []
        )
        return context
