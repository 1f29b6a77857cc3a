"""What an archive of the audience holds besides people: segments, and the counts of past months.

Keys differ from site to site: letters and themes go by their codes, places by name and level.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.dateparse import parse_date

from newsletters.audience_admin.segment_forms import SegmentForm
from newsletters.audience_files import FileRefused
from newsletters.models import AudienceMonth, Periodical, Segment
from newsletters.models.rules import asked
from pages.models import Territory, Theme

SEGMENTS: Final = "segments.jsonl"
MONTHS: Final = "mois.jsonl"
_COUNTS: Final = ("joined", "left", "erased", "bounced", "complained", "active", "reasons")
# Criterion → the model its keys are of, and what names a row of it everywhere.
_NAMED: Final[dict[str, tuple[type[Model], tuple[str, ...]]]] = {
    "periodicals": (Periodical, ("code",)),
    "themes": (Theme, ("code",)),
    "territories": (Territory, ("name", "kind")),
}


def segment_lines() -> Iterator[str]:
    for segment in Segment.objects.order_by("pk"):
        rules = {name: _outward(name, value) for name, value in asked(segment.rules)}
        yield _line({"name": segment.name, "match": segment.rules.get("match"), "rules": rules})


def month_lines() -> Iterator[str]:
    for row in AudienceMonth.objects.select_related("periodical"):
        counts = {name: getattr(row, name) for name in _COUNTS}
        yield _line({"month": row.month.isoformat(), "letter": row.periodical.code} | counts)


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


def _outward(name: str, value: Any) -> Any:
    if name not in _NAMED:
        return value
    model, fields = _NAMED[name]
    found = model._default_manager.filter(pk__in=value).order_by("pk")
    return [list(row) for row in found.values_list(*fields)]


def take_segments(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[int, int]:
    """Add those whose name is free; how many, and how many were left out for naming a letter, a
    place or a theme this site does not have: without it they would select other people.

    Raises FileRefused with the line.
    """
    made = left_out = 0
    for number, row in rows:
        rules = row.get("rules")
        if not isinstance(rules, dict) or not isinstance(row.get("name"), str):
            raise _refused(SEGMENTS, number)
        if Segment.objects.filter(name=row["name"]).exists():
            continue
        try:
            inward = {name: _inward(name, value) for name, value in asked(rules)}
        except (TypeError, ValueError) as error:
            raise _refused(SEGMENTS, number) from error
        if None in inward.values():
            left_out += 1
            continue
        form = SegmentForm(data={"name": row["name"], "match": row.get("match") or "all"} | inward)
        if not form.is_valid():
            raise _refused(SEGMENTS, number)
        form.save()
        made += 1
    return made, left_out


def _inward(name: str, value: Any) -> Any:
    """As the form takes it; None when something of it is not known here."""
    if name == "member":
        return "oui" if value else "non"
    if name not in _NAMED:
        return value
    model, fields = _NAMED[name]
    known = {tuple(row[1:]): row[0] for row in model._default_manager.values_list("pk", *fields)}
    keys = [known.get(tuple(one)) for one in value]
    return None if None in keys or not keys else keys


def take_months(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    """Add the counts of the months that nobody has counted here; how many. Those of a letter this
    site does not have are passed over. Raises FileRefused with the line."""
    letters = dict(Periodical.objects.values_list("code", "pk"))
    made = 0
    for number, row in rows:
        try:
            month = parse_date(row["month"])
            letter = letters.get(row["letter"])
            one = AudienceMonth(
                month=month, periodical_id=letter, **{name: row[name] for name in _COUNTS}
            )
            # Null is « never counted », which fields made for forms take for blank.
            uncounted = ["active"] if one.active is None else []
            one.clean_fields(exclude=["periodical", "reasons", *uncounted])
            if not all(isinstance(count, int) for count in row["reasons"].values()):
                raise ValueError(row["reasons"])
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
            raise _refused(MONTHS, number) from error
        same = AudienceMonth.objects.filter(month=month, periodical=letter)
        if letter and not same.exists():
            one.save()
            made += 1
    return made


def _refused(name: str, number: int) -> FileRefused:
    return FileRefused(f"{name}, ligne {number} : valeur impossible.")
