"""What bounds a sending: how fast it may go, and what must stop it. Both adjusted in the admin."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


class RateLimit(models.Model):
    """A token bucket shared by every worker: for all mail (`domain` empty) or for one domain.

    The level is a number of messages; null fields do not limit. `newsletters.delivery.throttle`
    is its only writer besides the admin.
    """

    domain = models.CharField(
        "domaine des destinataires",
        max_length=253,
        blank=True,
        unique=True,
        help_text="Par exemple « orange.fr ». Vide : tous les messages.",
    )
    per_second = models.FloatField(
        "messages par seconde", null=True, blank=True, validators=[MinValueValidator(0.01)]
    )
    per_hour = models.PositiveIntegerField(
        "messages par heure", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    second_level = models.FloatField(default=0, editable=False)
    hour_level = models.FloatField(default=0, editable=False)
    filled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "limite de débit"
        verbose_name_plural = "limites de débit"
        ordering = ["domain"]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_second__isnull=True) | Q(per_second__gt=0),
                name="rate_limit_lets_something_through",
            )
        ]

    def __str__(self) -> str:
        return self.domain or "Tous les messages"

    def clean(self) -> None:
        self.domain = self.domain.strip().lower().removeprefix("@")
        if self.per_second is None and self.per_hour is None:
            raise ValidationError("Indiquez un débit par seconde, par heure, ou les deux.")


def _canary_minutes() -> int:
    return settings.NEWSLETTER_CANARY_MINUTES


def _percent(label: str, default: float) -> Any:
    bounds = [MinValueValidator(0), MaxValueValidator(100)]
    return models.FloatField(label, default=default, validators=bounds)


@register_setting(icon="warning")
class SendingRules(BaseGenericSetting):
    """The first group, the thresholds that stop a sending, and when an address is given up."""

    canary_size = models.PositiveIntegerField(
        "taille du premier groupe", default=100, help_text="0 : pas de premier groupe."
    )
    canary_minutes = models.PositiveSmallIntegerField(
        "minutes d'observation",
        default=_canary_minutes,
        help_text="Attente avant le reste, le temps que les rebonds arrivent. 0 : sans attendre.",
    )
    # The two rates at which Brevo suspends an account.
    hard_percent = _percent("rebonds définitifs, en %, qui arrêtent l'envoi", 2.0)
    complaint_percent = _percent("plaintes, en %, qui arrêtent l'envoi", 0.2)
    sample = models.PositiveIntegerField(
        "messages remis avant de juger",
        default=100,
        help_text="Sous ce nombre, un seul refus ferait un pourcentage.",
    )
    # Of a relay: one reader's mailbox does not fail message after message, nor postpone them all.
    cuts = models.PositiveSmallIntegerField(
        "coupures ou silences du relais, de suite, qui mettent en pause",
        default=3,
        validators=[MinValueValidator(1)],
    )
    delays = models.PositiveSmallIntegerField(
        "messages remis à plus tard, de suite, qui mettent en pause",
        default=50,
        validators=[MinValueValidator(1)],
        help_text="L'envoi reprend de lui-même, après une attente de plus en plus longue.",
    )
    soft_bounces = models.PositiveSmallIntegerField(
        "rebonds temporaires avant de bloquer une adresse", default=3
    )
    soft_days = models.PositiveSmallIntegerField("… étalés sur au moins (jours)", default=30)

    panels = [
        MultiFieldPanel(
            [FieldPanel("canary_size"), FieldPanel("canary_minutes")], heading="Premier groupe"
        ),
        MultiFieldPanel(
            [FieldPanel("hard_percent"), FieldPanel("complaint_percent"), FieldPanel("sample")],
            heading="Coupe-circuit",
        ),
        MultiFieldPanel([FieldPanel("cuts"), FieldPanel("delays")], heading="Relais en défaut"),
        MultiFieldPanel(
            [FieldPanel("soft_bounces"), FieldPanel("soft_days")], heading="Adresses en défaut"
        ),
    ]

    class Meta:
        verbose_name = "règles d'envoi"
