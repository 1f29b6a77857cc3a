"""The frozen issue, the ledger of its deliveries, and what the relay said afterwards."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from newsletters.models.audience import Subscriber, Subscription, SubscriptionQuerySet
from newsletters.models.issue import IssuePage
from newsletters.models.periodical import no_line_break
from newsletters.models.rules import selected
from newsletters.models.segment import Segment


@dataclass(frozen=True, slots=True)
class Equation:
    """`audience = accepted + refused + skipped + uncertain + remaining`, always."""

    audience: int
    accepted: int
    refused: int
    skipped: int
    uncertain: int
    remaining: int

    @property
    def balances(self) -> bool:
        settled = self.accepted + self.refused + self.skipped + self.uncertain
        return self.audience == settled + self.remaining

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Mailing(models.Model):
    """One sending of one issue: its bytes, its schedule, its state."""

    class State(models.TextChoices):
        DRAFT = "draft", "À approuver"
        APPROVED = "approved", "Approuvé"
        SCHEDULED = "scheduled", "Programmé"
        SENDING = "sending", "En cours d'envoi"
        PAUSED = "paused", "En pause"
        FINISHED = "finished", "Terminé"
        CANCELLED = "cancelled", "Annulé"

    class PauseKind(models.TextChoices):
        """Who or what stopped it: only FAULT and CANARY end by themselves."""

        PERSON = "person", "Décision d'une personne"
        FAULT = "fault", "Panne"
        QUESTION = "question", "Question posée"
        CANARY = "canary", "Premier groupe sous observation"
        BREAKER = "breaker", "Seuil dépassé"

    issue = models.ForeignKey(
        IssuePage, on_delete=models.PROTECT, related_name="mailings", verbose_name="numéro"
    )
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.DRAFT)
    subject = models.CharField("objet", max_length=150, validators=[no_line_break])
    preheader = models.CharField("accroche", max_length=200, blank=True)
    from_name = models.CharField("expéditeur", max_length=120, validators=[no_line_break])
    from_email = models.EmailField("adresse d'expédition")
    reply_to = models.EmailField("adresse de réponse", blank=True)
    html = models.TextField("HTML figé", editable=False)
    text = models.TextField("texte figé", editable=False)
    content_hash = models.CharField("empreinte du contenu", max_length=64, editable=False)
    # A correction goes to those who received the mailing it corrects, and to nobody else.
    corrects = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="errata",
        verbose_name="corrige l'envoi",
    )
    correction = models.TextField("ce qui est corrigé", blank=True, max_length=600)
    # Where the rules below were taken from; they are a copy, so the segment may change or go.
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    audience_rules = models.JSONField("règles de sélection", default=dict, editable=False)
    audience_words = models.TextField("destinataires choisis", blank=True, editable=False)
    # What the issue itself gave when prepared: compared with what it gives now, so that an edit
    # after the approval is seen. Empty for a row no issue was rendered into.
    issue_hash = models.CharField(max_length=64, blank=True, editable=False)
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    approved_at = models.DateTimeField("approuvé le", null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    scheduled_at = models.DateTimeField("programmé pour", null=True, blank=True)
    started_at = models.DateTimeField("commencé le", null=True, editable=False)
    finished_at = models.DateTimeField("terminé le", null=True, editable=False)
    # Written once, at the freeze, and never recomputed: the left side of the equation.
    audience = models.PositiveIntegerField("destinataires", null=True, editable=False)
    pause_reason = models.TextField("raison de la pause", blank=True, editable=False)
    pause_kind = models.CharField(
        max_length=8, choices=PauseKind.choices, blank=True, editable=False
    )
    # When the worker may resume by itself, null when a person must; once resumed, when that was.
    resume_at = models.DateTimeField("reprise prévue le", null=True, editable=False)
    # Faults since a message last left: the back-off grows with it.
    faults = models.PositiveSmallIntegerField(default=0, editable=False)
    stop_after = models.DateTimeField("ne plus envoyer après", null=True, blank=True)
    # The installation that scheduled it: a restored copy of the database is another one.
    environment = models.CharField(max_length=64, blank=True, editable=False)
    canary_passed = models.BooleanField(default=False, editable=False)
    # A person saw the threshold exceeded and chose to go on.
    breaker_off = models.BooleanField(default=False, editable=False)
    # When the ledger lost its people (retention): nobody may be added to it any more.
    anonymised_at = models.DateTimeField("anonymisé le", null=True, editable=False)

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("approve_mailing", "Peut approuver une lettre"),
            ("send_mailing", "Peut programmer et envoyer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False),
                name="scheduled_mailing_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "finished"]) | Q(audience__isnull=False),
                name="sent_mailing_has_a_frozen_audience",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.get_state_display().lower()})"

    @property
    def is_erratum(self) -> bool:
        return self.corrects_id is not None

    def fingerprint(self) -> str:
        """SHA-256 of everything a reader receives, personal links excepted, and of who is chosen.

        So an approval binds the audience too: neither rules nor content change behind it.
        """
        digest = hashlib.sha256()
        for part in (
            self.subject, self.preheader, self.from_name, self.from_email, self.reply_to,
            self.html, self.text,
        ):  # fmt: skip
            digest.update(hashlib.sha256(part.encode()).digest())
        if self.audience_rules:
            rules = json.dumps(self.audience_rules, sort_keys=True)
            digest.update(hashlib.sha256(rules.encode()).digest())
        return digest.hexdigest()

    def readers(self) -> SubscriptionQuerySet:
        """Who receives it if it leaves now: each subscription once."""
        people = Subscription.objects.mailable(self.issue.periodical).received(self.corrects)
        if self.audience_rules:
            people = people.filter(subscriber__in=selected(self.audience_rules))
        return people

    def outcomes(self) -> dict[str, int]:
        """How many rows of the ledger are in each state, those without a row left out."""
        return dict(self.deliveries.order_by().values_list("state").annotate(n=Count("pk")))

    def equation(self) -> Equation:
        """The counts of the ledger, in one grouped query."""
        state, counts = Delivery.State, self.outcomes()
        return Equation(
            audience=self.audience or 0,
            accepted=counts.get(state.ACCEPTED, 0),
            refused=counts.get(state.REFUSED, 0),
            skipped=counts.get(state.SKIPPED, 0),
            uncertain=counts.get(state.UNCERTAIN, 0),
            remaining=sum(counts.get(s, 0) for s in (state.PLANNED, state.CLAIMED, state.RETRY)),
        )

    def idle_since(self, moment: datetime) -> bool:
        """Whether it had begun by then, and no row was settled after."""
        begun = self.started_at is not None and self.started_at < moment
        return begun and not self.deliveries.filter(settled_at__gte=moment).exists()

    def has_work(self) -> bool:
        """Whether a row is due, or all are settled and the mailing only wants its end."""
        open_rows = self.deliveries.unsettled()
        free = open_rows.exclude(state=Delivery.State.CLAIMED)
        due = free.exclude(not_before__gt=timezone.now())
        return due.exists() or not open_rows.exists()


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unsettled(self) -> Self:
        state = Delivery.State
        return self.filter(state__in=[state.PLANNED, state.CLAIMED, state.RETRY])


class Delivery(models.Model):
    """One row of the ledger: this mailing × this person."""

    class State(models.TextChoices):
        PLANNED = "planned", "À envoyer"
        CLAIMED = "claimed", "En cours"
        ACCEPTED = "accepted", "Remis au relais"
        REFUSED = "refused", "Refusé"
        RETRY = "retry", "À réessayer"
        UNCERTAIN = "uncertain", "Incertain"
        SKIPPED = "skipped", "Écarté"

    class SkipReason(models.TextChoices):
        LEFT = "left", "Désinscrit·e depuis"
        BLOCKED = "blocked", "Adresse bloquée"
        ERASED = "erased", "Données effacées"
        CANCELLED = "cancelled", "Envoi annulé"

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    email = models.CharField("courriel", max_length=254)
    state = models.CharField(
        "résultat", max_length=10, choices=State.choices, default=State.PLANNED
    )
    skip_reason = models.CharField("motif", max_length=10, choices=SkipReason.choices, blank=True)
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    not_before = models.DateTimeField(null=True)
    reply_code = models.PositiveSmallIntegerField("code", null=True)
    reply_text = models.CharField("réponse du relais", max_length=300, blank=True)
    settled_at = models.DateTimeField("le", null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "remise"
        verbose_name_plural = "remises"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["mailing", "email"], name="one_delivery_per_person")
        ]
        indexes = [
            models.Index(
                fields=["mailing", "id"],
                name="delivery_to_claim",
                condition=Q(state__in=["planned", "retry"]),
            ),
            models.Index(
                fields=["lease_until"], name="delivery_leases", condition=Q(state="claimed")
            ),
            models.Index(fields=["mailing", "state"], name="delivery_by_state"),
        ]

    def __str__(self) -> str:
        return f"Remise n° {self.pk} ({self.get_state_display().lower()})"


class DeliveryEvent(models.Model):
    """What was learned about a delivery after it left: delivered, bounced, complained…"""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", "Distribué"
        BOUNCED = "bounced", "Rebond définitif"
        DEFERRED = "deferred", "Rebond temporaire"
        COMPLAINED = "complained", "Plainte"
        LEFT = "left", "Désinscription chez le fournisseur"
        OTHER = "other", "Autre"

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField("événement", max_length=12, choices=Kind.choices)
    at = models.DateTimeField("le", default=timezone.now)
    detail = models.CharField("détail", max_length=300, blank=True)
    # A digest of what the provider said: the same notice received twice is written once.
    key = models.CharField(max_length=64, null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "événement de remise"
        verbose_name_plural = "événements de remise"
        default_permissions = ("view",)
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.at:%d/%m/%Y %H:%M}"
