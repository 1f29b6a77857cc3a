"""The « procès-verbal » of a sending as a table, with nobody in it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from newsletters.figures import aftermath, balance, refusals, skips
from newsletters.models import Equation, Mailing

Line = tuple[str, str, str | int]

_COUNTS: Final = {
    "audience": "Audience figée",
    "accepted": "Remis au relais",
    "refused": "Refusés",
    "skipped": "Écartés",
    "uncertain": "Incertains",
    "remaining": "Restants",
}


def counts(equation: Equation) -> Iterator[tuple[str, str, int]]:
    """(name, label, how many) of each part of the equation, wherever it is read."""
    for name, count in equation.as_dict().items():
        yield name, _COUNTS[name], count


def report_lines(mailing: Mailing) -> Iterator[Line]:
    """(part, label, value), in the order of the screen."""
    yield from (("Envoi", label, value) for label, value in _identity(mailing))
    equation = mailing.equation()
    for _name, label, count in counts(equation):
        yield "Comptes", label, count
    if mailing.audience is not None:
        yield "Comptes", "Équation", balance(equation)
    for label, count in skips(mailing):
        yield "Écartés par motif", label, count
    for refusal in refusals(mailing):
        words = f"{refusal['reply_code'] or ''} {refusal['reply_text']}".strip()
        yield "Refus par motif", words or "–", refusal["count"]
    for _kind, label, people in aftermath(mailing):
        yield "Appris ensuite", label, people
    for link in mailing.links.all():
        yield "Clics par lien", link.url, link.clicks


def _identity(mailing: Mailing) -> Iterator[tuple[str, str]]:
    yield "Numéro", str(mailing.pk)
    yield "Objet", mailing.subject
    yield "Lettre", mailing.issue.title
    yield "Destinataires choisis", mailing.audience_words or "Toutes les personnes abonnées"
    yield "Expéditeur", f"{mailing.from_name} <{mailing.from_email}>"
    yield "État", mailing.get_state_display()
    yield "Empreinte du contenu (SHA-256)", mailing.content_hash
    yield "Préparé", _when(mailing.created_at, mailing.created_by)
    if mailing.approved_at:
        yield "Approuvé", _when(mailing.approved_at, mailing.approved_by)
    if mailing.started_at:
        yield "Commencé", _when(mailing.started_at)
    if mailing.finished_at:
        yield "Fini", _when(mailing.finished_at)


def _when(moment: datetime, who: Any = None) -> str:
    name = f", {who.get_full_name() or who}" if who else ""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M:%S}{name}"
