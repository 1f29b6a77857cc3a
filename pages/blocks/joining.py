"""The form to receive the letters, placed where an editor wants it."""

from wagtail import blocks


class JoiningBlock(blocks.StructBlock):
    """Its letters and its notice come from the site: only what introduces them is written here."""

    title = blocks.CharBlock(label="Titre", max_length=120, default="Recevoir nos lettres")
    text = blocks.TextBlock(label="Texte", rows=2, required=False)

    class Meta:
        icon = "mail"
        label = "Inscription aux lettres"
        description = "Un champ d'adresse et le choix des lettres ; sans script ni cookie."
        template = "pages/blocks/joining.html"
        preview_value = {"title": "Recevoir nos lettres", "text": "Une fois par mois."}
