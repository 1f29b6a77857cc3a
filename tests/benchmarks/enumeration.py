"""Whether the time of an answer tells who is on the list: each public door, known against new.

The difference to look at is that of the medians, of the clock and of the processor, beside what
the same door does between two series of new addresses: the noise of the machine. The order of
the three is drawn each time: turning, it fell in step with the memory's collections, and one series
paid for the others.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator

from django.db import transaction
from django.test import Client

from newsletters import attempts
from newsletters.models import Periodical, Subscriber, Subscription
from tests.builders import make_home

ROUNDS = 240
KNOWN = 2_000
API = "/api/v3/lettres/"


def run() -> dict[str, dict[str, float | str | None]]:
    """Nothing is left behind: the other benchmarks fill the same database."""
    with transaction.atomic():
        try:
            return _run()
        finally:
            transaction.set_rollback(True)


def _run() -> dict[str, dict[str, float | str | None]]:
    make_home()
    letter = Periodical.objects.create(
        code="enumeration", title="Essai", sender_name="C", sender_email="lettre@example.org"
    )
    people = Subscriber.objects.bulk_create(
        Subscriber(email=f"k{n}@example.org", email_key=f"k{n}@example.org") for n in range(KNOWN)
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=one, periodical=letter, state="active") for one in people
    )
    allowed, attempts.PER_NETWORK = attempts.PER_NETWORK, 10**9
    try:
        return {
            f"{name}{named}": figure
            for name, ask in _doors().items()
            for named, figure in _compared(ask)
        }
    finally:
        attempts.PER_NETWORK = allowed


def _doors() -> dict[str, Callable[[str], int]]:
    client = Client()
    version = client.get(API).json()["notice"]["version"]

    def post(path: str, **body: object) -> int:
        return client.post(path, body, content_type="application/json").status_code

    return {
        "énumération : demande (API)": lambda email: post(
            f"{API}demandes/", email=email, letters=["enumeration"], notice_version=version
        ),
        "énumération : lien (API)": lambda email: post(f"{API}liens/", email=email),
        "énumération : lien (page)": lambda email: (
            client.post("/lettre/mon-lien/", {"email": email}).status_code
        ),
    }


def _compared(ask: Callable[[str], int]) -> Iterator[tuple[str, dict[str, float | str | None]]]:
    """What was measured, and |median(known) − median(new)| in ms, by clock then by processor;
    reference: the same between two series of new addresses."""
    times: dict[str, list[tuple[float, float]]] = {"k": [], "a": [], "b": []}
    draw = random.Random(1)
    for turn in range(-5, ROUNDS):
        for series in draw.sample(list(times), k=len(times)):
            spent, started = time.process_time(), time.perf_counter()
            status = ask(f"{series}{turn + 5}@example.org")
            assert status in (202, 302), status
            if turn >= 0:
                ended = time.perf_counter()
                times[series].append((ended - started, time.process_time() - spent))
    for which, (named, unit) in enumerate((("", "ms d'écart"), (", CPU", "ms CPU d'écart"))):
        medians = {
            series: statistics.median(one[which] for one in found) * 1000
            for series, found in times.items()
        }
        told, noise = abs(medians["k"] - medians["a"]), abs(medians["a"] - medians["b"])
        yield (
            named,
            {
                "value": told,
                "unit": unit,
                "baseline": noise,
                "ratio": medians["k"] / medians["a"],
            },
        )
