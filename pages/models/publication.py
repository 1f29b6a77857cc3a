"""Publications: everything written the centre brings out, alone or with others."""

from typing import Any
from urllib.parse import urljoin

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import QueryDict

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.images.api.fields import ImageRenditionField
from wagtail.models import PageManager
from wagtail.search import index

from pages.blocks.stream import ArticleStream
from pages.citations import Citation, meta_tags
from pages.linked_data import report
from pages.models.base import BasePage
from pages.models.listing import CatalogueIndexPage, CatalogueQuerySet
from pages.models.publication_parts import (
    Collection,
    Licence,
    PublicationKind,
    PublicationOrganisation,
)
from pages.models.settings import CentreSettings
from pages.models.taxonomy import Territory, Theme
from pages.period import MONTH_CHOICES, MONTHS

YEAR_LIMITS = [MinValueValidator(1950), MaxValueValidator(2100)]
MOST_CITATIONS = 500


def centre_name(page: BasePage) -> str:
    site = page.get_site()
    return CentreSettings.for_site(site).name if site else ""


class PublicationQuerySet(CatalogueQuerySet):
    year_fields = ("year", "reference_year")

    def newest_first(self) -> "PublicationQuerySet":
        return self.order_by(
            models.F("year").desc(nulls_last=True),
            models.F("month").desc(nulls_last=True),
            "-first_published_at",
            "-pk",
        )

    def as_cards(self) -> "PublicationQuerySet":
        return super().as_cards().select_related("collection")

    def with_makers(self) -> "PublicationQuerySet":
        """With everything a citation reads, in a number of queries that does not grow."""
        return self.select_related("collection__publisher").prefetch_related(
            "authors__person", "organisations__organisation", "files__document", "themes"
        )


class PublicationIndexPage(CatalogueIndexPage):
    """The catalogue of the publications."""

    entry_name = ("publication", "publications")
    template = "pages/publication_index_page.html"
    subpage_types = ["pages.PublicationPage"]

    class Meta:
        verbose_name = "liste des publications"
        verbose_name_plural = "listes des publications"

    def entries(self) -> PublicationQuerySet:
        return PublicationPage.objects.child_of(self).live().public()

    def citations(self, chosen: QueryDict) -> list[Citation]:
        """Of the selection on screen, newest first, MOST_CITATIONS at most."""
        found = self.filter_form(chosen).narrowed().newest_first().with_makers()
        centre = centre_name(self)
        return [
            page.citation(centre=centre) for page in found.defer_streamfields()[:MOST_CITATIONS]
        ]


class PublicationPage(BasePage):
    """One publication; the year it reports on may differ from the year it came out."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        RELEASED = "released", "Parue"

    class Access(models.TextChoices):
        FREE = "free", "Libre accès"
        LOAN = "loan", "Prêt"
        ON_SITE = "on_site", "Consultation sur place"

    kind = models.CharField("nature", max_length=20, choices=PublicationKind.choices)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.RELEASED)
    collection = models.ForeignKey(
        Collection,
        verbose_name="collection",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="publications",
    )
    number = models.CharField("numéro", max_length=20, blank=True)
    year = models.PositiveSmallIntegerField("année de parution", null=True, validators=YEAR_LIMITS)
    month = models.PositiveSmallIntegerField(
        "mois de parution", null=True, blank=True, choices=MONTH_CHOICES
    )
    reference_year = models.PositiveSmallIntegerField(
        "année de rattachement",
        null=True,
        blank=True,
        validators=YEAR_LIMITS,
        help_text="Si elle diffère : les chroniques de 2020, parues en 2021.",
    )
    page_count = models.PositiveSmallIntegerField(
        "nombre de pages", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    abstract = models.TextField(
        "résumé", help_text="Un paragraphe de 50 à 120 mots, qui se comprend seul."
    )
    body = StreamField(ArticleStream(), verbose_name="texte", blank=True)
    web_url = models.URLField(
        "adresse web", blank=True, help_text="Si la publication se lit sur un autre site."
    )
    licence = models.CharField(
        "licence", max_length=12, choices=Licence.choices, default=Licence.ALL_RIGHTS
    )
    access = models.CharField("accès", max_length=10, choices=Access.choices, default=Access.FREE)
    action = models.ForeignKey(
        "pages.ActionPage",
        verbose_name="action d'origine",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="publications",
        help_text="Le séminaire, le cycle, le groupe… dont elle rend compte.",
    )
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="publications", verbose_name="thématiques"
    )
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="publications", verbose_name="territoires"
    )

    objects = PageManager.from_queryset(PublicationQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("kind"), FieldPanel("state")]),
                FieldRowPanel([FieldPanel("collection"), FieldPanel("number")]),
                FieldRowPanel([FieldPanel("month"), FieldPanel("year")]),
                FieldRowPanel([FieldPanel("reference_year"), FieldPanel("page_count")]),
            ],
            heading="Notice",
        ),
        "abstract",
        "cover",
        InlinePanel("files", heading="Fichiers", label="fichier"),
        MultiFieldPanel(
            [
                FieldPanel("web_url"),
                FieldRowPanel([FieldPanel("access"), FieldPanel("licence")]),
            ],
            heading="Accès et droits",
        ),
        InlinePanel("authors", heading="Auteur·rices", label="auteur·rice"),
        InlinePanel("organisations", heading="Organismes", label="organisme"),
        "action",
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("territories")], heading="Classement"),
        "body",
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("abstract"),
        index.SearchField("body"),
        index.RelatedFields("collection", [index.SearchField("name")]),
        index.FilterField("kind"),
        index.FilterField("state"),
        index.FilterField("year"),
        index.FilterField("reference_year"),
    ]
    api_fields = [
        *(
            APIField(name)
            for name in (
                "kind", "state", "collection", "number", "year", "month", "reference_year",
                "page_count", "abstract", "body", "web_url", "licence", "access", "themes",
                "territories", "authors", "organisations", "files", "action", "labelled_title",
                "cover",
            )
        ),
        APIField("cover_card", serializer=ImageRenditionField("fill-640x400", source="cover")),
    ]  # fmt: skip
    feed_slug, feed_title = "publications", "Publications"
    parent_page_types = ["pages.PublicationIndexPage"]
    subpage_types: list[str] = []
    template = "pages/publication_page.html"

    class Meta:
        verbose_name = "publication"
        verbose_name_plural = "publications"

    def summary(self) -> str:
        return self.search_description or self.abstract

    @property
    def labelled_title(self) -> str:
        """« [Actes] Titre », as the letters and the collections print it."""
        kind = self.get_kind_display() if self.kind else ""
        return f"[{kind}] {self.title}" if kind else self.title

    @property
    def date_label(self) -> str:
        """« novembre 2024 », « 2024 » or nothing."""
        month = MONTHS[self.month - 1] if self.month else ""
        return f"{month} {self.year}".strip() if self.year else ""

    @property
    def series_label(self) -> str:
        """« Les Cahiers, n° 12 »"""
        if not self.collection:
            return ""
        return f"{self.collection.name}, n° {self.number}" if self.number else self.collection.name

    @property
    def kicker(self) -> str:
        """The small line above the title in lists."""
        state = "à paraître" if self.state == self.State.PLANNED else ""
        return " · ".join(filter(None, [self.series_label, self.date_label, state]))

    @property
    def licence_choice(self) -> Licence:
        return Licence(self.licence)

    def citation(self, *, centre: str | None = None) -> Citation:
        """What reference managers read; see `pages.citations`.

        `centre`: the centre's name, given by the lists, which cite hundreds of pages.
        """
        roles = PublicationOrganisation.Role
        bodies = list(self.organisations.all())
        files = [found.document for found in self.files.all()]
        pdf = next((found.url for found in files if found.file_extension == "pdf"), "")
        return Citation(
            title=self.title,
            kind=self.get_kind_display(),
            url=self.full_url or "",
            publisher=self._publisher() or (centre_name(self) if centre is None else centre),
            authors=(
                *(author.name for author in self.authors.all()),
                *(body.name for body in bodies if body.role == roles.AUTEUR),
            ),
            contributions=tuple(
                (body.get_role_display(), body.name) for body in bodies if body.role != roles.AUTEUR
            ),
            year=self.year,
            month=self.month,
            collection=self.collection.name if self.collection else "",
            number=self.number,
            pages=self.page_count,
            abstract=self.abstract,
            licence=self.get_licence_display(),
            keywords=tuple(theme.name for theme in self.themes.all()),
            pdf_url=urljoin(self.full_url, pdf) if self.full_url and pdf else "",
        )

    def _publisher(self) -> str:
        publisher = self.collection.publisher if self.collection else None
        return publisher.name if publisher else ""

    def meta_tags(self) -> list[tuple[str, str]]:
        """Dublin Core and Highwire, for Zotero, Google Scholar and the libraries."""
        return meta_tags(self.citation())

    def json_ld(self) -> dict[str, Any]:
        return report(self)

    def get_context(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(*args, **kwargs)
        near = PublicationPage.objects.live().public().filter(themes__in=self.themes.all())
        if self.action_id:
            readable = type(self.action).objects.live().public()
            context["origin"] = readable.filter(pk=self.action_id).first()
        context["related"] = near.exclude(pk=self.pk).distinct().as_cards()[:3] if self.pk else []
        return context
