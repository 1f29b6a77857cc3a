"""Resources found elsewhere: described once, cited by the letters and the dossiers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.search import index


class Resource(index.Indexed, models.Model):
    """A book, a site, a programme… of somebody else, in the words of the centre."""

    class Kind(models.TextChoices):
        SITE = "site", "Site web"
        RADIO = "radio", "Émission"
        BOOK = "ouvrage", "Ouvrage"
        PODCAST = "podcast", "Podcast"
        REPORT = "rapport", "Rapport"
        TOOL = "outil", "Outil"
        VIDEO = "video", "Vidéo"

    kind = models.CharField("type", max_length=10, choices=Kind.choices)
    title = models.CharField("titre", max_length=250)
    author = models.CharField("auteur·rices", max_length=250, blank=True)
    publisher = models.CharField(
        "éditeur, chaîne", max_length=200, blank=True, help_text="Éditeur, station, collectif…"
    )
    year = models.PositiveSmallIntegerField(
        "année",
        null=True,
        blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )
    url = models.URLField("adresse web", max_length=500, blank=True)
    note = models.TextField("présentation", blank=True, help_text="Deux ou trois phrases.")
    themes = models.ManyToManyField(
        "pages.Theme", blank=True, related_name="resources", verbose_name="thématiques"
    )

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("year")]),
        "title",
        FieldRowPanel([FieldPanel("author"), FieldPanel("publisher")]),
        "url",
        "note",
        "themes",
    ]
    search_fields = [
        index.SearchField("title"),
        index.AutocompleteField("title"),
        index.SearchField("author"),
        index.SearchField("publisher"),
        index.SearchField("note"),
        index.FilterField("kind"),
        index.FilterField("year"),
    ]

    class Meta:
        verbose_name = "ressource"
        verbose_name_plural = "ressources"
        ordering = ["title"]
        constraints = [
            # The same book twice would be corrected once: the second letter keeps the mistake.
            models.UniqueConstraint(
                fields=["kind", "title", "author"],
                name="unique_resource",
                violation_error_message="Cette ressource existe déjà : choisissez-la.",
            )
        ]

    def __str__(self) -> str:
        return f"[{self.get_kind_display()}] {self.title}"

    @property
    def source(self) -> str:
        """« Awa Diallo, Éditions du Fleuve, 2023 »"""
        return ", ".join(filter(None, [self.author, self.publisher, str(self.year or "")]))
