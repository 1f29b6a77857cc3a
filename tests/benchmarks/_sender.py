"""As a process: sends one mailing of the database of DATABASE_URL, then prints a `Run` as JSON."""

import json
import sys
import time
from pathlib import Path
from typing import NamedTuple

import django
from django.db import connection
from django.urls import reverse


class Run(NamedTuple):
    """`bare`: megabytes of this process with Django set up and connected, before it sends;
    `peak`: at most, once it has sent."""

    accepted: int
    seconds: float
    bare: float
    peak: float


def memory() -> float:
    """Megabytes of this process at most so far, without those of its parent (getrusage's has)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _main(mailing_id: int) -> Run:
    django.setup()
    connection.ensure_connection()
    bare = memory()
    from newsletters.delivery.send import run

    # A sending process is there before its mailing is due, and has read its URLs once and for all;
    # the loops that it is compared with run in a process that has, too.
    reverse("newsletters:unsubscribe", args=["0"])
    start = time.perf_counter()
    report = run(mailing_id)
    seconds = time.perf_counter() - start
    return Run(report.equation.accepted, seconds, bare, memory())


if __name__ == "__main__":
    print(json.dumps(_main(int(sys.argv[1]))._asdict()))
