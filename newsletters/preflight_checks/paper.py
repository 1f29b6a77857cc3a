"""The print edition: what overflows its page, what no font draws, what stops it."""

from collections.abc import Iterator

from newsletters.letter import EditionError
from newsletters.preflight_checks.draft import Draft, Finding, Level
from newsletters.printing import paper_findings


def pages(draft: Draft) -> Iterator[Finding]:
    try:
        found = paper_findings(draft.issue, draft.letter)
    except EditionError as error:
        yield Finding(
            "print-impossible",
            Level.BLOCK,
            str(error).rstrip("."),
            draft.at("body", "Rubriques"),
            "La page du site offre ce numéro en PDF : le lien mènerait à une page introuvable.",
            "Corrigez le contenu nommé.",
        )
        return
    for one in found:
        where = draft.section(one.section) or draft.at("body", "Rubriques")
        yield Finding(one.code, Level.WARN, one.what.rstrip("."), where, one.why, one.mend)
