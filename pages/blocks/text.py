"""Blocks of running text: headings, paragraphs, quotations with their speaker."""

from django.core.validators import MaxLengthValidator

from wagtail import blocks

# No image or embed inside a paragraph: each has a block of its own, so that the text
# alternatives can be checked. Headings and quotations are allowed for what is pasted from Word,
# which would otherwise come out as bare paragraphs.
PARAGRAPH_FEATURES = [
    "h2", "h3", "bold", "italic", "quotation", "blockquote", "ol", "ul", "link", "document-link",
    "superscript",
]  # fmt: skip


class HeadingBlock(blocks.CharBlock):
    """A second-level heading: the page title is the only first-level one."""

    class Meta:
        icon = "title"
        label = "Intertitre"
        description = "Titre de partie, de niveau 2."
        template = "pages/blocks/heading.html"
        preview_value = "Une démarche partie du terrain"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.field.validators.append(MaxLengthValidator(200))


class ParagraphBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = "Paragraphe"
        description = "Texte courant : gras, italique, listes et liens."
        template = "pages/blocks/paragraph.html"
        preview_value = "<p>Les habitant·es se réunissent chaque mois.</p>"

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("features", PARAGRAPH_FEATURES)
        super().__init__(**kwargs)


class QuoteBlock(blocks.StructBlock):
    """A quotation is marked as such (RGAA 9.4), never set in bare italics."""

    text = blocks.TextBlock(label="Citation", rows=3, help_text="Sans guillemets.")
    speaker = blocks.CharBlock(label="Qui parle", required=False)
    role = blocks.CharBlock(label="Fonction", required=False)

    class Meta:
        icon = "openquote"
        label = "Citation"
        description = "Propos rapportés, avec la personne qui les tient."
        template = "pages/blocks/quote.html"
        preview_value = {
            "text": "Nous avons commencé par écouter.",
            "speaker": "Une responsable",
            "role": "centre social",
        }


class KeyFigureBlock(blocks.StructBlock):
    value = blocks.CharBlock(label="Chiffre", max_length=20)
    label = blocks.CharBlock(label="Ce qu'il mesure", max_length=120)

    class Meta:
        icon = "order"
        label = "Chiffre clé"


class KeyFiguresBlock(blocks.StructBlock):
    figures = blocks.ListBlock(KeyFigureBlock(), label="Chiffres", min_num=1, max_num=4)

    class Meta:
        icon = "order"
        label = "Chiffres clés"
        description = "Un à quatre chiffres mis en avant."
        template = "pages/blocks/key_figures.html"
        preview_value = {"figures": [{"value": "113", "label": "adhérent·es"}]}
