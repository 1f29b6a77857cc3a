"""Review of a sheet by the project holder, who has no account: a link, and what was answered."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from wagtail.models import Revision

LINK_DAYS = 30


def default_expiry() -> datetime:
    return timezone.now() + timedelta(days=LINK_DAYS)


def keep_while_open(collector: Any, field: Any, links: Any, using: str) -> None:
    """`on_delete`: purging old revisions spares the one an open link shows.

    A plain PROTECT would also refuse the deletion of the page, which takes both.
    """
    if isinstance(collector.origin, Revision):
        links_in_use = links.filter(revoked_at=None, expires_at__gt=timezone.now())
        if links_in_use:
            models.PROTECT(collector, field, links_in_use, using)
    models.CASCADE(collector, field, links, using)


class ReviewLinkQuerySet(models.QuerySet["ReviewLink"]):
    def newest_first(self) -> "ReviewLinkQuerySet":
        return self.order_by("-created_at", "-pk")


class ReviewLink(models.Model):
    """One revision shown to whoever holds the address, until it expires or is revoked.

    Written by `pages.review` only. `nonce` is what the address signs and `token_hash` the SHA-256
    of the address: a stolen database gives no working link, and a stolen key alone neither.
    """

    page = models.ForeignKey(
        "pages.ExperiencePage", on_delete=models.CASCADE, related_name="review_links"
    )
    # A related name is needed for the deletion of a revision to be seen at all.
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=keep_while_open, related_name="review_links"
    )
    nonce = models.CharField(max_length=32, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("créé le", default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField("expire le", default=default_expiry)
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = ReviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de relecture"
        verbose_name_plural = "liens de relecture"

    def __str__(self) -> str:
        return f"Lien de relecture n° {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and timezone.now() < self.expires_at

    @property
    def state_label(self) -> str:
        if self.revoked_at:
            return "Révoqué"
        return "Ouvert" if self.is_open else "Expiré"


class ReviewAnswer(models.Model):
    """« Je valide » or « Je demande des modifications »: kept as given, never edited."""

    class Decision(models.TextChoices):
        VALIDATED = "validated", "Je valide"
        CHANGES = "changes", "Je demande des modifications"

    link = models.ForeignKey(ReviewLink, on_delete=models.CASCADE, related_name="answers")
    decision = models.CharField("décision", max_length=10, choices=Decision.choices)
    name = models.CharField("nom", max_length=160)
    comment = models.TextField("commentaire", blank=True)
    at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "réponse de relecture"
        verbose_name_plural = "réponses de relecture"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} ({self.name})"
