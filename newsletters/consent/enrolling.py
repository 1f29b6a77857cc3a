"""People known beforehand, enrolled together: all or none, each with the proof."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from newsletters.consent.suppression import suppressed
from newsletters.models import ConsentEvent, Periodical, Subscriber, Subscription, normalise

logger = logging.getLogger(__name__)

# Rows written at once: bounds the memory of an enrolment of any size.
BATCH: Final = 1_000


@transaction.atomic
def enrol(
    *,
    periodical: Periodical,
    people: Iterable[Mapping[str, Any]],
    territories: Mapping[str, int],
    themes: Mapping[str, int],
    origin: str,
    notice: str,
) -> int:
    """Subscribe people known beforehand, all or none; how many were new.

    `people`: mappings with `email` and the subscriber's fields, `territory` (a name of
    `territories`, which maps it to its key) and `themes` (codes of `themes`). An address already
    known, or on the « liste repoussoir », is left exactly as it is.
    """
    rows = iter(people)
    total = 0
    while batch := list(islice(rows, BATCH)):
        by_key = {normalise(row["email"]): row for row in batch}
        known = set(
            Subscriber.objects.filter(email_key__in=by_key).values_list("email_key", flat=True)
        )
        new = {key: by_key[key] for key in by_key if key not in known}
        for key in suppressed(list(new)):
            del new[key]
        made = Subscriber.objects.bulk_create(_subscribers(new, origin))
        _attach(made, list(new.values()), territories, themes)
        _record(made, periodical, origin, notice)
        total += len(made)
    logger.info("event=enrolled periodical=%s count=%s", periodical.pk, total)
    return total


PLAIN_FIELDS: Final = ("first_name", "last_name", "organisation", "job_title", "actor_type")


def _subscribers(rows: Mapping[str, Mapping[str, Any]], origin: str) -> Iterator[Subscriber]:
    for key, row in rows.items():
        fields = {name: row.get(name, "") for name in PLAIN_FIELDS}
        yield Subscriber(email=row["email"].strip(), email_key=key, source=origin, **fields)


def _attach(
    made: Sequence[Subscriber],
    rows: Sequence[Mapping[str, Any]],
    territories: Mapping[str, int],
    themes: Mapping[str, int],
) -> None:
    places, subjects = Subscriber.territories.through, Subscriber.themes.through
    pairs = list(zip(made, rows, strict=True))
    places.objects.bulk_create(
        places(subscriber_id=person.pk, territory_id=territories[row["territory"]])
        for person, row in pairs
        if row.get("territory") in territories
    )
    subjects.objects.bulk_create(
        subjects(subscriber_id=person.pk, theme_id=themes[code])
        for person, row in pairs
        for code in row.get("themes", ())
        if code in themes
    )


def _record(made: Sequence[Subscriber], periodical: Periodical, origin: str, notice: str) -> None:
    now = timezone.now()
    Subscription.objects.bulk_create(
        Subscription(
            subscriber=person,
            periodical=periodical,
            state=Subscription.State.ACTIVE,
            confirmed_at=now,
        )
        for person in made
    )
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person,
            periodical=periodical,
            action=ConsentEvent.Action.IMPORTED,
            at=now,
            origin=origin,
            notice_text=notice,
        )
        for person in made
    )
