"""Does what the public forms left to do: looks the address up, writes the one mail it calls for.

An errand is held under a lease (`not_before`) while it is done and deleted once it is. A worker
killed in between leaves it to the next one: what changes the audience is done in the transaction
that deletes the errand, and a mail may leave twice at worst, under one Message-ID.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.utils import timezone

from newsletters import service_mail
from newsletters.consent import (
    Demand,
    ask,
    ask_access,
    barred,
    question_left,
    question_lost,
    suppressed_since,
)
from newsletters.delivery.answers import Outcome
from newsletters.delivery.events import refused
from newsletters.models import Errand, Subscriber, normalise
from newsletters.service_notes import note_of
from pages.models import Territory, Theme

logger = logging.getLogger(__name__)

# Longer than a relay may take to answer; then another worker takes the errand over.
_LEASE: Final = timedelta(minutes=5)
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=2)
# With the waits above, about a day: a relay that is down over a night loses nobody.
MOST_ATTEMPTS: Final = 18

_Kind = Errand.Kind


def run_due(*, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Do every errand that is due, oldest first; how many were done or given up.

    Safe from several processes at once. A relay that does not answer puts the errand off.
    """
    done = 0
    while not should_stop() and (errand := _take()):
        done += _do(errand)
    return done


def _take() -> Errand | None:
    """Hold the oldest errand due; `attempts` is the fence between two workers."""
    for errand in Errand.objects.due()[:20]:
        same = Errand.objects.filter(pk=errand.pk, attempts=errand.attempts)
        until = timezone.now() + _LEASE
        if same.update(not_before=until, attempts=errand.attempts + 1):
            errand.attempts += 1
            return errand
    return None


def _do(errand: Errand) -> bool:
    """Whether the errand is behind us."""
    try:
        if errand.kind == _Kind.ASK:
            _ask(errand)
        elif errand.kind == _Kind.LINK:
            _link(errand)
        elif (outcome := _write(errand)) in (Outcome.RETRY, Outcome.UNCERTAIN):
            return _put_off(errand, outcome)
    except (DatabaseError, OSError, ValueError, LookupError, TypeError) as error:
        return _put_off(errand, type(error).__name__)
    return True


def _put_off(errand: Errand, why: str) -> bool:
    """Again later, ever less often; at last given up, in the log, without the address."""
    kind = errand.kind
    if errand.attempts >= MOST_ATTEMPTS:
        logger.error("event=errand_given_up errand=%s kind=%s why=%s", errand.pk, kind, why)
        if kind == _Kind.RENEWAL and errand.subscriber is not None:
            question_lost(subscriber=errand.subscriber)
        errand.delete()
        return True
    wait = min(_FIRST_WAIT * 2 ** (errand.attempts - 1), _LONGEST_WAIT)
    # Not from a stale hold: another worker may have taken it over since.
    same = Errand.objects.filter(pk=errand.pk, attempts=errand.attempts)
    same.update(not_before=timezone.now() + wait)
    logger.warning("event=errand_put_off errand=%s kind=%s why=%s", errand.pk, kind, why)
    return False


@transaction.atomic
def _ask(errand: Errand) -> None:
    demand = Demand.from_details(_still_there(errand.details))
    if _end(errand):
        ask(demand=demand, at=errand.created_at)


def _still_there(details: dict) -> dict:
    """Without the words of the vocabularies removed since the form was sent."""
    places = Territory.objects.filter(pk__in=details["territories"]).values_list("pk", flat=True)
    themes = Theme.objects.filter(pk__in=details["themes"]).values_list("pk", flat=True)
    return details | {"territories": list(places), "themes": list(themes)}


@transaction.atomic
def _link(errand: Errand) -> None:
    """Somebody we know nothing of gets nothing: a form must not make us write to strangers."""
    person = Subscriber.objects.filter(email_key=errand.details["email_key"]).first()
    if _end(errand) and person is not None:
        ask_access(person=person)


def _end(errand: Errand) -> bool:
    """Delete the errand; False when another worker has taken it over, its lease being past."""
    done, _ = Errand.objects.filter(pk=errand.pk, attempts=errand.attempts).delete()
    return bool(done)


def _mailbox(errand: Errand, person: Subscriber) -> str:
    """Whom the mail is for: the person, or the address they come from or go to."""
    if errand.kind == _Kind.MOVE:
        return person.wanted_email
    return errand.details["to"] if errand.kind == _Kind.MOVED else person.email


def _may_be_written(errand: Errand, to: str) -> bool:
    """A refusal is lifted by nobody but the person, and only through the mail that asks them; the
    mailbox a person has left is told so, unless it refused us after that."""
    if errand.kind == _Kind.MOVED:
        return not suppressed_since(normalise(to), errand.created_at)
    return errand.kind == _Kind.CONFIRMATION or not barred(to)


def _write(errand: Errand) -> Outcome:
    """What became of the mail. Sent again when the answer was lost: here, better twice than not."""
    person = errand.subscriber
    note = note_of(errand) if person is not None else None
    outcome = Outcome.ACCEPTED
    if person is not None and note is not None:
        to = _mailbox(errand, person)
        if _may_be_written(errand, to):
            answer = service_mail.send(errand, note, to)
            outcome = answer.outcome
            logger.info("event=errand_mail errand=%s kind=%s %s", errand.pk, errand.kind, outcome)
            refused(person, to, answer)
            if errand.kind == _Kind.RENEWAL and outcome == Outcome.ACCEPTED:
                question_left(subscriber=person)
    if outcome in (Outcome.ACCEPTED, Outcome.REFUSED):
        errand.delete()
    return outcome
