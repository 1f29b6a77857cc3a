"""People and organisations, typed once and referred to everywhere."""

from django.core.exceptions import ValidationError
from django.db import models

from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.search import index


class Organisation(index.Indexed, models.Model):
    """A body that holds projects, co-produces, funds or employs."""

    class Kind(models.TextChoices):
        """« Type de porteur »: editors must vary it from one sheet to the next."""

        COLLECTIVITE = "collectivite", "Collectivité territoriale"
        ASSOCIATION = "association", "Association"
        INSTITUTION = "institution", "État, institution"
        BAILLEUR = "bailleur", "Bailleur social"
        CENTRE_SOCIAL = "centre_social", "Centre social, fédération"
        ESS = "ess", "Entreprise solidaire, insertion"
        AUTRE = "autre", "Autre"

    name = models.CharField("nom", max_length=200, unique=True)
    acronym = models.CharField("sigle", max_length=30, blank=True)
    kind = models.CharField("type", max_length=20, choices=Kind.choices, default=Kind.AUTRE)
    city = models.CharField("ville", max_length=120, blank=True)
    website = models.URLField("site web", blank=True)
    former_names = models.TextField(
        "anciens noms", blank=True, help_text="Un par ligne, avec les dates si elles sont connues."
    )
    logo = models.ForeignKey(
        "pages.CreditedImage",
        verbose_name="logo",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("acronym")]),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("city")]),
        "website",
        "logo",
        "former_names",
    ]
    search_fields = [
        index.SearchField("name"),
        index.SearchField("acronym"),
        index.AutocompleteField("name"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = "organisme"
        verbose_name_plural = "organismes"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Person(index.Indexed, models.Model):
    """Somebody who writes, speaks or answers for a project: one record, one spelling."""

    first_name = models.CharField("prénom", max_length=80, blank=True)
    last_name = models.CharField("nom", max_length=120)
    function = models.CharField("fonction", max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="organisme",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="people",
    )
    email = models.EmailField("courriel", blank=True)

    panels = [
        FieldRowPanel([FieldPanel("first_name"), FieldPanel("last_name")]),
        "function",
        "organisation",
        "email",
    ]
    search_fields = [
        index.SearchField("first_name"),
        index.SearchField("last_name"),
        index.AutocompleteField("last_name"),
        index.AutocompleteField("first_name"),
    ]

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        ordering = ["last_name", "first_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["first_name", "last_name", "organisation"],
                name="unique_person_in_organisation",
            ),
            models.UniqueConstraint(
                fields=["first_name", "last_name"],
                condition=models.Q(organisation=None),
                name="unique_person_without_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def clean(self) -> None:
        super().clean()
        if "@" in self.last_name:
            raise ValidationError({"last_name": "Le nom contient une adresse électronique."})
