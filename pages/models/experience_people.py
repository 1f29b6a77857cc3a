"""Who holds, answers for and writes an experience sheet."""

from django.core.validators import EmailValidator
from django.db import models

from modelcluster.fields import ParentalKey
from wagtail.models import Orderable


class ExperienceHolder(Orderable):
    """« Organisme porteur »."""

    page = ParentalKey("pages.ExperiencePage", on_delete=models.CASCADE, related_name="holders")
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="held_experiences",
    )

    class Meta(Orderable.Meta):
        verbose_name = "organisme porteur"

    def __str__(self) -> str:
        return str(self.organisation)


class ExperienceContact(Orderable):
    """Somebody readers may write to; a mailbox without a name is allowed."""

    page = ParentalKey("pages.ExperiencePage", on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField("nom", max_length=160, blank=True)
    function = models.CharField("fonction", max_length=200, blank=True)
    organisation = models.CharField("organisme", max_length=200, blank=True)
    # Not an EmailField: an import keeps a malformed address as printed, and publishing is
    # what the validator stops.
    email = models.CharField(
        "courriel",
        max_length=254,
        blank=True,
        validators=[EmailValidator("Cette adresse n'est pas valide : corrigez-la ou videz-la.")],
    )
    is_public = models.BooleanField(
        "affiché", default=True, help_text="La personne a accepté que ses coordonnées paraissent."
    )

    class Meta(Orderable.Meta):
        verbose_name = "contact"

    def __str__(self) -> str:
        return self.name or self.email


class ExperienceAuthor(Orderable):
    page = ParentalKey("pages.ExperiencePage", on_delete=models.CASCADE, related_name="authors")
    person = models.ForeignKey(
        "pages.Person",
        verbose_name="personne",
        on_delete=models.PROTECT,
        related_name="authored_experiences",
    )

    class Meta(Orderable.Meta):
        verbose_name = "auteur·rice"

    def __str__(self) -> str:
        return str(self.person)
