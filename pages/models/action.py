"""Actions: what the centre plans in a year, presented once and listed wherever it matters."""

from typing import Any

from django.db import models
from django.http import HttpRequest

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager
from wagtail.search import index

from pages import programme_data
from pages.blocks.stream import ArticleStream
from pages.blocks.text import PARAGRAPH_FEATURES
from pages.codes import natural_key
from pages.dates import long_span
from pages.fields import ActorTypesField
from pages.models.base import BasePage, ImportedFields
from pages.models.event import EventPage
from pages.models.formats import ActionFormat
from pages.models.listing import CatalogueQuerySet
from pages.models.publishing import PublishingRules
from pages.models.taxonomy import Territory, Theme

PAST_EVENTS_SHOWN = 12


class ActionQuerySet(CatalogueQuerySet):
    def in_format(self, chosen: ActionFormat) -> "ActionQuerySet":
        return self.filter(format=chosen)

    def newest_first(self) -> "ActionQuerySet":
        """The last programme first, in the order of its codes."""
        year = models.F("year").desc(nulls_last=True)
        return self.order_by(year, "code_key", "title", "pk")

    def as_cards(self) -> "ActionQuerySet":
        return super().as_cards().select_related("format").prefetch_related("territories")


class ActionPage(PublishingRules, ImportedFields, BasePage):
    """One action. What a programme prints vaguely is kept twice: bounds that a machine sorts,
    and the words, which are what readers see."""

    code = models.CharField(
        "code", max_length=30, blank=True, help_text="Tel qu'au programme : « A8 bis », « MA1 »…"
    )
    # Sorted by the database, so that lists are cut into pages in the order of the codes.
    code_key = models.CharField(max_length=120, blank=True, editable=False, db_index=True)
    year = models.PositiveSmallIntegerField("année du programme", null=True, blank=True)
    format = models.ForeignKey(
        ActionFormat,
        verbose_name="format",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="actions",
    )
    standfirst = models.TextField("résumé", blank=True, help_text="Une ou deux phrases.")
    body = StreamField(ArticleStream(), verbose_name="description", blank=True)
    objectives = RichTextField("objectifs", blank=True, features=PARAGRAPH_FEATURES)
    contents = RichTextField("contenus", blank=True, features=PARAGRAPH_FEATURES)
    period_label = models.CharField(
        "date ou période, telle qu'elle se lit",
        max_length=200,
        blank=True,
        help_text="« 1er semestre 2027 », « à l'automne », « non encore déterminé »…",
    )
    period_earliest = models.DateField("au plus tôt", null=True, blank=True)
    period_latest = models.DateField("au plus tard", null=True, blank=True)
    sessions_label = models.CharField(
        "nombre de séances, tel qu'il se lit",
        max_length=200,
        blank=True,
        help_text="« 2 à 3 », « une dizaine », « 3 en 2026 (1 en 2025) »…",
    )
    sessions_min = models.PositiveSmallIntegerField("au moins", null=True, blank=True)
    sessions_max = models.PositiveSmallIntegerField("au plus", null=True, blank=True)
    sessions_unit = models.CharField(
        "unité", max_length=30, blank=True, help_text="Au singulier : « séance », « jour »…"
    )
    audiences = models.TextField("publics", blank=True)
    actor_types = ActorTypesField("types d'acteurs visés")
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="actions", verbose_name="territoires"
    )
    territory_label = models.CharField("territoire affiché", max_length=300, blank=True)
    animation = models.TextField("animation", blank=True)
    speakers = models.TextField("intervenant·es", blank=True)
    partners_committed = models.TextField("partenaires engagés", blank=True)
    partners_considered = models.TextField("partenaires pressentis", blank=True)
    continues = models.ForeignKey(
        "self",
        verbose_name="suite de",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="continued_by",
        help_text="L'action d'une année précédente qu'elle prolonge.",
    )
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="actions", verbose_name="thématiques"
    )

    objects = PageManager.from_queryset(ActionQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("code"), FieldPanel("year"), FieldPanel("format")]),
        "standfirst",
        "cover",
        MultiFieldPanel(
            [
                FieldPanel("period_label"),
                FieldRowPanel([FieldPanel("period_earliest"), FieldPanel("period_latest")]),
                FieldPanel("sessions_label"),
                FieldRowPanel(
                    [
                        FieldPanel("sessions_min"),
                        FieldPanel("sessions_max"),
                        FieldPanel("sessions_unit"),
                    ]
                ),
            ],
            heading="Quand, combien",
        ),
        MultiFieldPanel(
            [
                FieldPanel("audiences"),
                FieldPanel("actor_types"),
                FieldPanel("territory_label"),
                FieldPanel("territories"),
                FieldPanel("themes"),
            ],
            heading="Pour qui, où, sur quoi",
        ),
        MultiFieldPanel(
            [
                FieldPanel("animation"),
                FieldPanel("speakers"),
                FieldPanel("partners_committed"),
                FieldPanel("partners_considered"),
                FieldPanel("continues"),
            ],
            heading="Avec qui, à la suite de quoi",
        ),
        "body",
        "objectives",
        "contents",
        "import_notes",
    ]
    search_fields = [
        *BasePage.search_fields,
        *(
            index.SearchField(name)
            for name in (
                "code", "standfirst", "body", "objectives", "contents", "audiences",
                "territory_label", "speakers",
            )
        ),
        index.FilterField("year"),
    ]  # fmt: skip
    api_fields = [
        *(
            APIField(name)
            for name in (
                "code", "year", "format", "standfirst", "body", "objectives", "contents",
                "period_label", "period_earliest", "period_latest", "sessions_label",
                "sessions_min", "sessions_max", "sessions_unit", "audiences", "actor_types",
                "territories", "territory_label", "animation", "speakers", "partners_committed",
                "partners_considered", "continues", "themes", "cover",
            )
        )
    ]  # fmt: skip
    feed_slug, feed_title = "actions", "Actions"
    parent_page_types = ["pages.ActionIndexPage"]
    subpage_types: list[str] = []
    template = "pages/action_page.html"

    class Meta:
        verbose_name = "action"
        verbose_name_plural = "actions"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.code_key = natural_key(self.code)
        super().save(*args, **kwargs)

    def publishing_problems(self) -> dict[str, str]:
        problems = {}
        first, last = self.period_earliest, self.period_latest
        if first and last and last < first:
            problems["period_latest"] = "La période finit avant de commencer."
        least, most = self.sessions_min, self.sessions_max
        if least is not None and most is not None and most < least:
            problems["sessions_max"] = "Le plus grand nombre est inférieur au plus petit."
        if self.continues_id and self.continues_id == self.pk:
            problems["continues"] = "Une action ne peut pas être la suite d'elle-même."
        return problems

    @property
    def labelled_title(self) -> str:
        """« A8 bis – Marcher la nuit »"""
        return f"{self.code} – {self.title}" if self.code else self.title

    @property
    def kicker(self) -> str:
        format_name = self.format.name if self.format else ""
        return " · ".join(filter(None, [format_name, self.period_text or str(self.year or "")]))

    @property
    def period_text(self) -> str:
        """The words printed; the days themselves when nobody wrote any."""
        first, last = self.period_earliest, self.period_latest
        if self.period_label or not (first or last):
            return self.period_label
        return long_span(first or last, last or first)

    @property
    def sessions_text(self) -> str:
        least, most = self.sessions_min, self.sessions_max
        if self.sessions_label or (least is None and most is None):
            return self.sessions_label
        count = " à ".join(dict.fromkeys(str(n) for n in (least, most) if n is not None))
        many = (most or least or 0) > 1
        unit = self.sessions_unit or "séance"
        return f"{count} {unit}{'s' if many and not unit.endswith('s') else ''}"

    def facts(self) -> list[tuple[str, str]]:
        """(label, value) of the card, in the order of the printed programmes."""
        places = self.territory_label or ", ".join(place.name for place in self.territories.all())
        found = [
            ("Date ou période", self.period_text),
            ("Nombre de séances", self.sessions_text),
            ("Publics", self.audiences),
            ("Territoire", places),
            ("Partenariats", self.partners_committed),
            ("Partenaires pressentis", self.partners_considered),
            ("Animation", self.animation),
            ("Intervenant·es", self.speakers),
        ]
        return [(label, value) for label, value in found if value]

    def json_ld(self) -> dict[str, Any]:
        return programme_data.series(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        if not self.pk:
            return context
        readable = ActionPage.objects.live().public()
        events = EventPage.objects.live().public().filter(action=self.pk).with_parts()
        return context | {
            "before": readable.filter(pk=self.continues_id).first(),
            "after": readable.filter(continues=self.pk).newest_first(),
            "publications": self.publications.live().public().newest_first(),
            "coming": events.to_come().soonest_first(),
            "over": events.over().newest_first()[:PAST_EVENTS_SHOWN],
        }
