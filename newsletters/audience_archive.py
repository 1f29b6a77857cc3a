"""The whole audience in open formats, out and back in: a ZIP that any tool can read.

- `abonnes.jsonl`: one JSON object a line, one line a person, with subscriptions and proofs;
- `abonnes.csv`: the same people for a spreadsheet, columns that the import understands;
- `liste-repoussoir.csv`: fingerprints, which hold nothing without this site's secret key;
- `segments.jsonl` and `mois.jsonl`: the segments, and the counts of past months.
"""

import csv
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import TextIOWrapper
from typing import IO, Any, Final

from django.db import transaction
from django.utils import timezone

from newsletters.archive_parts import (
    MONTHS,
    SEGMENTS,
    month_lines,
    segment_lines,
    take_months,
    take_segments,
)
from newsletters.audience_files import Column, FileRefused, inert
from newsletters.consent.restoring import PERSON_FIELDS, PROOF_FIELDS, SUBSCRIPTION_FIELDS, restore
from newsletters.models import Subscriber, Suppression

PEOPLE: Final = "abonnes.jsonl"
SHEET: Final = "abonnes.csv"
REFUSED: Final = "liste-repoussoir.csv"
_CHUNK: Final = 1_000
_MAX_LINE: Final = 4 * 1024 * 1024
# A zip bomb: the people of 400,000 unfold to a tenth of it.
_MAX_UNFOLDED: Final = 8 * 1024**3
# Whatever a damaged or unusual archive makes zipfile and csv raise.
_FAULTS: Final = (
    zipfile.BadZipFile, zlib.error, csv.Error, KeyError, UnicodeDecodeError, EOFError,
    NotImplementedError,
)  # fmt: skip
HEADINGS: Final = (*(column.label for column in Column), "Provenance", "Base légale")

DROPPED: Final = (
    "{} territoire(s), thématique(s) ou segment(s) laissé(s) de côté : ce site n'a pas ce qu'ils "
    "nomment."
)


def _all() -> Any:
    return Subscriber.objects.order_by("pk")


def complete(people: Any) -> Iterator[Subscriber]:
    """These people with all that belongs to them, in bounded memory."""
    rows = people.prefetch_related(
        "territories", "themes", "subscriptions__periodical", "consent_events__periodical"
    )
    return rows.iterator(chunk_size=_CHUNK)


def as_data(person: Subscriber) -> dict[str, Any]:
    """One person as JSON takes them; `restoring.restore` reads it back."""
    return {
        **{name: getattr(person, name) for name in PERSON_FIELDS},
        "territories": [{"name": t.name, "kind": t.kind} for t in person.territories.all()],
        "themes": [theme.code for theme in person.themes.all()],
        "subscriptions": [
            {"letter": one.periodical.code}
            | {name: getattr(one, name) for name in SUBSCRIPTION_FIELDS}
            for one in person.subscriptions.all()
        ],
        "proofs": [
            {"letter": event.periodical.code if event.periodical else None}
            | {name: getattr(event, name) for name in PROOF_FIELDS}
            for event in person.consent_events.all()
        ],
    }


def json_lines(people: Any) -> Iterator[str]:
    for person in complete(people):
        yield json.dumps(as_data(person), default=datetime.isoformat, ensure_ascii=False) + "\n"


class _Echo:
    """A file whose `write` returns the line: lets csv feed a stream."""

    def write(self, line: str) -> str:
        return line


def sheet_lines(people: Any) -> Iterator[str]:
    """CSV for spreadsheets (`;`, UTF-8 with mark), with no cell that one would run."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(HEADINGS)
    for person in complete(people):
        yield writer.writerow([inert(cell) for cell in _cells(person)])


def _cells(person: Subscriber) -> list[str]:
    letters = list(person.subscriptions.all())
    return [
        person.email,
        person.first_name,
        person.last_name,
        person.organisation,
        person.job_title,
        person.get_actor_type_display(),
        ", ".join(str(place) for place in person.territories.all()),
        ", ".join(theme.name for theme in person.themes.all()),
        "oui" if person.is_member else "non",
        f"{timezone.localtime(person.created_at):%d/%m/%Y}",
        "adresse bloquée"
        if person.blocked_at
        else ", ".join(f"{one.periodical} : {one.get_state_display().lower()}" for one in letters),
        person.source,
        ", ".join(sorted({str(one.get_basis_display()) for one in letters})),
    ]


def refusal_lines() -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield writer.writerow(["Empreinte", "Motif", "Le"])
    for row in Suppression.objects.order_by("pk").iterator(chunk_size=_CHUNK):
        yield writer.writerow([row.address_hash, inert(row.reason), row.created_at.isoformat()])


def write_archive(file: IO[bytes]) -> int:
    """Write everything into `file`; how many people."""
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(PEOPLE, "w", force_zip64=True) as member:
            for line in json_lines(_all()):
                member.write(line.encode())
                count += 1
        for name, lines in (
            (SHEET, sheet_lines(_all())),
            (REFUSED, refusal_lines()),
            (SEGMENTS, segment_lines()),
            (MONTHS, month_lines()),
        ):
            with archive.open(name, "w", force_zip64=True) as member:
                for line in lines:
                    member.write(line.encode())
    return count


@transaction.atomic
def read_archive(file: IO[bytes], *, partly: bool = False) -> dict[str, int]:
    """Take an archive back in, all or nothing; the counts of `restore`, and `segments`.

    Nobody known is changed and nobody refused comes back. `partly`: without the places and themes
    that this site does not have, nor the segments that name them. Raises FileRefused with the line.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise FileRefused("Cette archive est protégée par un mot de passe : ôtez-le.")
            if sum(part.file_size for part in parts) > _MAX_UNFOLDED:
                raise FileRefused("Cette archive se déplie en un contenu démesuré.")
            with archive.open(REFUSED) as first, archive.open(PEOPLE) as second:
                refusals = csv.reader(_lines(TextIOWrapper(first, "utf-8"), REFUSED), delimiter=";")
                people = _people(_lines(TextIOWrapper(second, "utf-8"), PEOPLE))
                counts = restore(people=people, refusals=refusals, partly=partly)
            made, left_out = take_segments(_part(archive, SEGMENTS))
            if left_out and not partly:
                raise FileRefused(
                    f"{left_out} segment(s) nomment une lettre, un territoire ou une thématique "
                    "que ce site n'a pas. Créez-les d'abord, ou reprenez l'archive sans eux."
                )
            take_months(_part(archive, MONTHS))
            return counts | {"segments": made, "dropped": counts["dropped"] + left_out}
    except _FAULTS as error:
        raise FileRefused(
            f"Ce n'est pas une archive de l'audience : il faut un ZIP avec {PEOPLE} et {REFUSED}."
        ) from error


def _lines(text: IO[str], name: str) -> Iterator[str]:
    """The lines of a part, each of bounded length."""
    number = 0
    while line := text.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise FileRefused(f"{name}, ligne {number} : ligne démesurée.")
        yield line


def _part(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a part that older archives do not have."""
    if name in archive.namelist():
        with archive.open(name) as member:
            yield from _rows(_lines(TextIOWrapper(member, "utf-8"), name), name)


def _people(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, person in _rows(lines, PEOPLE):
        if not person.get("email"):
            raise FileRefused(f"{PEOPLE}, ligne {number} : il y manque le courriel.")
        yield number, person


def _rows(lines: Iterable[str], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FileRefused(f"{name}, ligne {number} : JSON illisible.") from error
        if not isinstance(row, dict):
            raise FileRefused(f"{name}, ligne {number} : il y manque un objet JSON.")
        yield number, row
