"""An issue copied into a mailing, and the question whether it still says the same."""

from dataclasses import replace
from html import escape
from typing import Final, NamedTuple

from newsletters.editions import email, text
from newsletters.letter import EditionError, Letter, compose
from newsletters.models import IssuePage, Mailing
from newsletters.richtext import plain as plain_text

SUBJECT_LENGTH: Final = 150

CHANGED: Final = (
    "Le numéro a changé depuis {} : revenez à la préparation, puis relisez-le et "
    "approuvez-le à nouveau."
)


class LifecycleError(Exception):
    """The step cannot be taken; the text is French and meant for the person who asked."""


class Rendering(NamedTuple):
    subject: str
    preheader: str
    html: str
    text: str


def latest(issue: IssuePage) -> IssuePage:
    """The latest revision, published or not: what the editor sees is what leaves."""
    return issue.get_latest_revision_as_object() if issue.latest_revision_id else issue


def fill(mailing: Mailing, issue: IssuePage) -> None:
    """Copy into the mailing everything its readers receive. Raises LifecycleError."""
    problems = issue.section_problems()
    if issue.period is None:
        problems.insert(0, "Période : indiquez un mois, ou deux mois qui se suivent, et l'année.")
    longest = Mailing._meta.get_field("subject").max_length or 0
    if len(issue.mail_subject) > longest:
        problems.append(f"Objet du courriel : {longest} caractères au plus.")
    if problems:
        raise LifecycleError("\n".join(problems))
    note = mailing.correction if mailing.is_erratum else None
    mailing.subject, mailing.preheader, mailing.html, mailing.text = render(issue, note)
    series = issue.periodical
    mailing.from_name, mailing.from_email = series.sender_name, series.sender_email
    mailing.reply_to = series.reply_to


def render(issue: IssuePage, correction: str | None = None) -> Rendering:
    """The mail and text editions of an issue, placeholders in place. Raises LifecycleError.

    `correction`: what an erratum says has changed (plain text); None for an ordinary mailing.
    """
    try:
        letter = compose(issue)
        if correction is not None:
            letter = _corrected(letter, correction)
        html, plain = email.render(letter), text.render(letter)
    except EditionError as error:
        raise LifecycleError(str(error)) from error
    return Rendering(letter.subject, letter.preheader, html, plain)


def _corrected(letter: Letter, correction: str) -> Letter:
    note = escape(plain_text(correction), quote=False)
    return replace(
        letter,
        subject=f"Rectificatif : {letter.subject}"[:SUBJECT_LENGTH],
        preheader=plain_text(correction)[:200],
        editorial=f"<p><b>Rectificatif.</b> {note}</p>{letter.editorial}",
    )


def has_changed(*, mailing: Mailing) -> bool:
    """Whether the issue would now give another mail than the one prepared."""
    if not mailing.issue_hash:
        return False
    # Asked again: the row at hand may have been read before the edit.
    issue = IssuePage.objects.get(pk=mailing.issue_id)
    fresh = Mailing(
        issue=issue,
        corrects=mailing.corrects,
        correction=mailing.correction,
        audience_rules=mailing.audience_rules,
    )
    try:
        fill(fresh, latest(issue))
    except LifecycleError:
        return True
    return fresh.fingerprint() != mailing.issue_hash


def refuse_changed(mailing: Mailing, since: str) -> None:
    """Raises LifecycleError; `since` ends the French sentence."""
    if has_changed(mailing=mailing):
        raise LifecycleError(CHANGED.format(since))
