"""Blocks an issue is made of. Every item block names what it becomes in each edition by its
kind: `newsletters/<edition>/items/<kind>` (see `newsletters.editions`)."""

from typing import Any

from django.core.exceptions import ValidationError

from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from newsletters.letter import Visibility
from pages.blocks.dossier import ResourceChooserBlock
from pages.models import Resource

MAIL_FEATURES = ["bold", "italic", "link", "ol", "ul"]
VISIBILITY_CHOICES = [
    (Visibility.BOTH.value, "Lettre et site"),
    (Visibility.WEB.value, "Site seulement"),
    (Visibility.MAIL.value, "Lettre seulement"),
]


class MailText(blocks.RichTextBlock):
    """Rich text that survives a mail client: no heading, no image, no embed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", MAIL_FEATURES)
        kwargs.setdefault("max_length", 2_000)
        super().__init__(**kwargs)


class ItemBlock(blocks.StructBlock):
    """What every item has: where it appears."""

    visibility = blocks.ChoiceBlock(
        choices=VISIBILITY_CHOICES, default=Visibility.BOTH.value, label="Visible dans"
    )


class TextItemBlock(ItemBlock):
    title = blocks.CharBlock(label="Titre", max_length=200)
    text = MailText(label="Texte", required=False)
    url = blocks.URLBlock(label="Lien", required=False)
    link_label = blocks.CharBlock(
        label="Texte du lien",
        required=False,
        max_length=120,
        help_text="Compréhensible seul : « Lire le compte rendu », pas « Cliquez ici ».",
    )

    class Meta:
        icon = "pilcrow"
        label = "Texte libre"
        group = "Rédiger"
        description = "Une annonce du centre : rencontre, publication, inscription."
        preview_value = {"title": "Rencontre du réseau", "text": "<p>Le 12 mars à Cergy.</p>"}
        form_layout = ["title", "text", "url", "link_label", "visibility"]


class ExperienceItemBlock(ItemBlock):
    page = blocks.PageChooserBlock(page_type="pages.ExperiencePage", label="Fiche expérience")
    title = blocks.CharBlock(
        label="Titre pour la lettre",
        required=False,
        max_length=200,
        help_text="Vide : le titre de la fiche.",
    )
    text = MailText(
        label="Introduction pour la lettre", required=False, help_text="Vide : le chapô."
    )

    class Meta:
        icon = "doc-full"
        label = "Fiche expérience"
        group = "Choisir sur le site"
        description = "Image, titre et chapô de la fiche, avec le lien pour lire la suite."
        form_layout = ["page", "title", "text", "visibility"]


class PageItemBlock(ItemBlock):
    page = blocks.PageChooserBlock(label="Page")
    title = blocks.CharBlock(
        label="Titre pour la lettre",
        required=False,
        max_length=200,
        help_text="Vide : le titre de la page, toujours à jour.",
    )
    text = MailText(
        label="Introduction pour la lettre", required=False, help_text="Vide : celle de la page."
    )

    class Meta:
        icon = "doc-empty"
        label = "Depuis le site"
        group = "Choisir sur le site"
        description = "Publication, rendez-vous, offre… : titre, introduction et lien de la page."
        form_layout = ["page", "title", "text", "visibility"]


class NewsItemBlock(ItemBlock):
    scope = blocks.ChoiceBlock(
        choices=[("national", "National"), ("local", "Local")], default="national", label="Échelle"
    )
    title = blocks.CharBlock(label="Titre", max_length=200)
    text = MailText(label="Texte", required=False)
    source = blocks.CharBlock(label="Source", required=False, max_length=120)
    url = blocks.URLBlock(label="Lien", required=False)

    class Meta:
        icon = "info-circle"
        label = "Actualité"
        group = "Rédiger"
        description = "Une nouvelle nationale ou locale de la politique de la ville."
        preview_value = {"scope": "local", "title": "Un conseil citoyen renouvelé"}
        form_layout = ["scope", "title", "text", "source", "url", "visibility"]


class ResourceItemBlock(ItemBlock):
    """Chosen among the resources already described, where dossiers find it again, or written
    here; what is written wins over what was chosen."""

    resource = ResourceChooserBlock(
        label="Ressource déjà décrite",
        required=False,
        help_text="La choisir, ou la créer une fois pour les lettres et les dossiers.",
    )
    kind = blocks.ChoiceBlock(choices=Resource.Kind.choices, default="site", label="Nature")
    title = blocks.CharBlock(
        label="Titre",
        required=False,
        max_length=200,
        help_text="Vide : celui de la ressource choisie.",
    )
    author = blocks.CharBlock(label="Auteur·rice", required=False, max_length=160)
    publisher = blocks.CharBlock(label="Éditeur, diffuseur", required=False, max_length=160)
    text = MailText(label="Présentation", required=False)
    url = blocks.URLBlock(label="Lien", required=False)

    class Meta:
        icon = "link"
        label = "Ressource"
        group = "Rédiger"
        description = "Site, émission, ouvrage, podcast, rapport, outil ou vidéo."
        preview_value = {"kind": "podcast", "title": "Paroles d'habitant·es"}
        form_layout = blocks.BlockGroup(
            children=[
                "resource", "kind", "title", "author", "publisher", "text", "url", "visibility",
            ]
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        if not value.get("resource") and not value.get("title"):
            missing = ValidationError("Choisissez une ressource, ou donnez un titre.")
            raise blocks.StructBlockValidationError(block_errors={"title": missing})
        return super().clean(value)


class PressItemBlock(ItemBlock):
    media = blocks.CharBlock(label="Média", max_length=120)
    title = blocks.CharBlock(label="Titre de l'article", max_length=200)
    url = blocks.URLBlock(label="Lien")
    date = blocks.DateBlock(label="Date", required=False)
    text = MailText(label="Commentaire", required=False)

    class Meta:
        icon = "openquote"
        label = "Revue de presse"
        group = "Rédiger"
        description = "Un article, avec le média qui le publie."
        preview_value = {"media": "La Gazette", "title": "Dix ans de conseils citoyens"}
        form_layout = ["media", "title", "url", "date", "text", "visibility"]


class ZoomItemBlock(ItemBlock):
    title = blocks.CharBlock(label="Titre", max_length=200)
    text = MailText(label="Texte")

    class Meta:
        icon = "help"
        label = "Zoom"
        group = "Mettre en avant"
        description = "Un encadré : arrivée, départ, chiffre, rendez-vous."
        preview_value = {"title": "Zoom", "text": "<p>L'équipe s'agrandit.</p>"}
        form_layout = ["title", "text", "visibility"]


class ImageItemBlock(ItemBlock):
    image = ImageBlock(label="Image")
    caption = blocks.CharBlock(label="Légende", required=False, max_length=200)

    class Meta:
        icon = "image"
        label = "Image"
        group = "Mettre en avant"
        description = "Une image pleine largeur, avec légende et crédit."
        form_layout = ["image", "caption", "visibility"]


class ItemStream(blocks.StreamBlock):
    """Keys are the values of `Kind`: the section templates and the editions rely on it."""

    text = TextItemBlock()
    news = NewsItemBlock()
    resource = ResourceItemBlock()
    press = PressItemBlock()
    experience = ExperienceItemBlock()
    zoom = ZoomItemBlock()
    image = ImageItemBlock()
    page = PageItemBlock()


class SectionBlock(blocks.StructBlock):
    """One page of the letter. `key` ties it to the series' template and is filled by it."""

    key = blocks.CharBlock(
        label="Rubrique",
        max_length=50,
        help_text="Identifiant de la rubrique dans le gabarit de la série.",
    )
    title = blocks.CharBlock(
        label="Titre", required=False, max_length=120, help_text="Vide : celui du gabarit."
    )
    intro = blocks.TextBlock(label="Introduction", required=False, rows=2, max_length=600)
    items = ItemStream(label="Contenus", required=False)

    class Meta:
        icon = "list-ul"
        label = "Rubrique"
        label_format = "{title}"
        description = "Une page de la lettre."
        form_layout = blocks.BlockGroup(children=["title", "intro", "items"], settings=["key"])


class IssueStream(blocks.StreamBlock):
    section = SectionBlock()

    def clean(self, value: Any) -> Any:
        """Refuse the same section twice: the second would vanish from print and archive."""
        cleaned = super().clean(value)
        seen: set[str] = set()
        for index, child in enumerate(cleaned):
            key = child.value.get("key", "")
            if key in seen:
                raise blocks.StreamBlockValidationError(
                    block_errors={
                        index: blocks.StructBlockValidationError(
                            block_errors={
                                "key": ValidationError("Cette rubrique est déjà présente.")
                            }
                        )
                    }
                )
            seen.add(key)
        return cleaned
