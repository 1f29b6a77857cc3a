"""What is printed at the foot of every page and letter, typed once."""

from django.db import models

from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="home")
class CentreSettings(BaseSiteSetting):
    """The centre itself: name, seat and the notices the law asks for (LCEN, RGAA)."""

    name = models.CharField("nom du centre", max_length=160, default="Centre de ressources")
    address = models.TextField("adresse", blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("courriel", blank=True)
    publication_director = models.CharField(
        "direction de la publication", max_length=160, blank=True
    )
    host = models.TextField("hébergeur", blank=True)
    logo = models.ForeignKey(
        "pages.CreditedImage",
        verbose_name="logo",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    funders = models.ManyToManyField(
        "pages.Organisation",
        verbose_name="financeurs",
        blank=True,
        related_name="+",
        help_text="Leurs logos sont au bas de la lettre imprimée et du recueil.",
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("address"),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
                FieldPanel("logo"),
            ],
            heading="Le centre",
        ),
        MultiFieldPanel(
            [FieldPanel("publication_director"), FieldPanel("host")], heading="Mentions légales"
        ),
        "funders",
    ]

    class Meta:
        verbose_name = "coordonnées du centre"
        verbose_name_plural = "coordonnées du centre"

    def __str__(self) -> str:
        return self.name
