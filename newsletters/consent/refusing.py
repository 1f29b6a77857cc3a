"""The « liste repoussoir » taken in from elsewhere: addresses, or fingerprints exported by us."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from newsletters.consent.leaving import leave_all
from newsletters.consent.suppression import suppressed
from newsletters.models import Subscriber, Suppression, normalise
from newsletters.tokens import address_hashes

logger = logging.getLogger(__name__)

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SEPARATOR: Final = re.compile(r"[;,\t]")
_BATCH: Final = 1_000
_ORIGIN: Final = "Liste repoussoir importée"


@dataclass(frozen=True, slots=True)
class Refusals:
    """Counts of an import; `invalid`: numbers of the lines that are neither, from 1."""

    added: int
    known: int
    left: int
    invalid: tuple[int, ...]


@transaction.atomic
def refuse_all(*, lines: Iterable[str], reason: str, dry: bool = False) -> Refusals:
    """Put every address or fingerprint on the list, and unsubscribe those who are in the file.

    `lines`: one address or fingerprint (SHA-256, hexadecimal) each, first cell of a `;`, `,` or tab
    CSV; blank ones and a first line that is a heading are passed over. All or nothing, except
    invalid lines, which are counted. `dry`: counts what it would do, and writes nothing.
    """
    added = known = 0
    invalid: list[int] = []
    rows = _digests(lines, invalid)
    while batch := dict(islice(rows, _BATCH)):
        there = set(
            Suppression.objects.filter(
                address_hash__in=[digest for group in batch.values() for digest in group]
            ).values_list("address_hash", flat=True)
        )
        fresh = [group[0] for group in batch.values() if not there & set(group)]
        Suppression.objects.bulk_create(
            [Suppression(address_hash=digest, reason=reason[:40]) for digest in fresh],
            ignore_conflicts=True,
        )
        added += len(fresh)
        known += len(batch) - len(fresh)
    left = _unsubscribe_refused(dry)
    if dry:
        transaction.set_rollback(True)
        return Refusals(added, known, left, tuple(invalid))
    logger.info("event=refusals_imported added=%s left=%s", added, left)
    return Refusals(added, known, left, tuple(invalid))


def _digests(lines: Iterable[str], invalid: list[int]) -> Iterator[tuple[str, list[str]]]:
    """The line's own key, then the fingerprints it may be known under, the current one first."""
    for number, line in enumerate(lines, start=1):
        cell = _SEPARATOR.split(line, maxsplit=1)[0].strip().strip("'\"\ufeff").lower()
        if _HASH.fullmatch(cell):
            yield cell, [cell]
        elif cell:
            try:
                validate_email(cell)
            except ValidationError:
                if number > 1:
                    invalid.append(number)
            else:
                yield cell, address_hashes(normalise(cell))


def _unsubscribe_refused(dry: bool) -> int:
    """End the subscriptions of whoever is on the list, and count them; a fingerprint names nobody,
    so all are compared."""
    left = 0
    people = Subscriber.objects.filter(subscriptions__state__in=["active", "pending"]).distinct()
    rows = people.order_by("pk").only("pk", "email_key").iterator(chunk_size=_BATCH)
    while batch := {person.email_key: person for person in islice(rows, _BATCH)}:
        for key in suppressed(list(batch)):
            if not dry:
                leave_all(subscriber=batch[key], origin=_ORIGIN, own_act=False)
            left += 1
    return left
