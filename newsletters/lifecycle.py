"""Everything that may happen to a mailing, from the issue to its end. Raises, never speaks HTTP.

Each step is a conditional UPDATE on the state it expects: of two clicks, one wins and the other
is told so.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from newsletters import preflight
from newsletters.delivery.answers import RelayUnavailable
from newsletters.delivery.claim import skip_cancelled
from newsletters.delivery.message import explained
from newsletters.delivery.place import here
from newsletters.delivery.rest import reopening, take_rest
from newsletters.delivery.send import send_samples
from newsletters.delivery.wire import WireError
from newsletters.models import IssuePage, Mailing, Segment
from newsletters.rendering import (
    LifecycleError,
    fill,
    latest,
    refuse_changed,
)

logger = logging.getLogger(__name__)

MAX_TEST_ADDRESSES: Final = 5
_CLOCK_SLACK: Final = timedelta(minutes=5)

_State, _Kind = Mailing.State, Mailing.PauseKind
NO_PAUSE: Final = {"pause_reason": "", "pause_kind": "", "resume_at": None}


def prepare(
    *, issue: IssuePage, user: AbstractBaseUser | None, segment: Segment | None = None
) -> Mailing:
    """The draft mailing of an issue: its latest revision rendered, its hash taken.

    `segment` is copied with it: changing it later changes nobody here. None is everybody.
    Preparing again rewrites the same draft, whose former approval no longer matches. Raises
    LifecycleError with every problem of the issue, what its preflight finds to block, or when a
    mailing of it is already approved.
    """
    content = latest(issue)
    draft = Mailing(issue=issue)
    fill(draft, content)
    # Outside the transaction: it may wait for other people's servers.
    _refuse_blocked(content)
    return _write_draft(issue, content, user, segment)


@transaction.atomic
def _write_draft(
    issue: IssuePage, content: IssuePage, user: AbstractBaseUser | None, segment: Segment | None
) -> Mailing:
    IssuePage.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    engaged = issue.mailings.exclude(state__in=[_State.DRAFT, _State.CANCELLED]).first()
    if engaged:
        raise LifecycleError(
            f"Ce numéro a déjà un envoi : {engaged.get_state_display().lower()} (n° {engaged.pk})."
        )
    mailing = issue.mailings.filter(state=_State.DRAFT, corrects=None).first() or Mailing(
        issue=issue
    )
    fill(mailing, content)
    mailing.segment = segment
    mailing.audience_rules = segment.rules if segment else {}
    mailing.audience_words = segment.words if segment else ""
    mailing.content_hash = mailing.issue_hash = mailing.fingerprint()
    mailing.approved_hash = ""
    mailing.created_by_id = user.pk if user else mailing.created_by_id
    mailing.save()
    logger.info("event=prepared mailing=%s issue=%s", mailing.pk, issue.pk)
    return mailing


def expected_audience(*, issue: IssuePage, segment: Segment | None = None) -> int:
    """How many people would receive the issue if it left now."""
    return Mailing(issue=issue, audience_rules=segment.rules if segment else {}).readers().count()


def approve(*, mailing: Mailing, content_hash: str, user: AbstractBaseUser | None) -> None:
    """Approve exactly the content whose hash was shown.

    Raises LifecycleError for another content, for an issue edited since, for one that its
    preflight blocks, and, with NEWSLETTER_FOUR_EYES, to the person who prepared it.
    """
    if settings.NEWSLETTER_FOUR_EYES and (user is None or user.pk == mailing.created_by_id):
        raise LifecycleError("L'approbation revient à une autre personne que celle qui prépare.")
    if not content_hash == mailing.content_hash == mailing.fingerprint():
        raise LifecycleError(
            "Le contenu a changé depuis qu'il vous a été montré. Relisez-le avant d'approuver."
        )
    refuse_changed(mailing, "la préparation")
    _refuse_blocked(latest(mailing.issue))
    _step(
        mailing,
        [_State.DRAFT],
        "Cet envoi n'attend pas d'approbation",
        hash_expected=content_hash,
        state=_State.APPROVED,
        approved_hash=content_hash,
        approved_at=timezone.now(),
        approved_by_id=user.pk if user else None,
    )


def schedule(
    *,
    mailing: Mailing,
    at: datetime,
    user: AbstractBaseUser | None,
    stop_after: datetime | None = None,
) -> None:
    """Let the worker send at this moment (aware); now is allowed, the past is not.

    Nothing leaves before NEWSLETTER_UNDO_MINUTES have passed; past `stop_after`, what has not
    left asks before it does. Raises LifecycleError, also when the issue is no longer what was
    approved.
    """
    if at < timezone.now() - _CLOCK_SLACK:
        raise LifecycleError("Cette date est passée : choisissez un moment à venir.")
    refuse_changed(mailing, "l'approbation")
    if undo := settings.NEWSLETTER_UNDO_MINUTES:
        at = max(at, timezone.now() + timedelta(minutes=undo))
    if stop_after and stop_after <= at:
        raise LifecycleError("L'heure limite précède le départ.")
    _step(
        mailing,
        [_State.APPROVED, _State.SCHEDULED],
        "Seul un envoi approuvé peut être programmé",
        state=_State.SCHEDULED,
        scheduled_at=at,
        stop_after=stop_after,
        environment=here(),
    )
    logger.info("event=scheduled mailing=%s user=%s", mailing.pk, user.pk if user else "")


def pause(*, mailing: Mailing, reason: str) -> None:
    """Stop claiming; what is already in hand leaves. `reason` is French and shown."""
    _step(
        mailing,
        [_State.SENDING, _State.SCHEDULED],
        "Cet envoi n'est ni en cours ni programmé",
        state=_State.PAUSED,
        pause_reason=reason,
        pause_kind=_Kind.PERSON,
        resume_at=None,
    )


def resume(*, mailing: Mailing, seen: str | None = None) -> None:
    """Go on where the ledger stands; one that had not begun keeps its date, or leaves once
    NEWSLETTER_UNDO_MINUTES have passed.

    A person's yes answers what the pause asked: the threshold, the time limit or the first group
    no longer stops this mailing, and it leaves from this installation. `seen`: the kind of pause
    they were shown, refused when another has come since.
    """
    if seen is not None and seen != mailing.pause_kind:
        raise LifecycleError("La raison de la pause a changé : relisez-la avant de reprendre.")
    begun, now = mailing.audience is not None, timezone.now()
    values: dict[str, Any] = {"state": _State.SENDING, "resume_at": now}
    if not begun:
        values = {"state": _State.SCHEDULED}
        soonest = now + timedelta(minutes=settings.NEWSLETTER_UNDO_MINUTES)
        values["scheduled_at"] = max(mailing.scheduled_at or now, soonest)
    if mailing.pause_kind in (_Kind.CANARY, _Kind.BREAKER):
        values["canary_passed"] = True
        values["breaker_off"] = mailing.pause_kind == _Kind.BREAKER
    if mailing.stop_after and mailing.stop_after <= now:
        values["stop_after"] = None
    _step(
        mailing,
        [_State.PAUSED],
        "Cet envoi n'est pas en pause",
        environment=here(),
        **NO_PAUSE | values,
    )


@transaction.atomic
def send_rest(*, mailing: Mailing) -> int:
    """« Envoyer au reste » of a finished mailing; how many people that adds or tries again.

    See `delivery.rest`. Raises LifecycleError when the mailing is not finished or nobody is left.
    """
    _step(mailing, [_State.FINISHED], "L'envoi n'est pas terminé", **reopening(mailing))
    count = take_rest(mailing)
    if not count:
        raise LifecycleError("Il ne reste personne à qui envoyer ce numéro.")
    mailing.refresh_from_db()
    return count


def withdraw(*, mailing: Mailing) -> None:
    """Back to preparation, unapproved, as long as nothing has left. Raises LifecycleError."""
    if mailing.audience is not None:
        raise LifecycleError("L'envoi a commencé : il ne peut plus revenir à la préparation.")
    _step(
        mailing,
        [_State.APPROVED, _State.SCHEDULED, _State.PAUSED],
        "Seul un envoi approuvé peut revenir à la préparation",
        state=_State.DRAFT,
        approved_hash="",
        approved_at=None,
        approved_by_id=None,
        scheduled_at=None,
        **NO_PAUSE,
    )


@transaction.atomic
def cancel(*, mailing: Mailing) -> None:
    """End it: rows nobody holds are struck out; those in hand end with the worker's batch."""
    open_states = [
        _State.DRAFT, _State.APPROVED, _State.SCHEDULED, _State.SENDING, _State.PAUSED,
    ]  # fmt: skip
    _step(
        mailing,
        open_states,
        "Cet envoi est déjà terminé",
        state=_State.CANCELLED,
        finished_at=timezone.now(),
        **NO_PAUSE,
    )
    skip_cancelled()


def send_test(*, issue: IssuePage, addresses: Sequence[str], user: AbstractBaseUser | None) -> int:
    """Send the latest revision, marked [TEST], to at most five addresses; how many were accepted.

    All addresses are checked before anything leaves. Raises LifecycleError.
    """
    wanted = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if not wanted:
        raise LifecycleError("Indiquez au moins une adresse pour le test.")
    if len(wanted) > MAX_TEST_ADDRESSES:
        raise LifecycleError(f"Un test va à {MAX_TEST_ADDRESSES} adresses au plus.")
    for address in wanted:
        try:
            validate_email(address)
        except ValidationError as error:
            raise LifecycleError(f"L'adresse « {address} » est mal formée.") from error
    mailing = Mailing(issue=issue)
    fill(mailing, latest(issue))
    mailing.subject = f"[TEST] {mailing.subject}"
    try:
        sent = send_samples(mailing, wanted)
    except RelayUnavailable as error:
        raise LifecycleError(str(error)) from error
    except WireError as error:
        raise LifecycleError(explained(error)) from error
    who = user.pk if user else ""
    logger.info("event=test_sent issue=%s accepted=%s user=%s", issue.pk, sent, who)
    return sent


def _refuse_blocked(issue: IssuePage) -> None:
    report = preflight.report(issue, thorough=True)
    if report.blocking:
        raise LifecycleError(
            "\n".join(f"{f.where.label} : {f.message}." for f in report.all if f.blocks)
        )


def _step(
    mailing: Mailing,
    expected: list[Mailing.State],
    otherwise: str,
    *,
    hash_expected: str | None = None,
    **values: Any,
) -> None:
    """Move a mailing on only from an expected state. Raises LifecycleError."""
    rows = Mailing.objects.filter(pk=mailing.pk, state__in=expected)
    if hash_expected is not None:
        rows = rows.filter(content_hash=hash_expected)
    moved = rows.update(**values)
    mailing.refresh_from_db()
    if not moved:
        raise LifecycleError(f"{otherwise} (état : {mailing.get_state_display().lower()}).")
    logger.info("event=%s mailing=%s", mailing.state, mailing.pk)
