"""What the night does for the machine rather than for people."""

import os
import time

from django.db import connection

import pytest

from newsletters import import_files
from newsletters.models import Subscriber
from newsletters.nightly import CHORES, measure_tables
from tests.builders import make_periodical, make_readers

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL s’en charge lui-même")
@pytest.mark.parametrize("people", [3, 40])
def test_the_planner_knows_how_long_the_tables_are(people):
    make_readers(people, periodical=make_periodical())
    assert measure_tables() == 0
    with connection.cursor() as cursor:
        table = Subscriber._meta.db_table
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s", [table])
        counts = {int(stat.split()[0]) for (stat,) in cursor.fetchall()}
    assert max(counts) == people


def test_lists_of_addresses_are_kept_a_day_at_most(settings, tmp_path):
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    for key in (1, 2):
        import_files.keep(key, [b"Courriel\n"])
    old = time.time() - 25 * 3600
    os.utime(import_files.upload(1), (old, old))
    assert CHORES["forget_uploads"](None) == 1
    assert [import_files.upload(key).exists() for key in (1, 2)] == [False, True]
