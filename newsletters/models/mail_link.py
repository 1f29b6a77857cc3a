"""The links of a mailing and how often each was followed. By whom is not known, to anybody."""

from django.db import models

from newsletters.models.mailing import Mailing


class MailLink(models.Model):
    """One address of a frozen letter, numbered in reading order, and its count."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="links")
    number = models.PositiveSmallIntegerField("rang")
    url = models.TextField("adresse")
    clicks = models.PositiveIntegerField("clics", default=0)

    class Meta:
        verbose_name = "lien d'un envoi"
        verbose_name_plural = "liens d'un envoi"
        ordering = ["mailing", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mailing", "number"], name="one_number_per_link")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.url}"
