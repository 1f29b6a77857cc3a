"""« Boîte à outils »: documents to take and adapt, whose address outlives each version."""

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField
from wagtail.models import PageManager
from wagtail.search import index

from pages.blocks.text import PARAGRAPH_FEATURES
from pages.editing import EditorialPageForm
from pages.linked_data import described, download
from pages.models.base import BasePage
from pages.models.documents import AttachedDocument
from pages.models.listing import CatalogueIndexPage, CatalogueQuerySet
from pages.models.taxonomy import Theme


class Scheme(index.Indexed, models.Model):
    """« Dispositif »: a public programme known by its acronym (CUCS, PRE, GUSP…)."""

    acronym = models.CharField("sigle", max_length=20, unique=True)
    name = models.CharField("nom développé", max_length=200)

    panels = ["acronym", "name"]
    search_fields = [
        index.SearchField("acronym"),
        index.SearchField("name"),
        index.AutocompleteField("acronym"),
    ]

    class Meta:
        verbose_name = "dispositif"
        verbose_name_plural = "dispositifs"
        ordering = ["acronym"]

    def __str__(self) -> str:
        return self.acronym


class ToolQuerySet(CatalogueQuerySet):
    def newest_first(self) -> "ToolQuerySet":
        """By title: readers look for a tool by its name, not by its date."""
        return self.order_by("title", "-pk")


class ToolboxIndexPage(CatalogueIndexPage):
    entry_name = ("outil", "outils")
    template = CatalogueIndexPage.template
    filters = ("kind",)
    subpage_types = ["pages.ToolPage"]

    class Meta:
        verbose_name = "boîte à outils"
        verbose_name_plural = "boîtes à outils"

    def entries(self) -> ToolQuerySet:
        return ToolPage.objects.child_of(self).live().public()


class ToolForm(EditorialPageForm):
    """A tool is its file: none is published without a version, any draft is saved."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows = [row for row in self.formsets["versions"].forms if not _is_removed(row)]
        if not self.is_deferred_validation and not any(map(_is_filled, rows)):
            self.add_error(None, "Versions : ajoutez au moins un fichier avant de publier.")
        return cleaned


def _is_removed(row: Any) -> bool:
    return bool(row.is_valid() and row.cleaned_data.get("DELETE"))


def _is_filled(row: Any) -> bool:
    return bool(row.instance.pk or row.has_changed())


class ToolPage(RoutablePageMixin, BasePage):
    """One document of the toolbox, with its versions; `…/fichier/` is always the current one."""

    class Kind(models.TextChoices):
        CAHIER_DES_CHARGES = "cahier_des_charges", "Cahier des charges"
        CHARTE = "charte", "Charte"
        CLAUSE = "clause", "Clause"
        CONVENTION = "convention", "Convention"
        DIAGNOSTIC = "diagnostic", "Diagnostic"
        FICHE_METHODE = "fiche_methode", "Fiche méthode"
        GRILLE = "grille", "Grille"
        MODELE = "modele", "Modèle de document"
        QUESTIONNAIRE = "questionnaire", "Questionnaire"

    kind = models.CharField("type", max_length=20, choices=Kind.choices)
    abstract = models.TextField("à quoi il sert", help_text="Deux ou trois phrases.")
    instructions = RichTextField("mode d'emploi", blank=True, features=PARAGRAPH_FEATURES)
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="tools", verbose_name="thématiques"
    )
    schemes = ParentalManyToManyField(
        Scheme, blank=True, related_name="tools", verbose_name="dispositifs"
    )

    objects = PageManager.from_queryset(ToolQuerySet)()
    base_form_class = ToolForm

    content_panels = [
        *BasePage.content_panels,
        "kind",
        "abstract",
        InlinePanel(
            "versions",
            heading="Versions",
            label="version",
            help_text="Pour remplacer le fichier, ajoutez une version : l'adresse ne change pas.",
        ),
        "instructions",
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("schemes")], heading="Classement"),
        "cover",
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("abstract"),
        index.SearchField("instructions"),
        index.FilterField("kind"),
    ]
    api_fields = [
        APIField("kind"),
        APIField("abstract"),
        APIField("instructions"),
        APIField("themes"),
        APIField("schemes"),
        APIField("versions"),
    ]
    parent_page_types = ["pages.ToolboxIndexPage"]
    feed_slug, feed_title = "boite-a-outils", "Boîte à outils"
    subpage_types: list[str] = []
    template = "pages/tool_page.html"

    class Meta:
        verbose_name = "outil"
        verbose_name_plural = "outils"

    def summary(self) -> str:
        return self.search_description or self.abstract

    @property
    def kicker(self) -> str:
        return self.get_kind_display()

    def sorted_versions(self) -> list["ToolVersion"]:
        """Newest first; two of the same day in the order of the form, the last one first."""
        found = list(self.versions.all())
        return sorted(found, key=lambda v: (v.released_on, v.sort_order or 0), reverse=True)

    @property
    def current(self) -> "ToolVersion | None":
        return next(iter(self.sorted_versions()), None)

    @path("fichier/", name="file")
    def current_file(self, request: HttpRequest) -> HttpResponse:
        """The address to share: it leads to whichever version is current."""
        if self.current is None:
            raise Http404
        return never_cache(lambda _request: redirect(self.current.document.url))(request)

    def json_ld(self) -> dict[str, Any]:
        """https://schema.org/DigitalDocument"""
        site, current = self.get_site(), self.current
        root = site.root_url if site else ""
        return described(
            self,
            "DigitalDocument",
            genre=self.get_kind_display(),
            version=current.number if current else "",
            datePublished=current.released_on.isoformat() if current else "",
            about=[theme.name for theme in self.themes.all()],
            encoding=download(current.document, root) if current else None,
        )


class ToolVersion(AttachedDocument):
    page = ParentalKey(ToolPage, on_delete=models.CASCADE, related_name="versions")
    number = models.CharField("version", max_length=20, blank=True, help_text="« 2 », « 2024 »…")
    released_on = models.DateField("date")
    changes = models.CharField("ce qui change", max_length=250, blank=True)

    panels = [
        FieldPanel("document"),
        FieldRowPanel([FieldPanel("number"), FieldPanel("released_on")]),
        FieldPanel("changes"),
    ]
    api_fields = [
        *AttachedDocument.api_fields,
        APIField("number"),
        APIField("released_on"),
        APIField("changes"),
    ]

    class Meta(AttachedDocument.Meta):
        verbose_name = "version"

    def __str__(self) -> str:
        return f"Version {self.number}" if self.number else self.document.title
