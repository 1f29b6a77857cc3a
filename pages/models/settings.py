"""What is printed at the foot of every page and letter, typed once."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Orderable

from pages.accessibility import Conformity, conformity
from pages.house_style import InclusiveForm


@register_setting(icon="home")
class CentreSettings(BaseSiteSetting, ClusterableModel):
    """The centre itself: name, seat, funders, and the notices the law asks for (LCEN, RGAA)."""

    name = models.CharField("nom du centre", max_length=160, default="Centre de ressources")
    address = models.TextField("adresse", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("courriel", blank=True)
    opening_hours = models.TextField("horaires et accès", blank=True)
    publication_director = models.CharField(
        "direction de la publication", max_length=160, blank=True
    )
    editor_in_chief = models.CharField("responsable de la rédaction", max_length=160, blank=True)
    rna = models.CharField(
        "numéro RNA",
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^W\d{9}$", "Un numéro RNA s'écrit « W » et neuf chiffres.")],
    )
    siret = models.CharField(
        "SIRET",
        max_length=14,
        blank=True,
        help_text="Quatorze chiffres, sans espace.",
        validators=[RegexValidator(r"^\d{14}$", "Un SIRET compte quatorze chiffres.")],
    )
    host = models.TextField("hébergeur", blank=True, help_text="Nom et adresse.")
    host_phone = models.CharField("téléphone de l'hébergeur", max_length=30, blank=True)
    logo = models.ForeignKey(
        "pages.CreditedImage",
        verbose_name="logo",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    accessibility_audited_on = models.DateField(
        "audit d'accessibilité du", null=True, blank=True, help_text="Valable trois ans."
    )
    accessibility_rate = models.DecimalField(
        "critères du RGAA respectés (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    accessibility_auditor = models.CharField(
        "audit réalisé par",
        max_length=160,
        blank=True,
        help_text="Une société, ou « en interne ».",
    )
    inclusive_form = models.CharField(
        "écriture inclusive",
        max_length=12,
        choices=InclusiveForm.choices,
        default=InclusiveForm.ONE_DOT,
        help_text="La forme de la maison ; l'éditeur signale les autres et propose d'harmoniser.",
    )

    centre_panels = [
        FieldPanel("name"),
        FieldPanel("address"),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
        FieldPanel("opening_hours"),
        FieldPanel("logo"),
        FieldPanel("inclusive_form"),
    ]
    legal_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("publication_director"), FieldPanel("editor_in_chief")]),
                FieldRowPanel([FieldPanel("rna"), FieldPanel("siret")]),
                FieldPanel("host"),
                FieldPanel("host_phone"),
            ],
            heading="Mentions légales",
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("accessibility_audited_on"), FieldPanel("accessibility_rate")]
                ),
                FieldPanel("accessibility_auditor"),
            ],
            heading="Accessibilité",
        ),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(centre_panels, heading="Le centre"),
            ObjectList(legal_panels, heading="Mentions obligatoires"),
            ObjectList([InlinePanel("funders", label="financeur")], heading="Financeurs"),
        ]
    )

    class Meta:
        verbose_name = "coordonnées du centre"
        verbose_name_plural = "coordonnées du centre"

    def __str__(self) -> str:
        return self.name

    @property
    def conformity(self) -> Conformity:
        today = timezone.localdate()
        return conformity(self.accessibility_rate, self.accessibility_audited_on, today)

    def clean(self) -> None:
        super().clean()
        if self.accessibility_audited_on and self.accessibility_audited_on > timezone.localdate():
            raise ValidationError({"accessibility_audited_on": "Cette date est à venir."})
        if self.accessibility_audited_on and self.accessibility_rate is None:
            raise ValidationError(
                {"accessibility_rate": "Indiquez la part des critères respectés à cet audit."}
            )


class FunderQuerySet(models.QuerySet["Funder"]):
    def current(self, on: date | None = None) -> Self:
        """Those whose period holds that day (today by default), in the order set."""
        day = on or timezone.localdate()
        return self.filter(
            Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day)
        ).order_by("sort_order", "pk")

    def with_logos(self) -> Self:
        """With what the strip of logos needs, whatever their number."""
        return self.select_related("organisation__logo").prefetch_related(
            "organisation__logo__renditions"
        )


class Funder(Orderable):
    """Who pays for the centre, and when; the logo is the organisation's own."""

    centre = ParentalKey(CentreSettings, on_delete=models.CASCADE, related_name="funders")
    organisation = models.ForeignKey(
        "pages.Organisation",
        verbose_name="organisme",
        on_delete=models.PROTECT,
        related_name="fundings",
    )
    starts_on = models.DateField("depuis le", null=True, blank=True)
    ends_on = models.DateField("jusqu'au", null=True, blank=True)

    objects = FunderQuerySet.as_manager()

    panels = ["organisation", FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")])]

    class Meta(Orderable.Meta):
        verbose_name = "financeur"

    def __str__(self) -> str:
        return str(self.organisation)

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "La fin précède le début."})
