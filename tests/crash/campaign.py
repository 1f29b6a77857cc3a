"""Workers killed at random moments while the relay misbehaves in every way it can.

The suite runs a share of it; `make bench ONLY=kills` runs the whole.
"""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from newsletters import lifecycle
from newsletters.delivery.worker import recover_dead
from newsletters.models import Delivery, Mailing
from tests.crash.processes import PATIENCE, Nursery, judge
from tests.smtp_sink import Rule, SmtpSink

# Of these the relay itself leaves a doubt, kill or no kill.
_DOUBTED = ("0070@", "0170@", "0080@", "0270@")
_REFUSED = "0050@"
# Seconds without enough messages after which a worker is killed all the same: it waits, or is done.
_LULL = 3.0


def misbehaviour() -> list[Rule]:
    """Slow besides: the sink's own delay."""
    return [
        Rule("mail", "421 4.3.2 closing", every=90),
        Rule("rcpt", "550 5.1.1 unknown", match=_REFUSED),
        Rule("rcpt", "451 4.7.1 later", match="7@", every=6),
        Rule("data", "drop", every=110),
        Rule("body", "drop", match=_DOUBTED[3]),
        Rule("dot", "451 4.3.0 try again", match="9@", every=8),
        Rule("dot", "drop", match=_DOUBTED[0], accepting=True),
        Rule("dot", "drop", match=_DOUBTED[1]),
        Rule("dot", "hang", match=_DOUBTED[2], accepting=True),
    ]


@dataclass
class Tally:
    """What a campaign found; `excess` counts uncertain rows above one per open line and kill."""

    kills: int = 0
    messages: int = 0
    doubled: int = 0
    unnamed: int = 0
    invented: int = 0
    uncertain: int = 0
    arrived: int = 0  # of the uncertain, those the relay had taken
    allowed: int = 0
    excess: int = 0
    rounds: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.doubled or self.unnamed or self.invented or self.excess)


def fight(
    tally: Tally, mailing: Mailing, directory: Path, *, workers: int, lines: int, kills: int,
    chance: random.Random,
) -> None:  # fmt: skip
    """Deliver one frozen mailing with `workers` at once, killing about `kills` of them."""
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "sink.log"
    variables = {"NEWSLETTER_CONNECTIONS": str(lines), "EMAIL_TIMEOUT": "1"}
    with (
        SmtpSink(misbehaviour(), log=log, delay_ms=4) as sink,
        Nursery(sink, directory, **variables) as nursery,
    ):
        before = tally.kills
        while tally.kills - before < kills and not _finished(mailing):
            _wave(tally, nursery, sink, directory, workers, lines, chance)
            _press_on(mailing)
        _complete(nursery, sink, mailing)
    _count(tally, log, mailing)
    tally.rounds.append(f"{workers} × {lines}: {tally.kills - before}")


def _wave(
    tally: Tally, nursery: Nursery, sink: SmtpSink, directory: Path, workers: int, lines: int,
    chance: random.Random,
) -> None:  # fmt: skip
    """Start the workers together, kill each at its own moment, settle the dead, count."""
    known, base = _uncertain(), len(sink.accepted)
    # Mostly within the sending, counted in messages; now and then while a worker starts.
    moments = [(0 if chance.random() < 0.2 else chance.randrange(1, 60)) for _ in range(workers)]
    crowd = [nursery.start() for _ in range(workers)]
    killed = 0
    for worker, count in zip(crowd, sorted(moments), strict=True):
        deadline = time.monotonic() + _LULL
        while len(sink.accepted) < base + count and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0, 0.01 if count else 0.2))
        killed += nursery.kill(worker)
    recover_dead(directory / "var" / "journal")
    new = {email for email in _uncertain() - known if not email.split("@")[0].endswith(_marked())}
    tally.kills += killed
    tally.allowed += killed * lines
    tally.uncertain += len(new)
    tally.excess += max(0, len(new) - killed * lines)


def _marked() -> tuple[str, ...]:
    return tuple(mark.rstrip("@") for mark in _DOUBTED)


def _uncertain() -> set[str]:
    return set(Delivery.objects.filter(state="uncertain").values_list("email", flat=True))


def _press_on(mailing: Mailing) -> None:
    """What a person or the clock does: resume after a fault, reach the hour of the retries."""
    Delivery.objects.filter(state="retry").update(not_before=None)
    mailing.refresh_from_db()
    if mailing.state == Mailing.State.PAUSED:
        lifecycle.resume(mailing=mailing)


def _finished(mailing: Mailing) -> bool:
    mailing.refresh_from_db()
    return mailing.state == Mailing.State.FINISHED


def _complete(nursery: Nursery, sink: SmtpSink, mailing: Mailing) -> None:
    deadline = time.monotonic() + PATIENCE
    sink.rules = [rule for rule in sink.rules if rule.match in {_REFUSED, *_DOUBTED}]
    while not _finished(mailing):
        assert time.monotonic() < deadline, mailing.pause_reason
        _press_on(mailing)
        nursery.wait(nursery.start())


def _count(tally: Tally, log: Path, mailing: Mailing) -> None:
    verdict = judge(log, mailing)
    rows = Delivery.objects.filter(mailing=mailing)
    refused = set(rows.filter(state="refused").values_list("email", flat=True))
    tally.messages += rows.count()
    tally.doubled += len(verdict.doubled)
    tally.invented += len(verdict.invented)
    tally.unnamed += len(verdict.missing - verdict.uncertain - refused)
    tally.arrived += len(verdict.uncertain - verdict.missing)
