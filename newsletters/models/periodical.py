"""A series of letters, the template of its sections and its archive page."""

import re
from typing import Any, Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.models import Orderable, PageQuerySet
from wagtail.search import index

from newsletters import structured_data
from newsletters.fields import ChoiceListField
from newsletters.letter import KIND_CHOICES, KIND_LABELS, Kind
from pages.models import BasePage
from pages.period import Period
from pages.syndication import FeedLink

no_line_break = RegexValidator(
    re.compile(r"[\r\n\0]"),
    "Ce champ devient un en-tête de courriel : il tient sur une ligne.",
    inverse_match=True,
)


class PeriodicalQuerySet(models.QuerySet["Periodical"]):
    def open(self) -> Self:
        """The series one may subscribe to today: neither closed nor ended."""
        lasting = models.Q(ended_on=None) | models.Q(ended_on__gte=timezone.localdate())
        return self.filter(lasting).exclude(frequency=Periodical.Frequency.CLOSED)


class Periodical(index.Indexed, ClusterableModel):
    """A series: Résonances, a special letter, a closed series… never another model."""

    class Frequency(models.TextChoices):
        MONTHLY = "monthly", "Mensuelle"
        BIMONTHLY = "bimonthly", "Bimestrielle"
        YEARLY = "yearly", "Plusieurs fois par an"
        IRREGULAR = "irregular", "Irrégulière"
        CLOSED = "closed", "Série fermée"

    title = models.CharField("titre", max_length=120)
    code = models.SlugField(
        "code",
        unique=True,
        help_text="Sert à identifier la liste dans les en-têtes (List-Id) : ne le changez plus.",
    )
    subtitle = models.CharField("sous-titre", max_length=200, blank=True)
    frequency = models.CharField(
        "périodicité", max_length=12, choices=Frequency.choices, default=Frequency.MONTHLY
    )
    publisher = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme éditeur",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    issn = models.CharField("ISSN", max_length=9, blank=True)
    sender_name = models.CharField(
        "nom de l'expéditeur", max_length=120, validators=[no_line_break]
    )
    sender_email = models.EmailField("adresse de l'expéditeur")
    reply_to = models.EmailField("adresse de réponse", blank=True)
    counts_clicks = models.BooleanField(
        "compter les clics",
        default=True,
        help_text="Combien de fois chaque lien du courriel est suivi, jamais par qui. Les liens "
        "passent alors par une adresse du site.",
    )
    has_public_archive = models.BooleanField("archive publique", default=True)
    started_on = models.DateField("début", null=True, blank=True)
    ended_on = models.DateField("fin", null=True, blank=True)
    succeeds = models.ForeignKey(
        "self",
        verbose_name="succède à",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="successors",
    )

    objects = PeriodicalQuerySet.as_manager()

    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("title"), FieldPanel("code")]),
                FieldPanel("subtitle"),
                FieldRowPanel([FieldPanel("frequency"), FieldPanel("issn")]),
                FieldPanel("publisher"),
            ],
            heading="La série",
        ),
        MultiFieldPanel(
            [
                FieldPanel("sender_name"),
                FieldRowPanel([FieldPanel("sender_email"), FieldPanel("reply_to")]),
            ],
            heading="Expéditeur",
        ),
        InlinePanel("sections", heading="Gabarit des rubriques", label="rubrique", min_num=1),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("has_public_archive"), FieldPanel("counts_clicks")]),
                FieldRowPanel([FieldPanel("started_on"), FieldPanel("ended_on")]),
                FieldPanel("succeeds"),
            ],
            heading="Archive et vie de la série",
            classname="collapsed",
        ),
    ]
    search_fields = [index.SearchField("title"), index.AutocompleteField("title")]

    class Meta:
        verbose_name = "série"
        verbose_name_plural = "séries"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether one may ask to receive it today."""
        ended = self.ended_on is not None and self.ended_on < timezone.localdate()
        return not ended and self.frequency != self.Frequency.CLOSED

    def blank_sections(self) -> list[tuple[str, dict[str, Any]]]:
        """Raw stream data of a new issue: one empty section for each row of the template."""
        return [
            ("section", {"key": s.key, "title": s.title, "intro": s.intro, "items": []})
            for s in self.sections.all()
        ]

    def feeds(self) -> list[FeedLink]:
        if not self.has_public_archive:
            return []
        paths = (reverse("newsletters:series_feed", args=[self.code, f]) for f in ("rss", "atom"))
        return [FeedLink(self.title, *paths)]

    def next_period(self) -> Period | None:
        """The month after the newest issue; None for a series without a monthly rhythm."""
        newest = self.issues.exclude(year=None).exclude(first_month=None).newest_first().first()
        return newest.period.following() if newest and newest.period else None


class SectionTemplate(Orderable):
    """One page of the letter as the series wants it."""

    periodical = ParentalKey(Periodical, on_delete=models.CASCADE, related_name="sections")
    key = models.SlugField("identifiant", max_length=50)
    title = models.CharField("titre", max_length=120)
    intro = models.TextField("introduction", blank=True)
    allowed_kinds = ChoiceListField("contenus admis", choice_list=KIND_CHOICES)
    keep_items = models.BooleanField(
        "reprendre les contenus",
        default=False,
        help_text="À la duplication d'un numéro, les contenus de cette rubrique sont conservés.",
    )
    min_items = models.PositiveSmallIntegerField("minimum", default=0)
    max_items = models.PositiveSmallIntegerField(
        "maximum", null=True, blank=True, validators=[MinValueValidator(1)]
    )

    panels = [
        FieldRowPanel([FieldPanel("title"), FieldPanel("key")]),
        FieldPanel("intro"),
        FieldPanel("allowed_kinds"),
        FieldRowPanel([FieldPanel("min_items"), FieldPanel("max_items")]),
        FieldPanel("keep_items"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "rubrique"
        constraints = [
            models.UniqueConstraint(fields=["periodical", "key"], name="unique_section_key"),
            models.CheckConstraint(
                condition=models.Q(max_items=None) | models.Q(max_items__gte=models.F("min_items")),
                name="section_max_at_least_min",
                violation_error_message="Le maximum est inférieur au minimum.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def problems(self, kinds: list[str]) -> list[str]:
        """What is wrong, in French, with a section that holds items of these kinds."""
        found = []
        if len(kinds) < self.min_items:
            missing = self.min_items - len(kinds)
            found.append(
                f"Rubrique « {self.title} » : il manque {missing} contenu(s) "
                f"(minimum {self.min_items})."
            )
        if self.max_items is not None and len(kinds) > self.max_items:
            found.append(
                f"Rubrique « {self.title} » : {len(kinds)} contenus pour un maximum "
                f"de {self.max_items}."
            )
        return found + [
            f"Rubrique « {self.title} » : le contenu « {KIND_LABELS[Kind(kind)]} » "
            "n'y est pas admis."
            for kind in sorted(set(kinds) - set(self.allowed_kinds))
        ]


class PeriodicalPage(BasePage):
    """The public archive of a series: its issues by year."""

    periodical = models.OneToOneField(
        Periodical, verbose_name="série", on_delete=models.PROTECT, related_name="archive"
    )
    intro = models.TextField("introduction", blank=True)

    content_panels = [*BasePage.content_panels, "periodical", "intro", "cover"]
    api_fields = [APIField("intro"), APIField("periodical")]
    parent_page_types = ["pages.HomePage"]
    subpage_types = ["newsletters.IssuePage"]
    template = "newsletters/periodical_page.html"

    class Meta:
        verbose_name = "archive d'une série"
        verbose_name_plural = "archives des séries"

    def summary(self) -> str:
        return self.search_description or self.intro or self.periodical.subtitle

    def json_ld(self) -> dict[str, Any]:
        return structured_data.periodical(self)

    @classmethod
    def listed(cls) -> PageQuerySet:
        return super().listed().filter(periodical__has_public_archive=True)

    def feeds(self) -> list[FeedLink]:
        return self.periodical.feeds()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["issues"] = (
            self.periodical.issues.live().public().newest_first().select_related("cover")
        )
        return context
