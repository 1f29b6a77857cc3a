"""An archive of the audience read back: what was exported, with its dates, states and proofs."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DataError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from newsletters.audience_files.table import FileRefused
from newsletters.consent.suppression import suppressed
from newsletters.models import (
    ConsentEvent,
    Periodical,
    Subscriber,
    Subscription,
    Suppression,
    normalise,
)
from pages.models import Territory, Theme

logger = logging.getLogger(__name__)

_BATCH: Final = 500
PERSON_FIELDS: Final = (
    "email", "first_name", "last_name", "organisation", "job_title", "actor_type", "is_member",
    "source", "created_at", "last_action_at", "reminded_at", "blocked_at", "blocked_reason",
)  # fmt: skip
SUBSCRIPTION_FIELDS: Final = (
    "state", "basis", "basis_source", "notified_at", "created_at", "asked_at", "confirmed_at",
    "left_at", "left_reason",
)  # fmt: skip
PROOF_FIELDS: Final = (
    "action", "at", "origin", "form_url", "basis", "notice_version", "notice_text",
)  # fmt: skip
Numbered = tuple[int, dict[str, Any]]


@transaction.atomic
def restore(*, people: Iterable[Numbered], refusals: Iterable[Sequence[str]]) -> dict[str, int]:
    """Add the people nobody knows here, as the archive says they are; all or nothing.

    The refusals come first, so nobody on the « liste repoussoir », old or new, comes back; whoever
    is known stays exactly as they are. Raises FileRefused, with the line, for a letter, a state or
    a date that means nothing here.
    """
    counts: Counter[str] = Counter(new=0, known=0, suppressed=0, refusals=0)
    counts["refusals"] = _refuse(refusals)
    places = {(t.name, t.kind): t.pk for t in Territory.objects.all()}
    letters = dict(Periodical.objects.values_list("code", "pk"))
    themes = dict(Theme.objects.values_list("code", "pk"))
    rows = iter(people)
    while batch := list(islice(rows, _BATCH)):
        fresh = _unknown(batch, counts)
        try:
            made = Subscriber.objects.bulk_create([_person(row) for row in fresh])
            _links(made, fresh, places, themes)
            _letters(made, fresh, letters)
        except DataError as error:
            first, last = batch[0][0], batch[-1][0]
            raise FileRefused(f"Lignes {first} à {last} : valeur trop longue.") from error
        counts["new"] += len(made)
    logger.info("event=audience_restored new=%s", counts["new"])
    return dict(counts)


def _refuse(rows: Iterable[Sequence[str]]) -> int:
    before = Suppression.objects.count()
    known = (row for row in rows if len(row) > 2 and len(row[0]) == 64)
    while batch := list(islice(known, _BATCH)):
        Suppression.objects.bulk_create(
            [
                Suppression(
                    address_hash=digest,
                    reason=reason[:40],
                    created_at=parse_datetime(at) or timezone.now(),
                )
                for digest, reason, at, *_more in batch
            ],
            ignore_conflicts=True,
        )
    return Suppression.objects.count() - before


def _unknown(batch: list[Numbered], counts: Counter[str]) -> list[Numbered]:
    by_key = {normalise(row["email"]): (line, row) for line, row in batch}
    refused = suppressed(list(by_key))
    known = set(Subscriber.objects.filter(email_key__in=by_key).values_list("email_key", flat=True))
    counts["suppressed"] += len(refused)
    counts["known"] += len(known - refused) + len(batch) - len(by_key)
    return [row for key, row in by_key.items() if key not in known | refused]


def _person(numbered: Numbered) -> Subscriber:
    line, row = numbered
    try:
        validate_email(row["email"])
    except ValidationError as error:
        raise FileRefused(f"Ligne {line} : adresse de courriel invalide.") from error
    return Subscriber(
        email_key=normalise(row["email"]), **_values(line, row, Subscriber, PERSON_FIELDS)
    )


def _values(line: int, row: Mapping[str, Any], model: Any, names: Sequence[str]) -> dict[str, Any]:
    """The fields of a row, each checked as its model would. Raises FileRefused with the line."""
    values = {}
    for name in names:
        if name in row:
            field = model._meta.get_field(name)
            try:
                values[name] = (
                    field.clean(row[name], None) if row[name] else field.to_python(row[name])
                )
            except ValidationError as error:
                raise FileRefused(f"Ligne {line} : valeur de « {name} » impossible.") from error
    return values


def _links(
    made: Sequence[Subscriber],
    rows: Sequence[Numbered],
    places: Mapping[tuple[str, str], int],
    themes: Mapping[str, int],
) -> None:
    places_of, themes_of = Subscriber.territories.through, Subscriber.themes.through
    pairs = list(zip(made, rows, strict=True))
    places_of.objects.bulk_create(
        places_of(subscriber_id=person.pk, territory_id=key)
        for person, (_line, row) in pairs
        for key in {places.get((t["name"], t["kind"])) for t in row.get("territories", ())}
        if key
    )
    themes_of.objects.bulk_create(
        themes_of(subscriber_id=person.pk, theme_id=themes[code])
        for person, (_line, row) in pairs
        for code in set(row.get("themes", ()))
        if code in themes
    )


def _letters(
    made: Sequence[Subscriber], rows: Sequence[Numbered], letters: Mapping[str, int]
) -> None:
    subscriptions: list[Subscription] = []
    proofs: list[ConsentEvent] = []
    for person, (line, row) in zip(made, rows, strict=True):
        for one in row.get("subscriptions", ()):
            if one.get("letter") not in letters:
                raise FileRefused(f"Ligne {line} : lettre inconnue ici, créez d'abord sa série.")
            subscriptions.append(
                Subscription(
                    subscriber=person,
                    periodical_id=letters[one["letter"]],
                    **_values(line, one, Subscription, SUBSCRIPTION_FIELDS),
                )
            )
        proofs += _proofs(person, line, row, letters)
    Subscription.objects.bulk_create(subscriptions)
    ConsentEvent.objects.bulk_create(proofs)


def _proofs(
    person: Subscriber, line: int, row: Mapping[str, Any], letters: Mapping[str, int]
) -> Iterator[ConsentEvent]:
    for event in row.get("proofs", ()):
        yield ConsentEvent(
            subscriber=person,
            periodical_id=letters.get(event.get("letter") or ""),
            **_values(line, event, ConsentEvent, PROOF_FIELDS),
        )
