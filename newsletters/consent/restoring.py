"""An archive of the audience read back: what was exported, with its dates, states and proofs."""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DataError, IntegrityError, transaction
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
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)


@transaction.atomic
def restore(
    *, people: Iterable[Numbered], refusals: Iterable[Sequence[str]], partly: bool = False
) -> dict[str, int]:
    """Add the people nobody knows here, as the archive says they are; all or nothing.

    The refusals come first, so nobody on the « liste repoussoir », old or new, comes back; whoever
    is known stays exactly as they are. Raises FileRefused, with the line, for a letter, a state or
    a date that means nothing here; and for places and themes that this site does not have, unless
    `partly` leaves them aside (`dropped`): once taken in, nobody is completed by a second reading.
    """
    counts: Counter[str] = Counter(new=0, known=0, suppressed=0, refusals=0, dropped=0)
    counts["refusals"] = _refuse(refusals)
    places = {(t.name, t.kind): t.pk for t in Territory.objects.all()}
    letters = dict(Periodical.objects.values_list("code", "pk"))
    themes = dict(Theme.objects.values_list("code", "pk"))
    missing: Counter[str] = Counter()
    rows = iter(people)
    while batch := list(islice(rows, _BATCH)):
        for line, row in batch:
            _check_shape(line, row)
        fresh = _unknown(batch, counts)
        try:
            made = Subscriber.objects.bulk_create([_person(row) for row in fresh])
            missing += _links(made, fresh, places, themes)
            _letters(made, fresh, letters)
        except (DataError, IntegrityError):
            first, last = batch[0][0], batch[-1][0]
            # Not « from error »: what a database says of a row quotes it, address and all.
            raise FileRefused(f"Lignes {first} à {last} : valeur impossible.") from None
        counts["new"] += len(made)
    if missing and not partly:
        raise FileRefused(_absent(missing))
    counts["dropped"] = missing.total()
    logger.info("event=audience_restored new=%s", counts["new"])
    return dict(counts)


def _absent(missing: Counter[str]) -> str:
    named = ", ".join(f"« {name[:60]} »" for name, _count in missing.most_common(5))
    more = f" et {len(missing) - 5} autre(s)" if len(missing) > 5 else ""
    return (
        f"Ce site n'a pas ces territoires ou thématiques de l'archive : {named}{more}. Créez-les "
        "d'abord, ou reprenez l'archive sans eux."
    )


def _refuse(rows: Iterable[Sequence[str]]) -> int:
    before = Suppression.objects.count()
    known = (row for row in rows if len(row) > 2 and _DIGEST.fullmatch(row[0]))
    while batch := list(islice(known, _BATCH)):
        Suppression.objects.bulk_create(
            [
                Suppression(
                    address_hash=digest,
                    reason=reason[:40],
                    created_at=_refused_at(at),
                )
                for digest, reason, at, *_more in batch
            ],
            ignore_conflicts=True,
        )
    return Suppression.objects.count() - before


def _refused_at(text: str) -> datetime:
    """A refusal counts whatever its date is worth; a wrong one becomes now."""
    try:
        return _possible(parse_datetime(text)) or timezone.now()
    except ValueError:
        return timezone.now()


def _possible(moment: datetime | None) -> datetime | None:
    """The moment, aware. Raises ValueError before 1900 and after tomorrow: screens would choke on
    the one, retention would never come to the other."""
    if moment is None:
        return None
    moment = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    if not _FIRST <= moment <= timezone.now() + timedelta(days=1):
        raise ValueError(moment)
    return moment


def _check_shape(line: int, row: Mapping[str, Any]) -> None:
    """Raises FileRefused unless every part is of the kind that `as_data` writes."""
    letters = [one.get("letter") for one in _records(line, row, "subscriptions")]
    codes = [*letters, *(one.get("letter") or "" for one in _records(line, row, "proofs"))]
    places = [
        part
        for place in _records(line, row, "territories")
        for part in (place.get("name"), place.get("kind"))
    ]
    themes = row.get("themes", [])
    if not isinstance(themes, list):
        raise _misshapen(line, "themes")
    if not all(isinstance(text, str) for text in (row.get("email"), *codes, *places, *themes)):
        raise FileRefused(f"Ligne {line} : un texte est attendu là où il n'y en a pas.")
    if len(set(letters)) < len(letters):
        raise FileRefused(f"Ligne {line} : deux abonnements à la même lettre.")


def _records(line: int, row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = row.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _misshapen(line, name)
    return found


def _misshapen(line: int, name: str) -> FileRefused:
    return FileRefused(f"Ligne {line} : « {name} » n'a pas la forme attendue.")


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
            try:
                values[name] = _value(model._meta.get_field(name), row[name])
            except (ValidationError, ValueError, TypeError, OverflowError) as error:
                raise FileRefused(f"Ligne {line} : valeur de « {name} » impossible.") from error
    return values


def _value(field: Any, given: Any) -> Any:
    """More than `field.clean`, which passes over what no form edits. Raises ValueError, or what
    Django's fields raise."""
    if given is None:
        if not field.null:
            raise ValueError(field.name)
        return None
    if field.choices and given not in [*dict(field.flatchoices), *([""] if field.blank else [])]:
        raise ValueError(given)
    value = field.clean(given, None) if given else field.to_python(given)
    if isinstance(value, str):
        value.encode()  # half a surrogate pair is no text
        if "\0" in value:
            raise ValueError(given)
    return _possible(value) if isinstance(value, datetime) else value


def _links(
    made: Sequence[Subscriber],
    rows: Sequence[Numbered],
    places: Mapping[tuple[str, str], int],
    themes: Mapping[str, int],
) -> Counter[str]:
    """Link the people to the places and themes of this site; the names of those it does not have,
    each with the number of people who named it."""
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
    asked = [(t["name"], t["kind"]) for _line, row in rows for t in row.get("territories", ())]
    codes = [code for _line, row in rows for code in row.get("themes", ())]
    return Counter(
        [key[0] for key in asked if key not in places]
        + [code for code in codes if code not in themes]
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
