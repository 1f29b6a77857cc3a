"""Former domains of the site, sent on to the present one with their paths."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from wagtail.admin.panels import FieldPanel


def bare_host(text: str) -> str:
    """« https://Ancien.example.org:8000/ » → « ancien.example.org »; "" when there is none."""
    text = text.strip().lower()
    return urlsplit(text if "//" in text else f"//{text}").hostname or ""


class DomainRedirect(models.Model):
    hostname = models.CharField(
        "ancien domaine",
        max_length=253,
        unique=True,
        help_text="« ancien.example.org », sans « https:// » ; il doit encore mener à ce serveur.",
    )
    target = models.URLField(
        "nouvelle adresse",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="« https://www.example.org » : le chemin demandé y est ajouté.",
    )
    is_permanent = models.BooleanField(
        "définitif", default=True, help_text="Les moteurs de recherche oublient l'ancien domaine."
    )

    panels = [FieldPanel("hostname"), FieldPanel("target"), FieldPanel("is_permanent")]

    class Meta:
        verbose_name = "ancien domaine"
        verbose_name_plural = "anciens domaines"
        ordering = ["hostname"]

    def __str__(self) -> str:
        return f"{self.hostname} → {self.target}"

    def clean(self) -> None:
        super().clean()
        self.hostname = bare_host(self.hostname)
        if not self.hostname:
            raise ValidationError({"hostname": "Ce n'est pas un nom de domaine."})
        others = DomainRedirect.objects.exclude(pk=self.pk).values_list("hostname", "target")
        following = {host: bare_host(target) for host, target in others}
        host, seen = bare_host(self.target), set()
        while host and host not in seen:
            if host == self.hostname:
                raise ValidationError({"target": "Cette adresse ramène à l'ancien domaine."})
            seen.add(host)
            host = following.get(host, "")
