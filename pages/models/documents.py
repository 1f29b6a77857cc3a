"""Documents that live outside the public media folder, and how pages attach them."""

from django.core.files.storage import Storage, storages
from django.db import models

from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.documents.models import AbstractDocument, Document
from wagtail.models import Orderable


def private_files() -> Storage:
    """The storage that has no public address: everything passes through the serving view."""
    return storages["documents"]


class CentreDocument(AbstractDocument):
    """A file, and what a reader with a disability must know before opening it."""

    # Wagtail's own field writes under MEDIA_ROOT, which a web server hands out unasked: a
    # draft's report would be public to whoever guesses its name.
    file = models.FileField("fichier", upload_to="%Y", storage=private_files)
    is_accessible = models.BooleanField(
        "fichier accessible",
        default=False,
        help_text="Balisé, avec un ordre de lecture et des textes de remplacement.",
    )
    exempt_reason = models.CharField(
        "exemption (motif)",
        max_length=200,
        blank=True,
        help_text="Pourquoi le fichier n'a pas à être accessible : paru avant le 23 septembre "
        "2018, contenu d'un tiers… (RGAA 4.1, contenus exemptés).",
    )

    admin_form_fields = (*Document.admin_form_fields, "is_accessible", "exempt_reason")

    class Meta(AbstractDocument.Meta):
        verbose_name = "document"
        verbose_name_plural = "documents"

    @property
    def kind_and_size(self) -> str:
        """« PDF, 1,2 Mo »: RGAA 13.2 asks for the format and the weight of a download."""
        return f"{self.file_extension.upper()}, {french_size(self.get_file_size() or 0)}"

    @property
    def accessibility_note(self) -> str:
        if self.is_accessible:
            return "accessible"
        if self.exempt_reason:
            return f"non accessible ({self.exempt_reason})"
        return ""


def french_size(count: int) -> str:
    """Bytes, in the decimal units of the International System: « 340 ko », « 1,2 Mo »."""
    if count < 1_000:
        return f"{count} o"
    if count < 999_500:
        return f"{count / 1_000:.0f} ko"
    return f"{count / 1_000_000:.1f} Mo".replace(".", ",")


class AttachedDocument(Orderable):
    """A document offered by a page; concrete classes add the `page` they belong to."""

    document = models.ForeignKey(
        "pages.CentreDocument",
        verbose_name="document",
        on_delete=models.PROTECT,
        related_name="+",
    )
    label = models.CharField(
        "intitulé",
        max_length=160,
        blank=True,
        help_text="« Synthèse », « Annexes »… Vide : le titre du document.",
    )

    panels = [FieldPanel("document"), FieldPanel("label")]
    api_fields = [APIField("document"), APIField("label")]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.label or self.document.title
