"""Crowds of workers killed at seeded moments, and what several together must agree on."""

import random

import pytest

from newsletters.models import Delivery, Mailing, SendingRules
from tests.builders import make_sending
from tests.crash.campaign import Tally, fight
from tests.crash.processes import Nursery, clean
from tests.smtp_sink import Rule, SmtpSink

pytestmark = pytest.mark.usefixtures("committed_db")


def test_without_a_kill_only_the_relay_s_own_silences_leave_a_doubt(tmp_path):
    tally, mailing = Tally(), make_sending(300)
    fight(tally, mailing, tmp_path, workers=1, lines=1, kills=0, chance=random.Random(0))
    doubted = Delivery.objects.filter(state="uncertain").values_list("email", flat=True)
    # Cut within the content or behind it, or no answer: nothing tells whether it was taken.
    assert set(doubted) == {
        f"lecteur0{number}@example.org" for number in ("0070", "0080", "0170", "0270")
    }
    assert tally.clean, tally


@pytest.mark.parametrize(("workers", "lines"), [(1, 1), (1, 4), (2, 3), (4, 2)])
def test_killed_workers_double_nobody_and_name_whom_they_doubt(tmp_path, workers, lines):
    tally = Tally()
    chance = random.Random(f"{workers} {lines}")
    fight(tally, make_sending(400), tmp_path, workers=workers, lines=lines, kills=5, chance=chance)
    assert tally.kills >= 4
    assert tally.clean, tally


def test_a_relay_that_accepts_then_hangs_leaves_its_doubts_named(tmp_path):
    log = tmp_path / "sink.log"
    with SmtpSink(log=log) as sink, Nursery(sink, tmp_path, EMAIL_TIMEOUT="1") as nursery:
        sink.rules.append(Rule("dot", "hang", match="0010@", accepting=True))
        mailing = make_sending(60)
        assert nursery.wait(nursery.start()) == 0
    assert clean(log, mailing) == {"lecteur00010@example.org"}


def test_two_processes_together_stay_within_one_first_group(tmp_path):
    SendingRules.objects.update_or_create(defaults={"canary_size": 40, "canary_minutes": 10})
    with (
        SmtpSink(log=tmp_path / "sink.log", delay_ms=2) as sink,
        Nursery(sink, tmp_path) as nursery,
    ):
        make_sending(200)
        for worker in [nursery.start(), nursery.start()]:
            nursery.wait(worker)
    assert len(sink.accepted) == 40
    assert Mailing.objects.get().pause_kind == Mailing.PauseKind.CANARY
