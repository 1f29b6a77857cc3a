"""Which installation this is: a database restored elsewhere must ask before it writes to anyone."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

_MACHINE: Final = Path("/etc/machine-id")

ELSEWHERE: Final = (
    "Cet envoi a été programmé sur une autre installation : cette base est peut-être une copie. "
    "Si c'est bien d'ici qu'il doit partir, « Reprendre » le confirme."
)


def here() -> str:
    """64 hexadecimal digits, the same for every process of one installation.

    NEWSLETTER_ENVIRONMENT when it is set (containers whose machine changes at each start);
    otherwise the site's address and where its database is: on PostgreSQL its server, known by what
    only its own files hold (« db » or « localhost » is another one for each machine); on SQLite
    this machine and the file, since several machines share the one and never the other.
    """
    if settings.NEWSLETTER_ENVIRONMENT:
        return _digest(settings.NEWSLETTER_ENVIRONMENT)
    found = connection.settings_dict
    where = [str(found[key]) for key in ("NAME", "HOST", "PORT")]
    where.append(_machine() if connection.vendor == "sqlite" else _cluster(*where))
    return _digest("\n".join([settings.WAGTAILADMIN_BASE_URL, *where]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _machine() -> str:
    try:
        return _MACHINE.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return ""


@cache
def _cluster(*where: str) -> str:
    """PostgreSQL's own number, which a dump does not take along; "" where it may not be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('pg_control_system()', 'execute')")
        if not cursor.fetchone()[0]:
            return ""
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return str(cursor.fetchone()[0])
