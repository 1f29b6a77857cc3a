"""A named choice among the readers, kept to be used again."""

from django.db import models
from django.utils import timezone

from newsletters.models.audience import Subscriber
from newsletters.models.rules import asked, selected, words


class Segment(models.Model):
    """Rules under a name. A mailing copies them: changing a segment changes no prepared mailing."""

    name = models.CharField("nom", max_length=120, unique=True)
    rules = models.JSONField("règles", default=dict)
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "segment"
        verbose_name_plural = "segments"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """« Nom – règle ; et règle »: what a mailing shows of its audience, for good."""
        return f"{self.name} – {words(self.rules)}"

    @property
    def size(self) -> int:
        """How many rules it has."""
        return len(asked(self.rules))

    def people(self) -> models.QuerySet[Subscriber]:
        return selected(self.rules)
