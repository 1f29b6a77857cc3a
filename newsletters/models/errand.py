"""What a public form left for the worker to do, and how often it was used."""

from typing import Self

from django.db import models
from django.utils import timezone

from newsletters.models.audience import Subscriber


class ErrandQuerySet(models.QuerySet["Errand"]):
    def due(self) -> Self:
        """Those nobody holds, oldest first: what one person asked for is done in order."""
        free = models.Q(not_before=None) | models.Q(not_before__lte=timezone.now())
        return self.filter(free).order_by("pk")

    def about_address(self, email_key: str) -> Self:
        """Those that hold this address in their details: what was typed, not yet looked up."""
        return self.filter(details__email_key=email_key)


class Errand(models.Model):
    """One thing a form asked for. Deleted as soon as it is done.

    The forms write this row and nothing else: whether an address is known, new or refused is
    looked up by the worker, never while the visitor waits, so no answer can tell it, not even by
    the time it takes.
    """

    class Kind(models.TextChoices):
        ASK = "ask", "Demande d'abonnement"
        LINK = "link", "Demande de lien"
        CONFIRMATION = "confirmation", "Courriel de confirmation"
        ALREADY = "already", "Courriel « déjà abonné·e »"
        WELCOME = "welcome", "Courriel de bienvenue"
        ACCESS = "access", "Courriel d'accès à ses données"
        MOVE = "move", "Courriel de changement d'adresse"
        MOVED = "moved", "Avis à l’ancienne adresse"
        RENEWAL = "renewal", "Courriel de reconfirmation"

    kind = models.CharField("nature", max_length=12, choices=Kind.choices)
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.CASCADE, related_name="errands"
    )
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        verbose_name = "demande en attente"
        verbose_name_plural = "demandes en attente"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} n° {self.pk}"


class Attempt(models.Model):
    """One use of a public form, under a keyed hash that changes every day; purged after a day."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "usage d'un formulaire"
        verbose_name_plural = "usages des formulaires"
        default_permissions = ()
        indexes = [models.Index(fields=["digest", "at"], name="attempt_by_digest")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}… {self.at:%d/%m/%Y %H:%M}"
