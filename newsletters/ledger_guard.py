"""The database itself refuses to rewrite the consent ledger, whoever asks: a console, another tool.

Set again after every `migrate`: SQLite remakes a table to alter it, and a trigger goes with it.
What stays possible is what erasing a person needs: forgetting whose line, or which series', it was.
"""

from typing import Any, Final

from django.db import connections

from newsletters.models import ConsentEvent

_NAME: Final = "consent_ledger_is_append_only"
_FORGETTABLE: Final = ("subscriber_id", "periodical_id")


def guard(using: str, **kwargs: Any) -> None:
    """Receiver of `post_migrate`. On SQLite a DELETE is not refused: `flush` works by DELETE."""
    connection = connections[using]
    table = ConsentEvent._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        for statement in _STATEMENTS.get(connection.vendor, ()):
            cursor.execute(statement.format(name=_NAME, table=table, rewritten=_rewritten()))


def _rewritten() -> str:
    """True in SQL when an UPDATE changes anything but forgets a person or a series."""
    changes = []
    for field in ConsentEvent._meta.concrete_fields:
        old, new = f"OLD.{field.column}", f"NEW.{field.column}"
        differs = f"({new} <> {old} OR ({new} IS NULL) <> ({old} IS NULL))"
        if field.column in _FORGETTABLE:
            differs = f"({new} IS NOT NULL AND ({old} IS NULL OR {new} <> {old}))"
        changes.append(differs)
    return " OR ".join(changes)


_SQLITE: Final = (
    "DROP TRIGGER IF EXISTS {name}",
    "CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {rewritten} "
    "BEGIN SELECT RAISE(ABORT, 'consent ledger: append only'); END",
)
_POSTGRESQL: Final = (
    "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'consent ledger: append only' USING ERRCODE = '23000'; END $$",
    "DROP TRIGGER IF EXISTS {name} ON {table}",
    "CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({rewritten}) "
    "EXECUTE FUNCTION {name}()",
    "DROP TRIGGER IF EXISTS {name}_deleted ON {table}",
    "CREATE TRIGGER {name}_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
)
_STATEMENTS: Final = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
