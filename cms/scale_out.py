"""Settings of the sending on several machines; no Django import, they are read before it."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

WORKER: Final = {
    # Every process sends; more of them, not more threads.
    "concurrency": 1,
    "fetch_job_polling_interval": 1.0,
    "shutdown_graceful_timeout": 0.0,  # the message in hand is finished, nothing more
    "delete_jobs": "always",
}


def apps(databases: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What to install for it; nothing where it cannot work, and a check then says why.

    Its migrations are PostgreSQL's: installed elsewhere, « migrate » would fail before any check.
    """
    on_postgresql = databases["default"]["ENGINE"].endswith("postgresql")
    installed = find_spec("procrastinate") is not None
    return ["procrastinate.contrib.django"] if on_postgresql and installed else []
