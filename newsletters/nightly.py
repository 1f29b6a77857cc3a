"""What time itself asks for, once a day: questions to the silent, erasures, names struck out."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from newsletters import attempts, consent, import_files
from newsletters.audience_admin.months import keep_last_month
from newsletters.delivery.place import here
from newsletters.models import Chore, Mailing

logger = logging.getLogger(__name__)

# Local time. Not at midnight: one of them writes to people.
FROM_HOUR: Final = 6

CHORES: Final[dict[str, Callable[[datetime], int]]] = {
    "keep_last_month": keep_last_month,
    "purge_unconfirmed": lambda now: consent.purge_unconfirmed(),
    "forget_unanswered_moves": lambda now: consent.forget_unanswered_moves(),
    "erase_silent": consent.erase_silent,
    "remind_silent": lambda now: 0 if is_copy() else consent.remind_silent(now),
    "anonymise_old": consent.anonymise_old,
    "forget_uploads": lambda now: import_files.forget_old(),
    "forget_attempts": lambda now: attempts.purge(),
    "measure_tables": lambda now: measure_tables(),
}
# Rows read of each index: enough for an order of magnitude, and milliseconds at any size.
_SAMPLE: Final = 1000


def measure_tables() -> int:
    """Tell SQLite's planner how long the tables are: without it, the list of 400,000 people is read
    by the wrong index. PostgreSQL's autovacuum does it by itself. Always 0: it concerns nobody."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={_SAMPLE}")
            cursor.execute("ANALYZE")
    return 0


def is_copy() -> bool:
    """Whether the letters of this database last left, or were to leave, from elsewhere.

    A copy restored to try something must not ask real people whether they wish to stay. One that
    has really moved asks them once a letter was scheduled or resumed from here.
    """
    known = Mailing.objects.exclude(environment="").order_by("-pk")
    return known.values_list("environment", flat=True).first() not in (None, here())


def do_chores() -> dict[str, int]:
    """Do today's chores that no other worker has taken; {name: how many people or mailings}.

    Each depends on dates alone, so one cut short by a crash is finished the day after.
    """
    now = timezone.now()
    local = timezone.localtime(now)
    if local.hour < FROM_HOUR:
        return {}
    done = {}
    for name, chore in CHORES.items():
        if Chore.take(name, local.date()):
            done[name] = chore(now)
            if done[name]:
                logger.info("event=chore name=%s count=%s", name, done[name])
    return done
