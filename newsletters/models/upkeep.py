"""What the nightly work remembers: when it was done, and figures that outlive the people."""

from datetime import date
from typing import Self

from django.db import models

from newsletters.models.audience import Subscription
from newsletters.models.periodical import Periodical


class Chore(models.Model):
    """A task done once a day by whichever worker comes first."""

    name = models.CharField(max_length=40, unique=True)
    done_on = models.DateField(null=True)

    class Meta:
        verbose_name = "tâche quotidienne"
        verbose_name_plural = "tâches quotidiennes"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, name: str, day: date) -> bool:
        """Whether this caller, alone among all workers, does the task of that day."""
        cls.objects.get_or_create(name=name)
        waiting = models.Q(done_on=None) | models.Q(done_on__lt=day)
        return bool(cls.objects.filter(waiting, name=name).update(done_on=day))


class AudienceMonthQuerySet(models.QuerySet["AudienceMonth"]):
    def between(self, first: date, last: date) -> Self:
        return self.filter(month__range=(first, last))


class AudienceMonth(models.Model):
    """What happened to the readers of a series in a month. Counts only: no person is in it."""

    month = models.DateField("mois", help_text="Le premier jour du mois.")
    periodical = models.ForeignKey(
        Periodical, on_delete=models.CASCADE, related_name="audience_months", verbose_name="série"
    )
    joined = models.PositiveIntegerField("arrivées", default=0)
    left = models.PositiveIntegerField("départs", default=0)
    erased = models.PositiveIntegerField("effacements", default=0)
    bounced = models.PositiveIntegerField("rebonds", default=0)
    complained = models.PositiveIntegerField("plaintes", default=0)
    # {LeftReason: count}, « » for those who gave none.
    reasons = models.JSONField("raisons de départ", default=dict)
    # Active subscriptions when the month was last counted; null for months before the first count.
    active = models.PositiveIntegerField("abonné·es en fin de mois", null=True)

    objects = AudienceMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "mois d'audience"
        verbose_name_plural = "statistiques d'audience"
        ordering = ["month", "periodical"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["month", "periodical"], name="one_count_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.periodical} – {self.month:%m/%Y}"

    @property
    def net(self) -> int:
        return self.joined - self.left - self.erased

    def reason_counts(self) -> dict[str, int]:
        """French label → count, in the order of the form."""
        labels = {**dict(Subscription.LeftReason.choices), "": "Sans réponse"}
        return {label: self.reasons[key] for key, label in labels.items() if key in self.reasons}
