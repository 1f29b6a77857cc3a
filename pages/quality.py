"""Quality of a page's text: what the editor should look at, and the corrections offered.

A correction makes a new draft revision: nothing goes online by itself, and the history keeps
what there was before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from wagtail.models import Page, Revision, Site

from pages import house_style
from pages.editorial import Marker, markers_in
from pages.fingerprint import fingerprint
from pages.house_style import Finding, InclusiveForm
from pages.models import CentreSettings
from pages.text_fields import Text, texts_of

ACTIONS = {"harmonise": "pages.quality.harmonised", "heal": "pages.quality.healed"}


@dataclass(frozen=True, slots=True)
class Located:
    text: Text
    finding: Finding


@dataclass(frozen=True, slots=True)
class Report:
    markers: list[Marker]
    cuts: list[Located]
    forms: list[Located]

    @property
    def count(self) -> int:
        return len(self.markers) + len(self.cuts) + len(self.forms)

    @property
    def can_harmonise(self) -> bool:
        return any(located.finding.suggestion for located in self.forms)


def house_form(page: Page) -> InclusiveForm:
    site = page.get_site() if page.pk else None
    site = site or Site.objects.filter(is_default_site=True).first()
    return InclusiveForm(CentreSettings.for_site(site).inclusive_form if site else "one_dot")


def report(page: Page) -> Report:
    texts = list(texts_of(page))
    house, known = house_form(page), _vocabulary(texts)
    return Report(
        markers=markers_in(texts),
        cuts=_located(texts, lambda text: house_style.cut_words(text, known)),
        forms=_located(texts, lambda text: house_style.inclusive_findings(text, house)),
    )


def _vocabulary(texts: list[Text]) -> frozenset[str]:
    return house_style.vocabulary(text.plain for text in texts)


def _located(texts: list[Text], find: Callable[[str], list[Finding]]) -> list[Located]:
    return [Located(text, finding) for text in texts for finding in find(text.plain)]


def harmonise(*, page: Page, user: Any) -> int:
    """Write every inclusive form the house's way in a new draft; the number of texts changed."""
    house = house_form(page)
    return _correct(page, user, "harmonise", lambda text: house_style.harmonise(text, house))


def heal(*, page: Page, user: Any) -> int:
    """Rejoin the words cut by former line ends in a new draft; the number of texts changed."""
    known = _vocabulary(list(texts_of(_draft(page))))
    return _correct(page, user, "heal", lambda text: house_style.heal(text, known))


@transaction.atomic
def _correct(page: Page, user: Any, action: str, change: Callable[[str], str]) -> int:
    draft = _draft(page)
    before, changed = fingerprint(draft), 0
    for text in list(texts_of(draft)):
        new = house_style.in_html(text.source, change) if text.is_html else change(text.source)
        if new != text.source:
            text.replace(new)
            changed += 1
    if changed:
        _save(draft, user, ACTIONS[action], before)
    return changed


def _draft(page: Page) -> Page:
    return type(page).objects.get(pk=page.pk).get_latest_revision_as_object()


def _save(draft: Page, user: Any, action: str, before: str) -> Revision:
    if getattr(draft, "reviewed_fingerprint", "") == before:
        # Spelling alone: what the project holder validated is still what is written.
        draft.reviewed_fingerprint = fingerprint(draft)
    return draft.save_revision(user=user, clean=False, log_action=action)
