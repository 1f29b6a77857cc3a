"""What a curated dossier mixes: our pages, resources found elsewhere, files, references."""

from typing import Any

from django.forms import Widget
from django.utils.functional import cached_property

from wagtail import blocks
from wagtail.coreutils import resolve_model_string
from wagtail.documents.blocks import DocumentChooserBlock

from .text import HeadingBlock, ParagraphBlock


class ResourceChooserBlock(blocks.ChooserBlock):
    """Chooses a `pages.Resource`; any stream may use it."""

    class Meta:
        icon = "link"
        label = "Ressource"

    @cached_property
    def target_model(self) -> Any:
        return resolve_model_string("pages.Resource")

    @cached_property
    def widget(self) -> Widget:
        # The chooser imports the models, whose streams hold this block.
        from pages.choosers import resource_chooser

        return resource_chooser.widget_class()


def _comment() -> blocks.TextBlock:
    return blocks.TextBlock(
        label="Pourquoi le lire", required=False, rows=2, help_text="Une ou deux phrases."
    )


class ContentBlock(blocks.StructBlock):
    page = blocks.PageChooserBlock(label="Page")
    comment = _comment()

    class Meta:
        icon = "doc-empty"
        label = "Contenu du site"
        description = "Une fiche, une publication, un numéro… déjà en ligne."
        template = "pages/blocks/dossier_content.html"


class ResourceBlock(blocks.StructBlock):
    resource = ResourceChooserBlock()
    comment = _comment()

    class Meta:
        icon = "link"
        label = "Ressource"
        description = "Un site, un ouvrage, une émission… déjà décrits."
        template = "pages/blocks/dossier_resource.html"


class FileBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label="Document")
    comment = _comment()

    class Meta:
        icon = "doc-full"
        label = "Document"
        description = "Un fichier à télécharger."
        template = "pages/blocks/dossier_document.html"


class ReferenceValue(blocks.StructValue):
    @property
    def source(self) -> str:
        """« Awa Diallo, Éditions du Fleuve, 2023 »"""
        return ", ".join(filter(None, (self.get(key) for key in ("author", "publisher", "year"))))


class ReferenceBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="Titre", max_length=250)
    author = blocks.CharBlock(label="Auteur·rices", required=False, max_length=250)
    publisher = blocks.CharBlock(label="Éditeur, revue", required=False, max_length=200)
    year = blocks.CharBlock(label="Année", required=False, max_length=20)
    url = blocks.URLBlock(label="Adresse web", required=False)
    comment = _comment()

    class Meta:
        icon = "list-ul"
        label = "Référence bibliographique"
        description = "Une référence citée ici seulement."
        template = "pages/blocks/dossier_reference.html"
        value_class = ReferenceValue
        preview_value = {"title": "Habiter ensemble", "author": "A. Diallo", "year": "2022"}


class DossierStream(blocks.StreamBlock):
    heading = HeadingBlock()
    paragraph = ParagraphBlock()
    content = ContentBlock()
    resource = ResourceBlock()
    document = FileBlock()
    reference = ReferenceBlock()
