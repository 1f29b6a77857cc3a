"""What happens by the hour or by the day, without anybody: departures, resumptions, upkeep."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from newsletters.delivery.desk import LATE as PAST_LIMIT
from newsletters.delivery.freeze import FreezeError, freeze
from newsletters.delivery.place import ELSEWHERE, here
from newsletters.delivery.send import FORGOTTEN, MAX_SILENCE
from newsletters.delivery.thresholds import first_group_excess
from newsletters.lifecycle import NO_PAUSE
from newsletters.models import Mailing
from newsletters.rendering import CHANGED, has_changed

logger = logging.getLogger(__name__)

# A letter that announces a meeting of the morning must not leave in the evening unasked.
LATE: Final = timedelta(hours=2)

_State, _Kind = Mailing.State, Mailing.PauseKind


def launch_due() -> list[Mailing]:
    """Freeze and start the scheduled mailings whose time has come; those examined, as they are now.

    More than two hours late, it asks: the mailing is paused with the question. A mailing that
    cannot be frozen is paused with the reason.
    """
    now = timezone.now()
    examined = list(Mailing.objects.filter(_due(now)).order_by("scheduled_at", "pk"))
    for mailing in examined:
        try:
            if mailing.environment not in ("", here()):
                _try_pause(mailing, ELSEWHERE)
            elif mailing.stop_after and mailing.stop_after <= now:
                _try_pause(mailing, PAST_LIMIT)
            elif mailing.scheduled_at and now - mailing.scheduled_at > LATE:
                _ask(mailing, mailing.scheduled_at)
            elif has_changed(mailing=mailing):
                _try_pause(mailing, CHANGED.format("l'approbation"))
            else:
                freeze(mailing=mailing)
        except FreezeError as error:
            _try_pause(mailing, str(error))
        mailing.refresh_from_db()
    return examined


def _ask(mailing: Mailing, scheduled_at: datetime) -> None:
    planned = timezone.localtime(scheduled_at)
    _try_pause(
        mailing,
        f"L'envoi était prévu le {planned:%d/%m/%Y à %H:%M} et n'a pas pu partir à l'heure. "
        "Faut-il encore l'envoyer ? « Reprendre » l'envoie, le délai d'annulation passé.",
    )


def _try_pause(mailing: Mailing, reason: str) -> None:
    """Pause unless somebody has just decided otherwise."""
    same = {"state": _State.SCHEDULED, "scheduled_at": mailing.scheduled_at}
    paused = {"state": _State.PAUSED, "pause_reason": reason, "pause_kind": _Kind.QUESTION}
    if Mailing.objects.filter(pk=mailing.pk, **same).update(**paused):
        logger.warning("event=mailing_paused mailing=%s", mailing.pk)


def resume_due() -> list[Mailing]:
    """Resume what may by itself: faults after their back-off, observed first groups; as now.

    A first group whose figures have turned bad stays paused, and asks; so does a mailing of which
    nothing has left for a day.
    """
    now = timezone.now()
    by_itself = Mailing.objects.filter(_resumable(now))
    examined = list(by_itself.order_by("resume_at", "pk"))
    for mailing in examined:
        reason = first_group_excess(mailing) if mailing.pause_kind == _Kind.CANARY else ""
        values: dict[str, Any] = {"state": _State.SENDING, **NO_PAUSE, "resume_at": now}
        if reason:
            values = {"pause_kind": _Kind.BREAKER, "pause_reason": reason, "resume_at": None}
        elif mailing.pause_kind == _Kind.FAULT and mailing.idle_since(now - MAX_SILENCE):
            values = {"pause_kind": _Kind.QUESTION, "pause_reason": FORGOTTEN, "resume_at": None}
        elif mailing.pause_kind == _Kind.CANARY:
            values["canary_passed"] = True
        same = {"state": _State.PAUSED, "pause_kind": mailing.pause_kind}
        Mailing.objects.filter(pk=mailing.pk, **same).update(**values)
        mailing.refresh_from_db()
    return examined


def others_wait(mailing: Mailing) -> bool:
    """Whether any other mailing could be launched, resumed or sent in its place now."""
    now = timezone.now()
    others = Mailing.objects.exclude(pk=mailing.pk).defer("html", "text")
    if others.filter(_due(now) | _resumable(now)).exists():
        return True
    return any(other.has_work() for other in others.filter(state=_State.SENDING))


def _due(now: datetime) -> Q:
    return Q(state=_State.SCHEDULED, scheduled_at__lte=now)


def _resumable(now: datetime) -> Q:
    return Q(
        state=_State.PAUSED,
        pause_kind__in=[_Kind.FAULT, _Kind.CANARY],
        resume_at__lte=now,
        audience__isnull=False,
    )
