"""Many lines to a slow relay: messages per second with 50 ms per answer, bookkeeping included.

The references are the same relay's raw `smtplib` and plain Django loops, over the one connection
they have, which latency alone bounds (some ten to twenty messages a second; on a sample). For one
process, 64 lines should reach 700 messages a second.
"""

from django.db import connection

from tests.benchmarks._loops import plain, raw
from tests.benchmarks._runs import sent
from tests.benchmarks._stage import prepared, removed

LATENCY_MS = 50
MESSAGES = {1: 60, 8: 480, 64: 4_000}
SAMPLE = 60


def run() -> dict[str, dict[str, object]]:
    loops = _loops()
    found: dict[str, dict[str, object]] = {}
    for lines, messages in MESSAGES.items():
        rate = _rate(lines, messages)
        for name, reference in loops.items():
            found[f"delivery_lines_{lines}_{connection.vendor}_{name}"] = {
                "value": round(rate),
                "unit": "messages/s",
                "baseline": round(reference, 1),
                "ratio": round(rate / reference, 1),
            }
    return found


def _loops() -> dict[str, float]:
    mailing = prepared(SAMPLE)
    try:
        return {
            "raw_smtplib_sampled": raw(mailing, SAMPLE, delay_ms=LATENCY_MS),
            "plain_django_sampled": plain(mailing, SAMPLE, delay_ms=LATENCY_MS),
        }
    finally:
        removed()


def _rate(lines: int, messages: int) -> float:
    mailing = prepared(messages)
    try:
        done = sent(mailing.pk, delay_ms=LATENCY_MS, NEWSLETTER_CONNECTIONS=str(lines))
        assert done.accepted == messages, done
    finally:
        removed()
    return messages / done.seconds
