"""What an event is made of: its sessions, those who speak and organise, what is left after."""

from datetime import date, datetime, time
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PageChooserPanel
from wagtail.api import APIField
from wagtail.documents import get_document_model_string
from wagtail.models import Orderable

from pages import dates

MOST_HALF_DAYS = 60  # a session of six weeks: above, it is a slip of the keyboard
END_DAY = Coalesce("last_day", "day")


class SessionQuerySet(models.QuerySet["Session"]):
    def not_over(self, on: date) -> "SessionQuerySet":
        """Sessions that take place on that day or after."""
        return self.alias(ends_on=END_DAY).filter(ends_on__gte=on)

    def between(self, first: date, last: date) -> "SessionQuerySet":
        """Sessions that touch this span, both days included."""
        return self.not_over(first).filter(day__lte=last)


class Session(Orderable):
    """A day of an event. Local day and hours rather than instants: that is what is announced,
    what an editor types once, and what « à venir » compares; no hour means the whole day."""

    class Mode(models.TextChoices):
        ON_SITE = "on_site", "En présentiel"
        REMOTE = "remote", "À distance"
        HYBRID = "hybrid", "Hybride"

    page = ParentalKey("pages.EventPage", on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(
        "intitulé",
        max_length=200,
        blank=True,
        help_text="Seulement si la séance en a un à elle : « Module 2 : l'enquête »…",
    )
    day = models.DateField("jour", null=True)
    starts = models.TimeField("début", null=True, blank=True, help_text="Vide : toute la journée.")
    ends = models.TimeField("fin", null=True, blank=True)
    last_day = models.DateField(
        "dernier jour", null=True, blank=True, help_text="Si la séance dure plusieurs jours."
    )
    half_days = models.PositiveSmallIntegerField(
        "demi-journées",
        null=True,
        blank=True,
        default=1,
        validators=[MaxValueValidator(MOST_HALF_DAYS)],
        help_text="Pour les bilans : une soirée compte pour une demi-journée.",
    )
    mode = models.CharField("mode", max_length=8, choices=Mode.choices, default=Mode.ON_SITE)
    place = models.CharField("lieu", max_length=200, blank=True)
    address = models.CharField("adresse", max_length=250, blank=True)
    city = models.CharField("ville", max_length=120, blank=True)
    access_note = models.CharField(
        "accessibilité du lieu",
        max_length=300,
        blank=True,
        help_text="« Accès de plain-pied, boucle magnétique »…",
    )
    remote_url = models.URLField("lien de la visioconférence", blank=True)
    remote_is_public = models.BooleanField(
        "lien visible de tous",
        default=False,
        help_text="Sinon, il n'est donné qu'aux personnes inscrites et n'est jamais publié.",
    )

    objects = SessionQuerySet.as_manager()

    panels = [
        FieldPanel("title"),
        # Two by two: a third date or hour is cut off on the screen of a laptop.
        FieldRowPanel([FieldPanel("day"), FieldPanel("last_day")]),
        FieldRowPanel([FieldPanel("starts"), FieldPanel("ends")]),
        FieldRowPanel([FieldPanel("half_days"), FieldPanel("mode")]),
        FieldRowPanel([FieldPanel("place"), FieldPanel("address"), FieldPanel("city")]),
        FieldPanel("access_note"),
        MultiFieldPanel([FieldPanel("remote_url"), FieldPanel("remote_is_public")]),
    ]
    # Never `remote_url`: `shown_link` holds it when everybody may follow it.
    api_fields = [
        *(
            APIField(name)
            for name in (
                "title", "day", "starts", "ends", "last_day", "half_days", "mode", "place",
                "address", "city", "access_note", "shown_link",
            )
        )
    ]  # fmt: skip

    class Meta(Orderable.Meta):
        verbose_name = "séance"
        indexes = [models.Index(fields=["day"], name="session_day")]

    def __str__(self) -> str:
        return self.title or self.when_label

    def problems(self) -> dict[str, str]:
        """Field name → French message, for what a draft may hold and readers may not see."""
        found = {}
        if not self.day:
            found["day"] = "Indiquez le jour."
        elif self.last_day and self.last_day < self.day:
            found["last_day"] = "Le dernier jour précède le premier."
        if self.ends and not self.starts:
            found["starts"] = "Indiquez l'heure de début, ou videz celle de fin."
        elif self.starts and self.ends and not self._spans_days() and self.ends <= self.starts:
            found["ends"] = "La séance finit avant d'avoir commencé."
        if self.remote_is_public and not self.remote_url:
            found["remote_url"] = "Aucun lien à montrer : saisissez-le ou décochez la case."
        return found

    def _spans_days(self) -> bool:
        return bool(self.last_day and self.last_day != self.day)

    @property
    def end_day(self) -> date | None:
        return self.last_day or self.day

    @property
    def is_all_day(self) -> bool:
        return self.starts is None

    def instant(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=timezone.get_default_timezone())

    @property
    def start(self) -> date | datetime | None:
        """A day when the session lasts the whole day, an aware datetime otherwise."""
        if self.day is None or self.starts is None:
            return self.day
        return self.instant(self.day, self.starts)

    @property
    def end(self) -> date | datetime | None:
        """As `start`; None when no end was announced."""
        if self.is_all_day:
            return self.end_day
        return self.instant(self.end_day, self.ends) if self.end_day and self.ends else None

    @property
    def when_label(self) -> str:
        """« mardi 3 novembre 2026, de 9 h à 12 h 30 »"""
        if not self.day:
            return "Date à préciser"
        span = dates.long_span(self.day, self.end_day or self.day)
        return f"{span}, {self.hours_label}" if self.starts else span

    @property
    def hours_label(self) -> str:
        return dates.hours(self.starts, self.ends) if self.starts else ""

    @property
    def is_remote(self) -> bool:
        return self.mode != self.Mode.ON_SITE

    @property
    def where_label(self) -> str:
        """« Maison des associations, 3 rue du Lac, Cergy », « À distance »"""
        return self._or_remote(", ".join(filter(None, [self.place, self.address, self.city])))

    @property
    def short_place(self) -> str:
        """« Cergy », « Cergy et à distance »"""
        return self._or_remote(self.city or self.place)

    def _or_remote(self, where: str) -> str:
        if self.mode == self.Mode.REMOTE:
            return "À distance"
        return f"{where} et à distance" if where and self.is_remote else where

    @property
    def shown_link(self) -> str:
        return self.remote_url if self.is_remote and self.remote_is_public else ""

    def fingerprint(self) -> list[Any]:
        """What makes a calendar entry another one: when and where."""
        moments = [self.day, self.starts, self.ends, self.last_day]
        return [str(value or "") for value in (*moments, self.mode, self.where_label)]


class EventSpeaker(Orderable):
    """« Avec : », in the order of the announcement; the card of a person is optional."""

    page = ParentalKey("pages.EventPage", on_delete=models.CASCADE, related_name="speakers")
    person = models.ForeignKey(
        "pages.Person",
        verbose_name="personne de l'annuaire",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="spoken_events",
    )
    name = models.CharField("prénom et nom", max_length=160, blank=True)
    function = models.CharField("fonction", max_length=200, blank=True)
    organisation = models.CharField("organisme", max_length=200, blank=True)

    panels = [
        FieldPanel("person"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("function"), FieldPanel("organisation")]),
    ]
    api_fields = [APIField("shown_name"), APIField("quality")]

    class Meta(Orderable.Meta):
        verbose_name = "intervenant·e"

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        return self.name or (self.person.full_name if self.person else "")

    @property
    def quality(self) -> str:
        """« sociologue, université de Cergy »; the directory's function when none is typed."""
        function = self.function or (self.person.function if self.person else "")
        return ", ".join(filter(None, [function, self.organisation]))


class EventOrganiser(Orderable):
    page = ParentalKey("pages.EventPage", on_delete=models.CASCADE, related_name="organisers")
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="organised_events",
    )

    api_fields = [APIField("organisation")]

    class Meta(Orderable.Meta):
        verbose_name = "co-organisateur"

    def __str__(self) -> str:
        return str(self.organisation)


class EventMaterial(Orderable):
    page = ParentalKey("pages.EventPage", on_delete=models.CASCADE, related_name="materials")
    document = models.ForeignKey(
        get_document_model_string(),
        verbose_name="document",
        on_delete=models.PROTECT,
        related_name="+",
    )
    title = models.CharField(
        "intitulé", max_length=200, blank=True, help_text="Vide : le titre du document."
    )

    api_fields = [APIField("document"), APIField("title")]

    class Meta(Orderable.Meta):
        verbose_name = "support"

    def __str__(self) -> str:
        return self.title or self.document.title


class EventOutcome(Orderable):
    """« Ce qui en est sorti »: proceedings, a recording, an article, the next event."""

    page = ParentalKey("pages.EventPage", on_delete=models.CASCADE, related_name="outcomes")
    outcome = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name="page",
        on_delete=models.CASCADE,
        related_name="+",
    )

    panels = [PageChooserPanel("outcome")]
    api_fields = [APIField("outcome")]

    class Meta(Orderable.Meta):
        verbose_name = "page issue de la rencontre"

    def __str__(self) -> str:
        return str(self.outcome)
