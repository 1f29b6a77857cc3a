"""Segments and the counts of past months go out with the audience, and come back on any site."""

import io
import json
import zipfile
from datetime import date

import pytest

from newsletters.archive_parts import MONTHS, SEGMENTS
from newsletters.audience_archive import PEOPLE, REFUSED, read_archive, write_archive
from newsletters.audience_files import FileRefused
from newsletters.models import AudienceMonth, Segment
from pages.models import Territory, Theme
from tests.builders import make_periodical

pytestmark = pytest.mark.django_db
COUNTS = {
    "joined": 5, "left": 1, "erased": 0, "bounced": 2, "complained": 0, "active": None,
    "reasons": {"too_many": 1},
}  # fmt: skip


@pytest.fixture
def audience():
    letter = make_periodical()
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    theme = Theme.objects.create(code="sante", name="Santé")
    rules = {
        "match": "any", "periodicals": [letter.pk], "territories": [town.pk], "themes": [theme.pk],
        "actor_types": ["elu"], "member": False, "joined_from": "2025-01-31", "organisation": "Rég",
    }  # fmt: skip
    Segment.objects.create(name="Élu·es d'ici", rules=rules)
    Segment.objects.create(name="Tout le monde", rules={})
    AudienceMonth.objects.create(month=date(2026, 1, 1), periodical=letter, **COUNTS)


def said() -> list[str]:
    months = AudienceMonth.objects.values_list("month", "periodical__code", *COUNTS)
    return [*(one.words for one in Segment.objects.all()), *map(str, months)]


def test_segments_and_months_come_back_whatever_the_keys_of_the_site(audience):
    before, file = said(), io.BytesIO()
    write_archive(file)
    for model in (Segment, AudienceMonth, Territory, Theme):
        model.objects.all().delete()
    Territory.objects.create(name="Ailleurs", kind="commune")
    Territory.objects.create(name="Sarcelles", kind="commune")
    Theme.objects.create(code="autre", name="Autre")
    Theme.objects.create(code="sante", name="Santé")
    counts = read_archive(file)
    assert (counts["segments"], counts["dropped"]) == (2, 0)
    assert said() == before
    assert read_archive(file)["segments"] == 0
    assert said() == before


def test_a_segment_that_names_what_this_site_does_not_have_is_left_out(audience):
    """Without that condition it would select other people."""
    file = io.BytesIO()
    write_archive(file)
    Segment.objects.all().delete()
    Theme.objects.all().delete()
    with pytest.raises(FileRefused, match=r"1 segment\(s\) nomment"):
        read_archive(file)
    assert not Segment.objects.exists()
    counts = read_archive(file, partly=True)
    assert (counts["segments"], counts["dropped"]) == (1, 1)
    assert Segment.objects.get().name == "Tout le monde"


def archive(name: str, row: object) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr(PEOPLE, '{"email": "a@example.org"}\n')
        written.writestr(REFUSED, "Empreinte;Motif;Le\n")
        written.writestr(name, json.dumps(row) + "\n")
    return file


MONTH = {"month": "2026-01-01", "letter": "resonances", **COUNTS}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (SEGMENTS, []),
        (SEGMENTS, {"name": "X", "rules": [1]}),
        (SEGMENTS, {"name": 5, "rules": {}}),
        (SEGMENTS, {"name": "", "rules": {}}),
        (SEGMENTS, {"name": "X", "match": "none", "rules": {}}),
        (SEGMENTS, {"name": "X", "rules": {"territories": 5}}),
        (SEGMENTS, {"name": "X", "rules": {"joined_from": "hier"}}),
        (SEGMENTS, {"name": "X", "rules": {"actor_types": ["roi"]}}),
        (MONTHS, MONTH | {"month": "2026-13-01"}),
        (MONTHS, MONTH | {"month": 5}),
        (MONTHS, MONTH | {"joined": -1}),
        (MONTHS, MONTH | {"joined": "beaucoup"}),
        (MONTHS, MONTH | {"letter": []}),
        (MONTHS, MONTH | {"reasons": {"too_many": "x"}}),
        (MONTHS, {"month": "2026-01-01"}),
    ],
)
def test_a_wrong_part_is_refused_with_its_line_and_nothing_is_written(audience, name, row):
    before = said()
    with pytest.raises(FileRefused, match=f"{name}, ligne 1"):
        read_archive(archive(name, row))
    assert said() == before
