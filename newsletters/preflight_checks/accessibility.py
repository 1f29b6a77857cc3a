"""What keeps a letter readable by everybody (RGAA 4.1.2: themes 1, 6 and 9)."""

import re
from collections.abc import Iterator
from itertools import pairwise

from bs4 import BeautifulSoup, Tag

from newsletters.letter import Kind
from newsletters.preflight_checks.draft import Draft, Finding, Level, Place

GENERIC = {
    "cliquez ici", "cliquer ici", "ici", "lire la suite", "la suite", "suite", "en savoir plus",
    "savoir plus", "plus d'infos", "plus d'informations", "voir", "voir plus", "lien", "ce lien",
    "télécharger", "lire", "lire plus", "découvrir", "consulter", "site", "site web",
}  # fmt: skip
_HEADING = re.compile(r"<h([1-6])[\s>]")
_FILE_NAME = re.compile(r"\.(jpe?g|png|webp|gif|avif)$|^(img|dsc|image)[-_ ]?\d+", re.IGNORECASE)


def alternatives(draft: Draft) -> Iterator[Finding]:
    cover = draft.issue.cover
    if cover:
        yield from _alternative(
            cover.default_alt_text, cover.is_decorative, draft.at("cover", "Image de couverture")
        )
    for entry in draft.entries:
        if entry.item.kind is Kind.IMAGE and (image := entry.value.get("image")):
            alt, decorative = image.contextual_alt_text, image.decorative
        elif (
            entry.item.picture
            and (page := entry.value.get("page"))
            and (image := getattr(page.specific, "cover", None))
        ):
            alt, decorative = image.default_alt_text, image.is_decorative
        else:
            continue
        yield from _alternative(alt or "", bool(decorative), entry.place)


def _alternative(alt: str, decorative: bool, place: Place) -> Iterator[Finding]:
    if decorative:
        return
    if not alt.strip():
        yield Finding(
            "alt-missing",
            Level.BLOCK,
            "Une image n'a pas de texte de remplacement",
            place,
            "Les lecteurs d'écran la taisent, et les images bloquées ne laissent qu'un vide "
            "(RGAA 1.1).",
            "Décrivez l'image en une phrase, ou déclarez-la décorative.",
        )
    elif _FILE_NAME.search(alt.strip()):
        yield Finding(
            "alt-file-name",
            Level.WARN,
            f"Le texte de remplacement « {alt} » ressemble à un nom de fichier",
            place,
            "Il sera lu tel quel.",
            "Dites ce que l'image montre.",
        )


def headings(draft: Draft) -> Iterator[Finding]:
    """One h1 and no level skipped, in the mail as in the fragment of the site (below its h1)."""
    for name, levels in (("courriel", _levels(draft.html)), ("site", [1, *_levels(draft.web)])):
        jumps = [f"h{a} → h{b}" for a, b in pairwise(levels) if b > a + 1]
        if levels.count(1) != 1 or levels[0] != 1 or jumps:
            detail = ", ".join(jumps) or "il faut un titre de niveau 1 et un seul, en tête"
            yield Finding(
                "heading-order",
                Level.WARN,
                f"Les titres ne se suivent pas ({name} : {detail})",
                draft.at("body", "Rubriques"),
                "La navigation de titre en titre perd son sens (RGAA 9.1).",
                "Donnez un titre à la rubrique ou au contenu qui en manque.",
            )


def _levels(html: str) -> list[int]:
    # Not a parser: both editions are ours and escape every text, and this runs at each autosave.
    return [int(level) for level in _HEADING.findall(html)]


def link_texts(draft: Draft) -> Iterator[Finding]:
    for place, html in _rich_texts(draft):
        for link in BeautifulSoup(html, "html.parser").find_all("a"):
            yield from _generic(_text(link), place)
    for entry in draft.entries:
        if entry.item.url:
            yield from _generic(entry.item.link_label, entry.place)


def _rich_texts(draft: Draft) -> Iterator[tuple[Place, str]]:
    yield draft.at("editorial", "Éditorial"), draft.letter.editorial
    for entry in draft.entries:
        yield entry.place, entry.item.html


def _text(link: Tag) -> str:
    return " ".join(link.get_text(" ").split())


def _generic(text: str, place: Place) -> Iterator[Finding]:
    bare = text.replace("’", "'").casefold().strip(" .…:>»«→")
    if bare in GENERIC or not bare:
        yield Finding(
            "generic-link",
            Level.WARN,
            f"Le lien « {text} » ne dit pas où il mène" if text else "Un lien n'a pas de texte",
            place,
            "Lu seul, comme le fait un lecteur d'écran, il n'a pas de sens (RGAA 6.1).",
            "Nommez la destination : « Lire le compte rendu de la rencontre ».",
        )
