"""Two hundred random SIGKILLs, one, two and four workers at once: who got it twice, who never.

The same campaign as `tests/crash/test_crowd.py`, at full length; the reference is what is
allowed, so every ratio that matters is at most 1. KILLS=20 shortens it.
"""

import os
import random
import tempfile
from itertools import cycle
from pathlib import Path

from django.db import connection
from django.test.utils import override_settings

from newsletters.models import Delivery, Mailing, Subscriber
from tests.builders import make_sending
from tests.crash.campaign import Tally, fight

KILLS = int(os.environ.get("KILLS", "200"))
READERS = 900
# Workers at once, and open lines in each.
FORMATIONS = [(1, 1), (2, 1), (4, 1), (1, 4), (2, 4), (4, 4)]
_A_ROUND = 20


def run() -> dict[str, dict[str, object]]:
    tally, chance = Tally(), random.Random(2026)
    # The workers take this process for the same installation.
    with override_settings(WAGTAILADMIN_BASE_URL="http://testserver"):
        for number, (workers, lines) in enumerate(cycle(FORMATIONS)):
            if tally.kills >= KILLS:
                break
            _round(tally, number, workers, lines, chance)
    print(f"  {', '.join(tally.rounds)}", flush=True)
    where = connection.vendor
    return {
        f"kills_{where}": _figure(tally.kills, "processus", KILLS),
        f"kills_messages_{where}": _figure(tally.messages, "messages"),
        f"kills_doubled_{where}": _figure(tally.doubled, "personnes"),
        f"kills_missing_unnamed_{where}": _figure(tally.unnamed, "personnes"),
        f"kills_reported_not_received_{where}": _figure(tally.invented, "personnes"),
        f"kills_uncertain_{where}": _figure(tally.uncertain, "personnes", tally.allowed),
        f"kills_uncertain_in_excess_{where}": _figure(tally.excess, "personnes"),
        f"kills_uncertain_yet_received_{where}": _figure(tally.arrived, "personnes"),
    }


def _round(tally: Tally, number: int, workers: int, lines: int, chance: random.Random) -> None:
    for model in (Delivery, Mailing, Subscriber):
        model.objects.all().delete()
    wanted = min(_A_ROUND, KILLS - tally.kills)
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        mailing = make_sending(READERS, slug=f"envoi-{number}", year=2026 + number)
        fight(tally, mailing, directory, workers=workers, lines=lines, kills=wanted, chance=chance)


def _figure(value: int, unit: str, baseline: int | None = None) -> dict[str, object]:
    ratio = round(value / baseline, 2) if baseline else None
    return {"value": value, "unit": unit, "baseline": baseline, "ratio": ratio}
