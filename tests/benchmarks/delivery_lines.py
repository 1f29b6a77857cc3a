"""Many lines to a slow relay: messages per second with 50 ms per answer, bookkeeping included.

The reference is one line to the same relay, which latency alone bounds (about 20 messages a
second).
"""

import tempfile
import time

from django.db import connection
from django.test.utils import override_settings

from newsletters.delivery.send import run as send
from tests.benchmarks.send import _prepared, _remove, _sink

LATENCY_MS = 50
MESSAGES = {1: 60, 8: 480, 64: 4_000}


def run() -> dict[str, dict[str, object]]:
    rates = {lines: _rate(lines, messages) for lines, messages in MESSAGES.items()}
    return {
        f"delivery_lines_{lines}_{connection.vendor}": {
            "value": round(rate),
            "unit": "messages/s",
            "baseline": round(rates[1]),
            "ratio": round(rate / rates[1], 1),
        }
        for lines, rate in rates.items()
    }


def _rate(lines: int, messages: int) -> float:
    mailing = _prepared(messages)
    try:
        with _sink(LATENCY_MS) as (host, port), tempfile.TemporaryDirectory() as journal:
            given = {"EMAIL_HOST": host, "EMAIL_PORT": port, "NEWSLETTER_JOURNAL_DIR": journal}
            with override_settings(NEWSLETTER_CONNECTIONS=lines, DEBUG=False, **given):
                start = time.perf_counter()
                report = send(mailing.pk)
                seconds = time.perf_counter() - start
        assert report.equation.accepted == messages, report
    finally:
        _remove()
    return messages / seconds
