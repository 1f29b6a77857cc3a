"""What visitors look for, counted by day: nothing about who asked.

What looks like an address, a telephone number or a sentence is not written at all: people type
personal things into search fields (GDPR, article 5.1.c: no more than the purpose needs).
"""

import logging
import re
from datetime import timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from search.models import Searched
from search.queries import Query
from search.words import fold

logger = logging.getLogger(__name__)

LONGEST = 60  # characters
MOST_WORDS = 8
KEPT = timedelta(days=395)  # a year and a month, to compare one with the other
_PRIVATE = re.compile(r"@|\d{5,}|(?:\d[ .-]?){9,}|https?:|www\.", re.IGNORECASE)


def note(query: Query, *, found: int) -> None:
    """Count one search and whether it found nothing. Never raises: an answer is worth more."""
    text = " ".join(fold(query.text).split())
    if not text or len(text) > LONGEST or len(query.words) > MOST_WORDS or _PRIVATE.search(text):
        return
    try:
        _count(text, missed=not found)
    except DatabaseError:
        logger.warning("event=search_not_counted", exc_info=True)


def _count(text: str, *, missed: bool) -> None:
    row = {"day": timezone.localdate(), "text": text}
    added = {"times": F("times") + 1, "misses": F("misses") + int(missed)}
    if Searched.objects.filter(**row).update(**added):
        return
    try:
        with transaction.atomic():
            Searched.objects.create(**row, times=1, misses=int(missed))
    except IntegrityError:
        # Another process made the row between the two.
        Searched.objects.filter(**row).update(**added)


def forget_old() -> None:
    Searched.objects.filter(day__lt=timezone.localdate() - KEPT).delete()
