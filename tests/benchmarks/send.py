"""How a mailing leaves, bookkeeping included: rate, memory, freeze, builder.

`run()` wants Django set up on a migrated database; it writes there, and removes what it wrote. The
engine sends every message, in a process of its own, over one connection into `tests.smtp_sink`; the
two loops without a ledger send a sample of the same letter in the same run, and are compared by
message. SEND_BENCH_SIZES=4000,40000 chooses the sizes. Only the ratios mean anything on another
machine.
"""

import os
import time
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from newsletters.delivery.message import Addressing
from newsletters.models import Mailing
from tests.benchmarks._loops import people, plain, plain_message, raw
from tests.benchmarks._runs import sent
from tests.benchmarks._sender import Run
from tests.benchmarks._stage import approved, frozen, planned_again, removed

SIZES = [int(size) for size in os.environ.get("SEND_BENCH_SIZES", "4000,40000,400000").split(",")]
# Messages that the loops send, at most: « extrapolated » is said in the figure's name.
RAW_SAMPLE, PLAIN_SAMPLE = 2_000, 400
# Up to so many readers, three rounds are affordable, and the median is kept.
_SMALL = 40_000
_BUILT, _BUILDS = 4_000, 5

Figures = dict[str, dict[str, Any]]


def run() -> Figures:
    """Every figure of SIZES; the builder's with the smallest."""
    found: Figures = {}
    per_message: dict[int, float] = {}
    for size in sorted(SIZES):
        figures, per_message[size] = measured(size, build=size == min(SIZES))
        found |= figures
    return found | _linearity(per_message)


def measured(recipients: int, *, build: bool = False) -> tuple[Figures, float]:
    """The figures of one size, and the seconds of one message."""
    try:
        mailing = approved(recipients)
        found = {_named(f"freeze_{recipients}"): _figure(frozen(mailing), "s")}
        if build:
            found |= _builder(mailing)
        rounds = 3 if recipients <= _SMALL else 1
        runs, raws, plains = [], [], []
        for _ in range(rounds):
            runs.append(_engine(mailing, recipients))
            raws.append(raw(mailing, RAW_SAMPLE))
            plains.append(plain(mailing, PLAIN_SAMPLE))
    finally:
        removed()
    seconds = median(one.seconds for one in runs)
    for name, rates in (("raw_smtplib_sampled", raws), ("plain_django_sampled", plains)):
        rate = recipients / seconds
        found[_named(f"send_{recipients}", name)] = _figure(rate, "messages/s", median(rates))
    peak = max(one.peak for one in runs) - min(one.bare for one in runs)
    memory = _figure(peak, "Mo en plus")
    found[_named(f"send_memory_{recipients}")] = memory | {"baseline": round(runs[0].bare, 1)}
    return found, seconds / recipients


def _engine(mailing: Mailing, recipients: int) -> Run:
    planned_again(mailing)
    done = sent(mailing.pk)
    assert done.accepted == recipients, done
    return done


def _builder(mailing: Mailing) -> Figures:
    """Microseconds of processor to address and build one message, beside the standard library's."""
    addressing = Addressing(mailing, date=timezone.now())
    readers = (people(mailing, 500) * (_BUILT // 100))[:_BUILT]
    spent = []
    for _ in range(_BUILDS):
        start = time.process_time()
        for email, *ids in readers:
            addressing.template.build(addressing.recipient(email, *ids))
        spent.append((time.process_time() - start) / len(readers))
    ours, sample = median(spent), readers[:50]
    start = time.process_time()
    for email, *ids in sample:
        plain_message(mailing, addressing.recipient(email, *ids)).message().as_bytes()
    theirs = (time.process_time() - start) / len(sample)
    name = f"send_builder_{len(mailing.html) // 1000}_kb"
    return {
        name: {
            "value": round(ours * 1e6, 1),
            "unit": "µs CPU",
            "baseline": round(theirs * 1e6),
            "ratio": round(theirs / ours),
        }
    }


def _linearity(per_message: dict[int, float]) -> Figures:
    """The time of a message at each size over its time at the smallest: 1 is exactly linear."""
    smallest = min(per_message)
    return {
        _named(f"send_linearity_{size}"): {
            "value": round(seconds / per_message[smallest], 3),
            "unit": f"temps/{smallest}",
            "baseline": 1.0,
            "ratio": round(seconds / per_message[smallest], 3),
        }
        for size, seconds in per_message.items()
        if size != smallest
    }


def _named(name: str, against: str = "") -> str:
    return "_".join(filter(None, [name, connection.vendor, against]))


def _figure(value: float, unit: str, baseline: float | None = None) -> dict[str, Any]:
    return {
        "value": round(value) if value > 100 else round(value, 2),
        "unit": unit,
        "baseline": baseline and round(baseline, 1),
        "ratio": baseline and round(value / baseline, 2),
    }
