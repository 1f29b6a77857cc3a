"""Podcasts, videos and filmed meetings: nothing is published without its transcript."""

from typing import Any
from urllib.parse import urljoin

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Enclosure
from django.utils.html import strip_tags

from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField
from wagtail.models import Orderable, PageManager
from wagtail.search import index

from pages.blocks.text import PARAGRAPH_FEATURES
from pages.linked_data import episode
from pages.models.base import BasePage
from pages.models.listing import CatalogueIndexPage, CatalogueQuerySet
from pages.models.publishing import PublishingRules
from pages.models.taxonomy import Territory, Theme
from pages.players import Player, player_for

MEDIA_EXTENSIONS = {"mp3", "m4a", "ogg", "wav", "mp4", "webm"}


class RecordingQuerySet(CatalogueQuerySet):
    year_fields = ("released_on__year",)

    def newest_first(self) -> "RecordingQuerySet":
        return self.order_by(models.F("released_on").desc(nulls_last=True), "-pk")


class RecordingIndexPage(CatalogueIndexPage):
    entry_name = ("enregistrement", "enregistrements")
    template = CatalogueIndexPage.template
    subpage_types = ["pages.RecordingPage"]

    class Meta:
        verbose_name = "liste des podcasts et vidéos"
        verbose_name_plural = "listes des podcasts et vidéos"

    def entries(self) -> RecordingQuerySet:
        return RecordingPage.objects.child_of(self).live().public()


class RecordingPage(PublishingRules, BasePage):
    """One recording, kept here or by another site."""

    class Kind(models.TextChoices):
        PODCAST = "podcast", "Podcast"
        VIDEO = "video", "Vidéo"
        CAPTATION = "captation", "Captation"

    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    released_on = models.DateField("mis en ligne le", null=True)
    duration = models.DurationField(
        "durée", null=True, help_text="« 12:30 » pour douze minutes trente."
    )
    abstract = models.TextField("résumé", help_text="Un paragraphe, qui se comprend seul.")
    media_file = models.ForeignKey(
        "pages.CentreDocument",
        verbose_name="fichier audio ou vidéo",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    media_url = models.URLField(
        "adresse chez un hébergeur",
        blank=True,
        help_text="Rien n'est chargé depuis ce site avant que l'internaute le demande.",
    )
    transcript = RichTextField("transcription", blank=True, features=PARAGRAPH_FEATURES)
    transcript_exemption = models.CharField(
        "exemption de transcription (motif)",
        max_length=200,
        blank=True,
        help_text="Seulement si la loi en dispense : mis en ligne avant le 23 septembre 2020, "
        "contenu d'un tiers ni financé ni maîtrisé…",
    )
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="recordings", verbose_name="thématiques"
    )
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="recordings", verbose_name="territoires"
    )

    objects = PageManager.from_queryset(RecordingQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("released_on"), FieldPanel("duration")]),
        "abstract",
        "cover",
        MultiFieldPanel([FieldPanel("media_file"), FieldPanel("media_url")], heading="Média"),
        InlinePanel("speakers", heading="Intervenant·es", label="intervenant·e"),
        MultiFieldPanel(
            [FieldPanel("transcript"), FieldPanel("transcript_exemption")],
            heading="Transcription (obligatoire pour publier)",
        ),
        MultiFieldPanel([FieldPanel("themes"), FieldPanel("territories")], heading="Classement"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("abstract"),
        index.SearchField("transcript"),
        index.FilterField("kind"),
        index.FilterField("released_on"),
    ]
    api_fields = [
        *(
            APIField(name)
            for name in (
                "kind", "released_on", "seconds", "abstract", "media_file", "media_url",
                "transcript", "transcript_exemption", "speakers", "themes", "territories", "cover",
            )
        )
    ]  # fmt: skip
    feed_slug, feed_title = "podcasts-videos", "Podcasts et vidéos"
    parent_page_types = ["pages.RecordingIndexPage"]
    subpage_types: list[str] = []
    template = "pages/recording_page.html"

    class Meta:
        verbose_name = "podcast ou vidéo"
        verbose_name_plural = "podcasts et vidéos"

    def summary(self) -> str:
        return self.search_description or self.abstract

    def clean(self) -> None:
        super().clean()
        if self.media_file and self.media_file.file_extension.lower() not in MEDIA_EXTENSIONS:
            raise ValidationError({"media_file": "Ce document n'est ni un son ni une vidéo."})

    def publishing_problems(self) -> dict[str, str]:
        """A recording without alternative shuts out deaf readers (RGAA 4.1, critère 4.1)."""
        found = {}
        if not self.has_transcript and not self.transcript_exemption.strip():
            found["transcript"] = (
                "Ajoutez la transcription, ou indiquez plus bas le motif qui en dispense."
            )
        if not self.media_file_id and not self.media_url:
            found["media_file"] = "Choisissez un fichier, ou donnez l'adresse chez un hébergeur."
        return found

    @property
    def has_transcript(self) -> bool:
        """The rich text editor saves an empty paragraph, which is no transcript."""
        return bool(strip_tags(self.transcript).strip())

    @property
    def seconds(self) -> int:
        return int(self.duration.total_seconds()) if self.duration else 0

    @property
    def duration_label(self) -> str:
        """« 1 h 02 min », « 12 min », « 45 s »: the nearest minute, once there is one."""
        if self.seconds < 60:
            return f"{self.seconds} s" if self.seconds else ""
        hours, minutes = divmod(round(self.seconds / 60), 60)
        return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"

    @property
    def kicker(self) -> str:
        return " · ".join(filter(None, [self.get_kind_display(), self.duration_label]))

    @property
    def is_sound(self) -> bool:
        return bool(self.media_file) and self.media_file.content_type.startswith("audio/")

    @property
    def player(self) -> Player | None:
        """The host's player, when the recording is not kept here."""
        return player_for(self.media_url) if self.media_url and not self.media_file_id else None

    @classmethod
    def listed(cls) -> RecordingQuerySet:
        return super().listed().select_related("media_file")

    def feed_enclosure(self) -> Enclosure | None:
        """The sound or the film itself, for podcast readers (RSS 2.0, `<enclosure>`)."""
        document, full_url = self.media_file, self.full_url
        if not document or not full_url:
            return None
        size = str(document.get_file_size() or 0)
        return Enclosure(urljoin(full_url, document.url), size, document.content_type)

    def json_ld(self) -> dict[str, Any]:
        return episode(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["shows_player"] = self._shows_player(request)
        return context

    def _shows_player(self, request: HttpRequest) -> bool:
        return bool("lecteur" in request.GET and self.player and self.player.kind != "link")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        if self._shows_player(request):
            # Read by django-csp's middleware, for this answer only.
            response._csp_update = self.player.policy
        return response


class RecordingSpeaker(Orderable):
    """« Intervenant·e, fonction », as they were on that day."""

    page = ParentalKey(RecordingPage, on_delete=models.CASCADE, related_name="speakers")
    person = models.ForeignKey(
        "pages.Person",
        verbose_name="personne",
        on_delete=models.PROTECT,
        related_name="recordings",
    )
    function = models.CharField(
        "fonction ce jour-là",
        max_length=200,
        blank=True,
        help_text="Vide : celle de la fiche de la personne.",
    )

    panels = [FieldRowPanel([FieldPanel("person"), FieldPanel("function")])]
    api_fields = [APIField("person"), APIField("function")]

    class Meta(Orderable.Meta):
        verbose_name = "intervenant·e"

    def __str__(self) -> str:
        return ", ".join(filter(None, [str(self.person), self.function or self.person.function]))
