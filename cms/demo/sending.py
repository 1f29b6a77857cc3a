"""Sends the newest issue, by the same operations as the admin and the worker."""

from django.utils import timezone

from tqdm import tqdm

from newsletters import lifecycle
from newsletters.delivery.freeze import freeze
from newsletters.delivery.send import deliver
from newsletters.models import Equation, IssuePage, Mailing


def send_newest(*, progress: bool) -> Mailing:
    """Prepare, approve and deliver the newest issue once; a half-done send is resumed."""
    issue = IssuePage.objects.live().newest_first().first()
    states = Mailing.State
    mailing = issue.mailings.exclude(state=states.CANCELLED).first()
    if mailing is None:
        mailing = lifecycle.prepare(issue=issue, user=None)
    if mailing.state == states.DRAFT:
        lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    mailing.refresh_from_db()
    if mailing.state == states.APPROVED:
        lifecycle.schedule(mailing=mailing, at=timezone.now(), user=None)
    mailing.refresh_from_db()
    if mailing.state == states.SCHEDULED:
        freeze(mailing=mailing)
    mailing.refresh_from_db()
    if mailing.state == states.PAUSED:
        lifecycle.resume(mailing=mailing)
        mailing.refresh_from_db()
    if mailing.state == states.SENDING:
        deliver_with_bar(mailing, progress=progress)
        mailing.refresh_from_db()
    return mailing


def deliver_with_bar(mailing: Mailing, *, progress: bool) -> None:
    equation = mailing.equation()
    bar = tqdm(
        total=equation.audience,
        initial=equation.audience - equation.remaining,
        desc="  Envoi",
        unit=" courriel",
        disable=not progress,
    )

    def show(now: Equation) -> None:
        bar.n = now.audience - now.remaining
        bar.refresh()

    with bar:
        deliver(mailing.pk, on_progress=show)
