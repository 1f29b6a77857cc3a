"""Between tests that commit: the tables emptied, and what migrations wrote put back, fast.

Django truncates every table, filled or not, which PostgreSQL takes seconds for, and saves some
seven hundred objects one by one.
"""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.core import serializers
from django.core.cache import cache
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model
from django.db.models.constants import OnConflict
from django.db.transaction import atomic

MANY = 2_000


def only_the_filled(
    operations: BaseDatabaseOperations, style: Any, tables: list[str], **_options: bool
) -> list[str]:
    """In place of PostgreSQL's `sql_flush`; keys between tables are checked at the commit.

    A table with triggers, such as the ledger's, may refuse to lose a row: it is truncated, first,
    as keys of rows deleted before would be waiting to be checked. After a test of thousands of rows
    all are truncated as ever: those deleted would stay in the files until a vacuum.
    """
    names = [operations.quote_name(table) for table in tables]
    asked = (
        f"SELECT '{name}', EXISTS (SELECT 1 FROM {name} OFFSET {MANY})"
        f" WHERE EXISTS (SELECT 1 FROM {name})"
        for name in names
    )
    with operations.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        filled = dict(cursor.fetchall())
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        guarded = {operations.quote_name(name) for (name,) in cursor.fetchall()}
    if any(filled.values()):
        return [f"TRUNCATE {', '.join(names)}"]
    emptied = [f"TRUNCATE {name} CASCADE" for name in filled.keys() & guarded]
    return emptied + [f"DELETE FROM {name}" for name in filled.keys() - guarded]


@lru_cache(maxsize=2)
def _read(data: str) -> tuple[dict[type[Model], list[Model]], list[Any]]:
    """The rows of each table, and the objects that have relations of many to many."""
    found = list(serializers.deserialize("json", data))
    rows = defaultdict(list)
    for one in found:
        rows[type(one.object)].append(one.object)
    return rows, [one for one in found if one.m2m_data and any(one.m2m_data.values())]


def put_back(creation: BaseDatabaseCreation, data: str) -> None:
    """In place of `deserialize_db_from_string`. Rows that are there stay: the first test that
    commits finds them all."""
    connection, (tables, related) = creation.connection, _read(data)
    with atomic(using=connection.alias), connection.constraint_checks_disabled():
        for model, rows in tables.items():
            model._base_manager._insert(
                rows,
                fields=model._meta.local_concrete_fields,
                using=connection.alias,
                raw=True,
                on_conflict=OnConflict.IGNORE,
            )
        for one in related:
            for name, values in one.m2m_data.items():
                getattr(one.object, name).set(values)
    connection.check_constraints(table_names=[model._meta.db_table for model in tables])
    cache.clear()  # the site, its languages: what a save would have made it forget
