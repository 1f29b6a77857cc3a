"""A batch in each call to a provider beside one call for each person, bookkeeping included.

The provider answers after 50 ms, as an API in the same country does; one session, the letter of
`send`. Mailgun takes a thousand people in a call, Postmark five hundred, Mailjet fifty.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import override_settings

from newsletters.delivery.send import run as send
from tests.benchmarks._stage import ROOT, prepared, removed
from tests.provider_api import settings_of

LATENCY_MS = 50
ALONE = 200
BATCHES = {"mailgun": 1000, "postmark": 500, "mailjet": 50}
RECIPIENTS = int(os.environ.get("RECIPIENTS", "4000"))


def run() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name, batch in BATCHES.items():
        alone = _rate(name, 1, ALONE)
        together = _rate(name, batch, RECIPIENTS)
        found[f"provider_{name}_{batch}_{connection.vendor}"] = {
            "value": round(together),
            "unit": "messages/s",
            "baseline": round(alone, 1),
            "ratio": round(together / alone, 1),
        }
    return found


def _rate(name: str, batch: int, recipients: int) -> float:
    mailing = prepared(recipients)
    try:
        with _api() as url, tempfile.TemporaryDirectory() as journal:
            given = {
                "NEWSLETTER_TRANSPORT": "provider",
                "NEWSLETTER_PROVIDER_BATCH": batch,
                "NEWSLETTER_JOURNAL_DIR": journal,
                "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
                "ANYMAIL": settings_of(url),
            }
            with override_settings(DEBUG=False, **given):
                start = time.perf_counter()
                report = send(mailing.pk)
                seconds = time.perf_counter() - start
        assert report.equation.accepted == recipients, report
    finally:
        removed()
    return recipients / seconds


@contextmanager
def _api() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.provider_api", "--delay-ms", str(LATENCY_MS)]
    with subprocess.Popen(
        [*command, "--no-render"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        _, url = process.stdout.readline().split()
        try:
            yield url
        finally:
            process.terminate()
