"""How the database is reached: one connection dictionary for each engine."""

from pathlib import Path
from typing import Any, Final

import dj_database_url

from cms import env

SQLITE_OPTIONS: dict[str, Any] = {
    # Autosave, live preview and a running send write at the same time: without WAL, an
    # immediate write lock and a patient timeout, SQLite answers « database is locked ».
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # No memory map: it would count each process as large as the file, and a read error of the disk
    # would be a signal that kills it instead of an exception.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
    ),
}

# Asked of each PostgreSQL connection; `?options=` in DATABASE_URL replaces it (PgBouncer takes
# none: set them on the role there).
# Its defaults price a spinning disk: on 400,000 subscribers they read whole tables where an index
# answers alone, twice as long, and compile what runs once.
POSTGRESQL_OPTIONS: Final = "-c random_page_cost=1.1 -c jit=off"


def database(default_name: Path) -> dict[str, Any]:
    """One connection dictionary, from DATABASE_URL or an SQLite file of ours."""
    parsed = dict(
        dj_database_url.parse(
            env.text("DATABASE_URL", f"sqlite:///{default_name}"), conn_max_age=60
        )
    )
    if parsed["ENGINE"].endswith("sqlite3"):
        parsed["OPTIONS"] = SQLITE_OPTIONS
        parsed["CONN_MAX_AGE"] = 0
    else:
        parsed["CONN_HEALTH_CHECKS"] = True
        parsed.setdefault("OPTIONS", {}).setdefault("options", POSTGRESQL_OPTIONS)
    return parsed
