"""« Prêt à envoyer ? » : everything checked before four thousand people read it.

Each check is a small function from a draft to its findings; it writes nothing. The quick ones
run in the editor at each autosave; the others ask the network or compute longer, and run on the
sending screen, when an envoi is prepared and when it is approved.
"""

from collections.abc import Callable, Iterable, Iterator

from newsletters.letter import EditionError
from newsletters.models import IssuePage
from newsletters.preflight_checks import (
    accessibility,
    contents,
    contrast,
    language,
    links,
    mail,
    pictures,
    sender,
)
from newsletters.preflight_checks.draft import Draft, Finding, Level, Place, edit_url

Check = Callable[[Draft], Iterable[Finding]]

QUICK: tuple[Check, ...] = (
    contents.emptiness,
    contents.period,
    contents.sections,
    contents.blocks,
    contents.markers,
    contents.unpublished,
    mail.subject,
    mail.signature,
    mail.way_out,
    mail.personal_token,
    mail.weight,
    accessibility.alternatives,
    accessibility.headings,
    accessibility.link_texts,
    links.duplicates,
    links.internal,
    language.typography,
    language.inclusive_spelling,
)
THOROUGH: tuple[Check, ...] = (
    *QUICK,
    contrast.contrast,
    pictures.weights,
    links.external,
    sender.authentication,
)


def run(issue: IssuePage, *, checks: Iterable[Check] = THOROUGH) -> list[Finding]:
    """What is wrong with this issue as given (draft or revision), blocking findings first."""
    try:
        draft = Draft(issue)
    except EditionError as error:
        return [_not_composed(issue, str(error))]
    found = (finding for check in checks for finding in check(draft))
    return sorted(found, key=lambda finding: not finding.blocks)


def missing(issue: IssuePage) -> Iterator[str]:
    """What is due, as the panel says it: « fiche expérience »."""
    held = {block.value.get("key"): len(block.value.get("items") or ()) for block in issue.body}
    for section in issue.periodical.sections.all():
        lacking = section.min_items - held.get(section.key, 0)
        if lacking > 0:
            yield section.title.lower() if lacking == 1 else f"{section.title.lower()} ({lacking})"


def _not_composed(issue: IssuePage, message: str) -> Finding:
    return Finding(
        "edition-impossible",
        Level.BLOCK,
        message.rstrip("."),
        Place("Numéro", edit_url(issue)),
        "La lettre ne peut pas être composée.",
        "Corrigez le contenu nommé.",
    )
