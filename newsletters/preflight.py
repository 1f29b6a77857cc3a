"""« Prêt à envoyer ? » : everything checked before four thousand people read it.

Each check is a small function from a draft to its findings; it writes nothing. The quick ones
run in the editor at each autosave; the slow ones print the issue, weigh its images and ask the
network. They run when somebody asks, when an envoi is prepared and when it is approved, and what
they found is shown with the content it was found in.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from newsletters.letter import EditionError
from newsletters.models import IssuePage
from newsletters.preflight_checks import (
    accessibility,
    contents,
    contrast,
    language,
    links,
    mail,
    paper,
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
SLOW: tuple[Check, ...] = (
    contrast.contrast,
    paper.pages,
    pictures.weights,
    links.external,
    sender.authentication,
)
THOROUGH: tuple[Check, ...] = (*QUICK, *SLOW)
REMEMBERED = 24 * 3600


@dataclass(frozen=True, slots=True)
class SlowCheck:
    """What the slow checks found at `at` in the content whose fingerprint is `content`."""

    at: datetime
    content: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Findings of the quick checks, then those of the slow ones; `outdated`: the issue has
    changed since the slow ones ran, at `slow_at` (None: they have not)."""

    findings: list[Finding]
    slow: list[Finding]
    slow_at: datetime | None = None
    outdated: bool = False

    @property
    def blocking(self) -> int:
        """What is known to stop this very content."""
        counted = self.findings if self.outdated else [*self.findings, *self.slow]
        return sum(finding.blocks for finding in counted)

    @property
    def all(self) -> list[Finding]:
        return [*self.findings, *self.slow]


def report(issue: IssuePage, *, thorough: bool = False) -> Report:
    """The quick checks, beside the slow ones: run now if `thorough`, else as last remembered."""
    try:
        draft = Draft(issue)
        findings = _found(draft, QUICK)
        key = f"preflight:{issue.pk}"
        slow: SlowCheck | None = cache.get(key)
        if thorough:
            slow = SlowCheck(timezone.now(), draft.fingerprint, tuple(_found(draft, SLOW)))
            cache.set(key, slow, REMEMBERED)
    except EditionError as error:
        return Report([_not_composed(issue, str(error))], [])
    if slow is None:
        return Report(findings, [])
    return Report(findings, list(slow.findings), slow.at, slow.content != draft.fingerprint)


def run(issue: IssuePage, *, checks: Iterable[Check] = THOROUGH) -> list[Finding]:
    """What is wrong with this issue as given (draft or revision), blocking findings first."""
    try:
        return _found(Draft(issue), checks)
    except EditionError as error:
        return [_not_composed(issue, str(error))]


def _found(draft: Draft, checks: Iterable[Check]) -> list[Finding]:
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
