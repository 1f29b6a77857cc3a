"""Images that always carry their credit and either a text alternative or « décorative »."""

from django.core.exceptions import ValidationError
from django.db import models

from wagtail.images.models import AbstractImage, AbstractRendition, Image


class CreditedImage(AbstractImage):
    """The credit belongs to the image, so that it cannot drift away from it in a layout."""

    credit = models.CharField(
        "crédit",
        max_length=200,
        help_text="Auteur·rice ou détenteur·rice des droits, tel qu'il doit être imprimé.",
    )
    is_decorative = models.BooleanField(
        "image décorative",
        default=False,
        help_text="L'image n'apporte aucune information : les lecteurs d'écran l'ignorent.",
    )

    admin_form_fields = (*Image.admin_form_fields, "credit", "is_decorative")

    class Meta:
        verbose_name = "image"
        verbose_name_plural = "images"

    @property
    def default_alt_text(self) -> str:
        """Empty for a decorative image; never the title, which is often a file name."""
        return "" if self.is_decorative else self.description

    def clean(self) -> None:
        super().clean()
        if not self.is_decorative and not self.description.strip():
            raise ValidationError(
                {"description": "Décrivez l'image, ou cochez « image décorative »."}
            )


class CreditedRendition(AbstractRendition):
    image = models.ForeignKey(CreditedImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.image} ({self.filter_spec})"

    @property
    def credit(self) -> str:
        return self.image.credit
