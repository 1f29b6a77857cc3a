"""« Séances et rencontres »: what the centre invites to, and what came of it."""

import json
import uuid
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from pages import agenda_data, dates
from pages.blocks.stream import ArticleStream
from pages.fields import ActorTypesField
from pages.models.base import BasePage
from pages.models.event_parts import EventSpeaker, Session
from pages.models.formats import ActionFormat
from pages.models.people import Organisation
from pages.models.publishing import PublishingForm, PublishingRules
from pages.models.taxonomy import Territory, Theme
from pages.querysets import EventQuerySet


class EventForm(PublishingForm):
    """Shows the problems of a session at its own fields, when the event is published."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows = [
            row
            for row in self.formsets["sessions"].forms
            if row.is_valid() and not row.cleaned_data.get("DELETE")
        ]
        # The page still holds the sessions of before: it is asked about those typed.
        self.instance.typed_sessions = [row.instance for row in rows]
        for row in () if self.is_deferred_validation else rows:
            for field, message in row.instance.problems().items():
                row.add_error(field, message)
        return cleaned


class EventPage(PublishingRules, BasePage):
    """One event of one or several sessions; its state changes, its address does not."""

    class State(models.TextChoices):
        PLANNED = "planned", "Prévue"
        CONFIRMED = "confirmed", "Confirmée"
        POSTPONED = "postponed", "Reportée"
        CANCELLED = "cancelled", "Annulée"
        HELD = "held", "Tenue"

    state = models.CharField(
        "état",
        max_length=10,
        choices=State.choices,
        default=State.PLANNED,
        help_text="Une rencontre reportée ou annulée reste en ligne et le dit ; les agendas "
        "abonnés sont prévenus.",
    )
    standfirst = models.TextField("résumé", help_text="Deux ou trois phrases.")
    body = StreamField(ArticleStream(), verbose_name="présentation", blank=True)
    format = models.ForeignKey(
        ActionFormat,
        verbose_name="format",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
    )
    action = models.ForeignKey(
        "pages.ActionPage",
        verbose_name="action",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
        help_text="L'action du programme dont elle est une séance.",
    )
    audiences = models.CharField(
        "publics",
        max_length=300,
        blank=True,
        help_text="Tels qu'ils doivent être lus : « chefs de projet, élu·es »…",
    )
    actor_types = ActorTypesField("types d'acteurs visés")
    themes = ParentalManyToManyField(
        Theme, blank=True, related_name="events", verbose_name="thématiques"
    )
    territories = ParentalManyToManyField(
        Territory, blank=True, related_name="events", verbose_name="territoires"
    )
    registration_url = models.URLField("lien d'inscription", blank=True)
    registration_deadline = models.DateField("inscription jusqu'au", null=True, blank=True)
    capacity = models.PositiveSmallIntegerField("nombre de places", null=True, blank=True)
    # What subscribed calendars know of the event. Not unique: an alias is the same event.
    uid = models.UUIDField("identifiant d'agenda", default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField("version d'agenda", default=0, editable=False)
    announced = models.CharField(max_length=64, blank=True, editable=False)

    objects = PageManager.from_queryset(EventQuerySet)()
    base_form_class = EventForm
    exclude_fields_in_copy = ["uid", "sequence", "announced"]

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("state"), FieldPanel("format")]),
        "action",
        "standfirst",
        "cover",
        InlinePanel("sessions", heading="Séances", label="séance"),
        InlinePanel("speakers", heading="Avec", label="intervenant·e"),
        InlinePanel("organisers", heading="Co-organisation", label="organisme"),
        MultiFieldPanel(
            [
                FieldPanel("registration_url"),
                FieldRowPanel([FieldPanel("registration_deadline"), FieldPanel("capacity")]),
            ],
            heading="Inscription",
        ),
        MultiFieldPanel(
            [
                FieldPanel("audiences"),
                FieldPanel("actor_types"),
                FieldPanel("themes"),
                FieldPanel("territories"),
            ],
            heading="Pour qui, sur quoi, où",
        ),
        "body",
        InlinePanel("materials", heading="Supports", label="document"),
        InlinePanel("outcomes", heading="Ce qui en est sorti", label="page"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("body"),
        index.SearchField("audiences"),
        index.FilterField("state"),
        index.RelatedFields("speakers", [index.SearchField("name")]),
    ]
    api_fields = [
        *(
            APIField(name)
            for name in (
                "state", "standfirst", "body", "format", "action", "audiences", "actor_types",
                "themes", "territories", "registration_url", "registration_deadline", "capacity",
                "sessions", "speakers", "organisers", "materials", "outcomes", "uid", "sequence",
                "cover",
            )
        )
    ]  # fmt: skip
    feed_slug, feed_title = "agenda", "Agenda"
    parent_page_types = ["pages.AgendaPage"]
    subpage_types: list[str] = []
    template = "pages/event_page.html"

    class Meta:
        verbose_name = "séance ou rencontre"
        verbose_name_plural = "séances et rencontres"

    def publishing_problems(self) -> dict[str, str]:
        problems = {}
        sessions = getattr(self, "typed_sessions", None)
        sessions = list(self.sessions.all()) if sessions is None else sessions
        bad = [rank for rank, session in enumerate(sessions, 1) if session.problems()]
        if bad:
            ranks = ", ".join(map(str, bad))
            problems["state"] = f"Corrigez d'abord les dates ou le lien : séance {ranks}."
        elif self.state == self.State.CONFIRMED and not sessions:
            problems["state"] = "Une rencontre confirmée a au moins une séance datée."
        return problems

    # --- What calendars know --------------------------------------------------------------

    def with_content_json(self, content: dict[str, Any]) -> "EventPage":
        # They belong to the event, not to a revision: an old one would turn the count back.
        restored = super().with_content_json(content)
        restored.uid, restored.sequence = self.uid, self.sequence
        restored.announced = self.announced
        return restored

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A save of some fields is a draft's: what it holds is not announced.
        if self.live and kwargs.get("update_fields") is None:
            self._announce()
        super().save(*args, **kwargs)

    def _announce(self) -> None:
        """Count one more version when the dates, the place or the state are others than those
        last published (RFC 5545, 3.8.7.4)."""
        facts = [self.state, *(session.fingerprint() for session in self.sessions.all())]
        fingerprint = sha256(json.dumps(facts).encode()).hexdigest()
        if self.announced and fingerprint != self.announced:
            self.sequence += 1
        self.announced = fingerprint

    # --- What readers see -----------------------------------------------------------------

    @property
    def dated_sessions(self) -> list[Session]:
        dated = [session for session in self.sessions.all() if session.day]
        return sorted(dated, key=lambda session: (session.day, str(session.starts or "")))

    @property
    def when_label(self) -> str:
        """« mardi 3 novembre 2026, de 9 h à 12 h 30 », « 1er et 3 décembre 2026 »"""
        sessions = self.dated_sessions
        if not sessions:
            return "Date à préciser"
        if len(sessions) == 1:
            return sessions[0].when_label
        return dates.several_days(session.day for session in sessions)

    @property
    def where_label(self) -> str:
        """The cities of the sessions, each once."""
        named = [session.short_place for session in self.dated_sessions]
        return ", ".join(dict.fromkeys(filter(None, named)))

    @property
    def kicker(self) -> str:
        return " · ".join(filter(None, [self.when_label, self.where_label]))

    @property
    def is_over(self) -> bool:
        today = timezone.localdate()
        ends = [session.end_day for session in self.dated_sessions]
        return self.state == self.State.HELD or bool(ends and max(ends) < today)

    @property
    def is_off(self) -> bool:
        return self.state in (self.State.CANCELLED, self.State.POSTPONED)

    @property
    def is_void(self) -> bool:
        """Whether the dates shown no longer hold; a postponed event may carry its new one."""
        waiting = self.is_over or not self.dated_sessions
        postponed = self.state == self.State.POSTPONED
        return self.state == self.State.CANCELLED or (postponed and waiting)

    @property
    def is_registration_open(self) -> bool:
        deadline = self.registration_deadline
        late = deadline is not None and deadline < timezone.localdate()
        return bool(self.registration_url) and not (late or self.is_void or self.is_over)

    @property
    def card_day(self) -> date | None:
        """The day a list shows: the next session's, or the last one's."""
        days = [session.day for session in self.dated_sessions]
        today = timezone.localdate()
        coming = [session.day for session in self.dated_sessions if session.end_day >= today]
        return next(iter(coming), days[-1] if days else None)

    @property
    def has_outcomes(self) -> bool:
        return bool(self.outcomes.all() or self.materials.all())

    def shown_speakers(self) -> list[EventSpeaker]:
        return [speaker for speaker in self.speakers.all() if speaker.shown_name]

    def shown_organisers(self) -> list[Organisation]:
        return [made.organisation for made in self.organisers.all()]

    def shown_outcomes(self) -> PageQuerySet:
        chosen = [row.outcome_id for row in self.outcomes.all()]
        return Page.objects.live().public().filter(pk__in=chosen)

    def shown_action(self) -> Page | None:
        return Page.objects.live().public().filter(pk=self.action_id).first()

    def json_ld(self) -> dict[str, Any]:
        return agenda_data.event(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["outcomes"] = self.shown_outcomes()
        return context
