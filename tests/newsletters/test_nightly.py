"""What the night does for the machine rather than for people."""

from django.db import connection

import pytest

from newsletters.models import Subscriber
from newsletters.nightly import measure_tables
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
