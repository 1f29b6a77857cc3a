"""Programmes of work: a year, its axes, and the actions each axis lists."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponseBase

from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, PageChooserPanel
from wagtail.api import APIField
from wagtail.fields import RichTextField
from wagtail.models import Orderable, PageManager, PageQuerySet
from wagtail.search import index

from pages import programme_data
from pages.blocks.text import PARAGRAPH_FEATURES
from pages.codes import natural_key
from pages.models.action import ActionPage
from pages.models.base import BasePage, ImportedFields
from pages.models.publishing import PublishingForm, PublishingRules
from pages.models.record import PrintedPage


@dataclass(frozen=True, slots=True)
class Entry:
    """An action in an axis; `presented_in` is the axis to go to when it is only listed here."""

    action: ActionPage
    title: str
    presented_in: "Part | None" = None


@dataclass(slots=True)
class Part:
    """An axis as it is read: its actions, then its sub-axes."""

    axis: "ProgrammeAxis"
    anchor: str
    entries: list[Entry] = field(default_factory=list)
    parts: "list[Part]" = field(default_factory=list)

    @property
    def count(self) -> int:
        """Actions presented here or below."""
        own = sum(entry.presented_in is None for entry in self.entries)
        return own + sum(part.count for part in self.parts)


class ProgrammeQuerySet(PageQuerySet):
    def presenting(self, action: ActionPage) -> "ProgrammeQuerySet":
        listed = ActionListing.objects.filter(action=action)
        return self.filter(axes__in=listed.values("axis")).distinct().order_by("-year", "pk")


class ProgrammeForm(PublishingForm):
    """Shows at its row the action that an axis presents a second time."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        axes = [
            [row for row in _kept(axis.formsets["listings"]) if row.instance.action_id]
            for axis in _kept(self.formsets["axes"])
        ]
        rows = [row for axis in axes for row in axis]
        # The page still holds the rows of before: it is asked about those typed.
        self.instance.typed_listings = [[row.instance for row in axis] for axis in axes]
        presented: set[int] = set()
        for row in () if self.is_deferred_validation else rows:
            if row.instance.is_main and row.instance.action_id in presented:
                row.add_error("is_main", "Déjà présentée plus haut : décochez l'une des deux.")
            presented |= {row.instance.action_id} if row.instance.is_main else set()
        return cleaned


Listings = list[list["ActionListing"]]


def _presented_badly(axes: Listings, actions: dict[int, ActionPage]) -> Iterator[str]:
    mains = Counter(row.action_id for rows in axes for row in rows if row.is_main)
    for pk, action in actions.items():
        if not mains[pk]:
            yield f"« {action.title} » n'est présentée dans aucun axe : cochez « présentée ici »."
        elif mains[pk] > 1:
            yield f"« {action.title} » est présentée {mains[pk]} fois : n'en gardez qu'une."


def _same_codes(axes: Listings, actions: dict[int, ActionPage]) -> Iterator[str]:
    """A bare number is counted in its axis (1 to 5 in each); any other code, in the programme."""
    bearers: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for rank, rows in enumerate(axes, start=1):
        for row in rows:
            action = actions[row.action_id]
            if row.is_main and action.code:
                scope = rank if action.code.isdecimal() else 0
                bearers[scope, natural_key(action.code)].append(action.title)
    for titles in bearers.values():
        if len(set(titles)) > 1:
            named = " », « ".join(titles)
            yield f"Le même code est porté par « {named} »."


def _kept(formset: Any) -> list[Any]:
    return [row for row in formset if row.is_valid() and not row.cleaned_data.get("DELETE")]


class ProgrammePage(PrintedPage, PublishingRules, ImportedFields, BasePage):
    """The document of a year. An action listed in several axes is presented, and counted, in
    one of them."""

    class Status(models.TextChoices):
        PROJECT = "project", "Projet"
        ADOPTED = "adopted", "Adopté"
        CLOSED = "closed", "Achevé"

    year = models.PositiveSmallIntegerField(
        "année", null=True, validators=[MinValueValidator(1980), MaxValueValidator(2100)]
    )
    status = models.CharField(
        "statut", max_length=10, choices=Status.choices, default=Status.PROJECT
    )
    introduction = RichTextField("introduction", blank=True, features=PARAGRAPH_FEATURES)

    objects = PageManager.from_queryset(ProgrammeQuerySet)()
    base_form_class = ProgrammeForm

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("year"), FieldPanel("status")]),
        "introduction",
        "cover",
        InlinePanel("axes", heading="Axes", label="axe"),
        "import_notes",
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.RelatedFields("axes", [index.SearchField("title"), index.SearchField("options")]),
        index.FilterField("year"),
    ]
    api_fields = [APIField(name) for name in ("year", "status", "introduction", "axes", "cover")]
    feed_slug, feed_title = "programmes", "Programmes"
    parent_page_types = ["pages.ActionIndexPage"]
    subpage_types: list[str] = []
    template = "pages/programme_page.html"

    class Meta:
        verbose_name = "programme"
        verbose_name_plural = "programmes"

    def publishing_problems(self) -> dict[str, str]:
        axes = getattr(self, "typed_listings", None)
        if axes is None:
            axes = [list(axis.listings.all()) for axis in self.axes.all()]
        actions = ActionPage.objects.in_bulk({row.action_id for rows in axes for row in rows})
        found = [*_presented_badly(axes, actions), *_same_codes(axes, actions)]
        return {NON_FIELD_ERRORS: found} if found else {}

    @cached_property
    def readable_actions(self) -> dict[int, ActionPage]:
        """Those listed that everybody may read; in a preview, the drafts too."""
        chosen = {row.action_id for axis in self._axes for row in axis.listings.all()}
        found = ActionPage.objects.filter(pk__in=chosen).as_cards().prefetch_related("themes")
        if not getattr(self, "shows_drafts", False):
            found = found.live().public()
        return {action.pk: action for action in found}

    @cached_property
    def _axes(self) -> "list[ProgrammeAxis]":
        return list(self.axes.prefetch_related("listings"))

    def outline(self) -> list[Part]:
        """The axes with their actions: those they present, by code, then those they recall."""
        parts = [Part(axis, f"axe-{rank}") for rank, axis in enumerate(self._axes, start=1)]
        home = self._presentations(parts)
        for part in parts:
            rows = [row for row in part.axis.listings.all() if row.action_id in home]
            # A stable sort: actions without a code keep the order of the rows.
            for row in sorted(rows, key=lambda row: self._rank(row, part, home)):
                action, there = self.readable_actions[row.action_id], home[row.action_id]
                title = row.local_title or action.title
                part.entries.append(Entry(action, title, None if there is part else there))
        return _nested(parts)

    def _presentations(self, parts: list[Part]) -> dict[int, Part]:
        """Action → the part that presents it: its main axis, or the first that lists it."""
        home: dict[int, Part] = {}
        for main in (True, False):
            for part in parts:
                for row in part.axis.listings.all():
                    if row.is_main is main and row.action_id in self.readable_actions:
                        home.setdefault(row.action_id, part)
        return home

    def _rank(self, row: "ActionListing", part: Part, home: dict[int, Part]) -> tuple[bool, str]:
        recalled = home[row.action_id] is not part
        return recalled, "" if recalled else self.readable_actions[row.action_id].code_key

    def shown_actions(self) -> list[ActionPage]:
        """Every readable action, once, in the order of the codes."""
        return sorted(self.readable_actions.values(), key=lambda action: action.code_key)

    @property
    def print_name(self) -> str:
        return f"programme-{self.year or self.pk}"

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        self.shows_drafts = True
        return super().serve_preview(request, mode_name)

    def summary(self) -> str:
        return self.search_description or (f"Programme de l'année {self.year}" if self.year else "")

    def json_ld(self) -> dict[str, Any]:
        return programme_data.document(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        return context | {"outline": self.outline(), "action_count": len(self.readable_actions)}


def _nested(parts: list[Part]) -> list[Part]:
    """Sub-axes under the axis they follow; one without an axis above stays at the top."""
    found: list[Part] = []
    for part in parts:
        below = part.axis.level == ProgrammeAxis.Level.SUBAXIS and found
        (found[-1].parts if below else found).append(part)
    return found


class ProgrammeAxis(ClusterableModel, Orderable):
    """An axis, or a sub-axis of the axis it follows. A level, not a link to the axis above: in a
    draft neither has a key yet, and moving a row must be enough."""

    class Level(models.TextChoices):
        AXIS = "axis", "Axe"
        SUBAXIS = "subaxis", "Sous-axe"

    page = ParentalKey(ProgrammePage, on_delete=models.CASCADE, related_name="axes")
    level = models.CharField("niveau", max_length=8, choices=Level.choices, default=Level.AXIS)
    code = models.CharField("numéro", max_length=20, blank=True, help_text="« 1 », « 1.2 », « I »…")
    title = models.CharField("titre", max_length=300)
    options = RichTextField(
        "options d'intervention retenues", blank=True, features=PARAGRAPH_FEATURES
    )

    panels = [
        FieldRowPanel([FieldPanel("level"), FieldPanel("code")]),
        FieldPanel("title"),
        FieldPanel("options"),
        InlinePanel("listings", heading="Actions", label="action"),
    ]
    api_fields = [APIField(name) for name in ("level", "code", "title", "options", "listings")]

    class Meta(Orderable.Meta):
        verbose_name = "axe"
        verbose_name_plural = "axes"

    def __str__(self) -> str:
        return f"{self.code} – {self.title}" if self.code else self.title


class ActionListing(Orderable):
    """An action in an axis: presented there, or only recalled under a title of its own."""

    axis = ParentalKey(ProgrammeAxis, on_delete=models.CASCADE, related_name="listings")
    action = models.ForeignKey(
        ActionPage, verbose_name="action", on_delete=models.CASCADE, related_name="listings"
    )
    is_main = models.BooleanField(
        "présentée ici",
        default=True,
        help_text="Décochez pour renvoyer à l'axe qui la présente ; elle n'est comptée que là.",
    )
    local_title = models.CharField(
        "titre dans cet axe", max_length=300, blank=True, help_text="S'il diffère ici."
    )

    panels = [
        PageChooserPanel("action"),
        FieldRowPanel([FieldPanel("is_main"), FieldPanel("local_title")]),
    ]
    api_fields = [APIField(name) for name in ("action", "is_main", "local_title")]

    class Meta(Orderable.Meta):
        verbose_name = "action listée"
        verbose_name_plural = "actions listées"

    def __str__(self) -> str:
        return self.local_title or str(self.action)
