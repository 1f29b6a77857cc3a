"""As a process: imports a file into the database of DATABASE_URL, dry run first, then prints a
`Taken` as JSON."""

import json
import sys
import time
from pathlib import Path
from typing import NamedTuple

import django
from django.db import connection


class Taken(NamedTuple):
    """Seconds of the clock and of the processor for the dry run and the import together;
    megabytes as in `_sender.Run`."""

    new: int
    seconds: float
    cpu: float
    bare: float
    peak: float


def _main(path: Path, series: int) -> Taken:
    django.setup()
    connection.ensure_connection()
    from newsletters import importing
    from newsletters.models import Periodical
    from tests.benchmarks._sender import memory

    bare, started, cpu = memory(), time.perf_counter(), time.process_time()
    row = importing.receive(
        chunks=[path.read_bytes()], file_name=path.name, basis="consent", source="Mesure",
        periodicals=Periodical.objects.filter(pk=series), notified_on=None, notice_text="",
        user=None,
    )  # fmt: skip
    for step in ("check", "commit"):
        importing.claim(row=row, step=step)
        getattr(importing, step)(row=row)
    spent = time.process_time() - cpu
    return Taken(row.counts["new"], time.perf_counter() - started, spent, bare, memory())


if __name__ == "__main__":
    print(json.dumps(_main(Path(sys.argv[1]), int(sys.argv[2]))._asdict()))
