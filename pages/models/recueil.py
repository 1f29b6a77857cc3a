"""« Recueil annuel »: the year's experience sheets in one volume, on the web and on paper.

Everything but the preface, the zoom and the team is a query: a sheet mended is mended here.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import Orderable
from wagtail.search import index
from wagtail.url_routing import RouteResult

from pages.models.base import BasePage
from pages.models.documents import french_size
from pages.models.experience import ExperiencePage, ExperienceQuerySet
from pages.models.people import Person
from pages.typesetting.responses import HEADERS

ZOOM_GROUPS = [
    ("publications", "Des publications"),
    ("podcasts", "Des podcasts"),
    ("coproductions", "Des publications en coproduction"),
]


class ProductionBlock(blocks.StructBlock):
    """One production of the year: a page of the site, or a title with an address."""

    group = blocks.ChoiceBlock(choices=ZOOM_GROUPS, default="publications", label="Groupe")
    page = blocks.PageChooserBlock(label="Page du site", required=False)
    nature = blocks.CharBlock(
        label="Nature", required=False, max_length=80, help_text="Cahier, Actes, Podcast…"
    )
    title = blocks.CharBlock(
        label="Titre", required=False, max_length=250, help_text="Vide : le titre de la page."
    )
    summary = blocks.TextBlock(label="Résumé", required=False, rows=3, max_length=600)
    url = blocks.URLBlock(label="Adresse", required=False)
    image = ImageBlock(label="Visuel", required=False)

    class Meta:
        icon = "doc-full"
        label = "Production"
        description = "Une publication ou un podcast de l'année, à mettre en valeur."

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not (cleaned.get("page") or cleaned.get("title")):
            raise blocks.StructBlockValidationError(
                block_errors={"title": ValidationError("Choisissez une page ou donnez un titre.")}
            )
        return cleaned


class RecueilPage(BasePage):
    """The volume of one year. Its sheets, their order and their authors are never typed."""

    year = models.PositiveSmallIntegerField(
        "année",
        null=True,
        unique=True,
        validators=[MinValueValidator(1980), MaxValueValidator(2100)],
    )
    preface = RichTextField("préambule", blank=True, features=["bold", "italic", "link", "ul"])
    zoom = StreamField(
        [("production", ProductionBlock())], verbose_name="zoom sur les productions", blank=True
    )

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("year"), FieldPanel("cover")]),
        "preface",
        MultiFieldPanel(
            [
                InlinePanel("team", label="personne"),
            ],
            heading="Équipe éditoriale",
        ),
        "zoom",
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("preface"),
        index.FilterField("year"),
    ]
    api_fields = [APIField("year"), APIField("preface")]
    parent_page_types = ["pages.ExperienceIndexPage"]
    feed_slug, feed_title = "recueils", "Recueils"
    subpage_types: list[str] = []
    # A copy is another year's volume.
    exclude_fields_in_copy = ["year"]
    template = "pages/recueil_page.html"
    preview_modes = [("", "Site"), ("print", "Imprimé")]

    class Meta:
        verbose_name = "recueil annuel"
        verbose_name_plural = "recueils annuels"

    def summary(self) -> str:
        return self.search_description or f"Les fiches expérience de l'année {self.year or ''}."

    def sheets(self) -> ExperienceQuerySet:
        """The published sheets of the year, in the order of their periods."""
        if self.year is None:
            return ExperiencePage.objects.none()
        return (
            ExperiencePage.objects.live()
            .public()
            .filter(year=self.year)
            .order_by("first_month", "first_published_at", "pk")
        )

    def writers(self) -> list[Person]:
        """Whoever signed a sheet of the year, once each, by name."""
        signed = Person.objects.filter(authored_experiences__page__in=self.sheets())
        return list(signed.distinct().order_by("last_name", "first_name"))

    def roles(self) -> list[tuple[str, list[str]]]:
        """(« Direction de la publication », names) for each part of the team that is known."""
        names: dict[str, list[str]] = {}
        for member in self.team.all():
            names.setdefault(member.get_role_display(), []).append(member.person.full_name)
        found = [
            (label, names[label])
            for _key, label in RecueilTeamMember.Role.choices
            if label in names
        ]
        writers = [person.full_name for person in self.writers()]
        return [*found, ("Rédaction des fiches", writers)] if writers else found

    def productions(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The zoom as (group label, entries), in the order of the groups."""
        entries = [_production(block.value) for block in self.zoom]
        grouped = [(label, [e for e in entries if e["group"] == key]) for key, label in ZOOM_GROUPS]
        return [(label, found) for label, found in grouped if found]

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """« …/pdf/ » is the newest PDF of record, « …/pdf/2/ » the second."""
        if path_components[:1] == ["pdf"] and len(path_components) <= 2 and self.live:
            return RouteResult(self, kwargs={"version": (path_components[1:] or ["0"])[0]})
        return super().route(request, path_components)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        if mode_name != "print":
            return super().serve_preview(request, mode_name)
        # The printing module reads the models: it cannot be imported above them.
        from pages.printing.recueil import preview

        return preview(self)

    def serve(self, request: HttpRequest, version: str = "") -> HttpResponseBase:
        if not version:
            return super().serve(request)
        wanted = self.versions.filter(number=version) if version.isdecimal() else None
        found = self.versions.first() if version == "0" else wanted and wanted.first()
        if not found:
            raise Http404("Cette version n'existe pas.")
        return found.response()


def _production(value: Any) -> dict[str, Any]:
    page = value.get("page")
    shown = page if page and page.live else None
    return {
        "group": value.get("group"),
        "nature": value.get("nature") or "",
        "title": value.get("title") or (page.title if page else ""),
        "summary": value.get("summary") or (page.specific.summary() if _sums_up(shown) else ""),
        "url": value.get("url") or (shown.full_url or "" if shown else ""),
        "image": value.get("image"),
    }


def _sums_up(page: Any) -> bool:
    return page is not None and hasattr(page.specific, "summary")


class RecueilTeamMember(Orderable):
    """Who made the volume; the writers of the sheets come from the sheets."""

    class Role(models.TextChoices):
        PUBLICATION = "publication", "Direction de la publication"
        EDITORIAL = "editorial", "Direction de la rédaction"
        CONTRIBUTION = "contribution", "Contributions"
        PRODUCTION = "production", "Édition"

    page = ParentalKey(RecueilPage, on_delete=models.CASCADE, related_name="team")
    role = models.CharField("rôle", max_length=14, choices=Role.choices)
    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.PROTECT, related_name="+"
    )

    panels = [FieldRowPanel([FieldPanel("role"), FieldPanel("person")])]

    class Meta(Orderable.Meta):
        verbose_name = "membre de l'équipe"

    def __str__(self) -> str:
        return f"{self.get_role_display()} : {self.person}"


class RecueilVersion(models.Model):
    """A PDF of record: never replaced, so that what was cited can be read again."""

    page = models.ForeignKey(RecueilPage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("version")
    file = models.FileField("fichier", upload_to="recueils/", editable=False)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, editable=False)
    size = models.PositiveIntegerField("octets", editable=False)
    created_at = models.DateTimeField("établie le", auto_now_add=True)

    class Meta:
        verbose_name = "PDF de référence"
        verbose_name_plural = "PDF de référence"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="unique_recueil_version")
        ]

    def __str__(self) -> str:
        return f"{self.page} – version {self.number}"

    def response(self) -> FileResponse:
        return FileResponse(
            self.file.open("rb"),
            filename=self.name,
            content_type="application/pdf",
            headers=HEADERS | {"ETag": f'"{self.sha256}"'},
        )

    @property
    def french_size(self) -> str:
        """« 1,2 Mo »"""
        return french_size(self.size)

    @property
    def name(self) -> str:
        return f"recueil-{self.page.year}-v{self.number}.pdf"
