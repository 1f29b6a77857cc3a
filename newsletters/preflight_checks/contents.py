"""What the issue holds: its period, its sections, what its blocks ask, words left for later."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from newsletters.preflight_checks.draft import (
    Draft,
    Finding,
    Level,
    Place,
    block_place,
)

# « (??) » was printed in a real report: a mark left for oneself is never meant to be read.
_MARKERS = re.compile(
    r"\(\?+\)|\?{3,}"
    r"|\[(?:à|a) (?:vérifier|verifier|compléter|completer|confirmer|relire|préciser|suivre)[^\]]*\]"
    r"|\((?:à|a) (?:vérifier|compléter|confirmer|préciser)\)"
    r"|\bTODO\b|\bXXX+\b|\blorem ipsum\b",
    re.IGNORECASE,
)
_BODY = "Rubriques"


def period(draft: Draft) -> Iterator[Finding]:
    if draft.issue.period is None:
        yield Finding(
            "period-missing",
            Level.BLOCK,
            "La période du numéro manque ou n'est pas valable",
            draft.at("period", "Période"),
            "Elle classe le numéro dans l'archive et paraît en tête de la lettre.",
            "Indiquez un mois, ou deux mois qui se suivent, et l'année.",
        )


def sections(draft: Draft) -> Iterator[Finding]:
    for problem in draft.issue.section_problems():
        yield Finding(
            "section-rule",
            Level.BLOCK,
            problem.rstrip("."),
            draft.at("body", _BODY),
            "Le gabarit de la série fixe ce que chaque rubrique doit contenir.",
            "Complétez ou allégez la rubrique, ou changez le gabarit de la série.",
        )


def emptiness(draft: Draft) -> Iterator[Finding]:
    if not any(section.items for section in draft.letter.sections) and not draft.letter.editorial:
        yield Finding(
            "issue-empty",
            Level.BLOCK,
            "Le numéro est vide",
            draft.at("body", _BODY),
            "Il n'y a rien à envoyer.",
            "Ajoutez des contenus aux rubriques.",
        )


def blocks(draft: Draft) -> Iterator[Finding]:
    """What the editor's form would refuse: publishing from a program does not ask it."""
    # Read back from its stored form: a value built by a program holds only the keys it was
    # given, and clean() passes over the others.
    block = draft.issue.body.stream_block
    stream = block.to_python(draft.issue.body.get_prep_value())
    try:
        block.clean(stream)
    except ValidationError as error:
        for labels, block_id, message in _errors(error.as_json_data(), stream, [], None):
            where = block_place(draft.issue, " › ".join(labels) or _BODY, block_id)
            yield Finding(
                "block-incomplete",
                Level.BLOCK,
                message.rstrip("."),
                where,
                "Le formulaire refuserait ce contenu : il est incomplet ou mal formé.",
                "Ouvrez le contenu et corrigez le champ signalé.",
            )


def _errors(
    data: dict[str, Any], value: Any, labels: list[str], block_id: str | None
) -> Iterator[tuple[list[str], str | None, str]]:
    """(labels from the section down, id of the nearest block, message) of each error."""
    for message in data.get("messages", []):
        yield labels, block_id, str(message)
    children = data.get("blockErrors") or {}
    for key, inner in children.items():
        if isinstance(key, int):
            child = value[key]
            title = child.value.get("title") or child.block.label
            yield from _errors(inner, child.value, [*labels, f"« {title} »"], child.id)
        else:
            label = str(value.block.child_blocks[key].label)
            yield from _errors(inner, value.get(key), [*labels, label], block_id)


def markers(draft: Draft) -> Iterator[Finding]:
    for passage in draft.passages:
        for found in sorted({match[0] for match in _MARKERS.finditer(passage.text)}):
            yield Finding(
                "editorial-marker",
                Level.BLOCK,
                f"Une marque de travail est restée : « {found} »",
                passage.place,
                "Elle serait lue par tous les abonné·es.",
                "Vérifiez l'information, puis effacez la marque.",
            )


def unpublished(draft: Draft) -> Iterator[Finding]:
    """Pages of the site that a reader could not open."""
    for entry in draft.entries:
        if "page" not in entry.value:
            continue
        page = entry.value.get("page")
        if page is None or not page.live:
            name = (
                f"« {page.title} » n'est pas publiée" if page else "La page choisie n'existe plus"
            )
            yield _not_readable(name, entry.place)
        elif page.get_view_restrictions().exists():
            yield _not_readable(f"« {page.title} » n'est pas publique", entry.place)
    if not draft.issue.live:
        yield Finding(
            "web-edition-unpublished",
            Level.WARN,
            "Le numéro n'est pas encore publié sur le site",
            Place("Publication", draft.at("", "").url),
            "« Lire en ligne » ne mènera nulle part tant que la page n'est pas publiée.",
            "Publiez le numéro, ou programmez sa publication avant l'envoi.",
        )


def _not_readable(message: str, where: Place) -> Finding:
    return Finding(
        "linked-page-unpublished",
        Level.BLOCK,
        message,
        where,
        "Le lien de la lettre mènerait à une page introuvable.",
        "Publiez la page d'abord, ou choisissez-en une autre.",
    )
