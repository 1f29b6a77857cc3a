"""Processes woken by procrastinate on PostgreSQL, killed, woken too often or not at all."""

import random
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

import pytest

from newsletters import lifecycle
from newsletters.models import Delivery, Mailing
from tests.builders import make_sending
from tests.crash.processes import Nursery, clean, until
from tests.smtp_sink import SmtpSink

pytestmark = [
    pytest.mark.usefixtures("committed_db", "no_jobs"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="procrastinate is PostgreSQL's"),
]
READERS = 600


@pytest.fixture
def no_jobs(committed_db: None) -> None:
    """Its models are not Django's to empty."""
    execute(
        "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "sink.log"


@pytest.fixture
def sink(log: Path) -> Iterator[SmtpSink]:
    with SmtpSink(log=log, delay_ms=4) as sink:
        yield sink


@pytest.fixture
def nursery(sink: SmtpSink, tmp_path: Path) -> Iterator[Nursery]:
    command = ["send_mailings", "--quiet"]
    with Nursery(sink, tmp_path, command=command, NEWSLETTER_SCALE_OUT="1") as nursery:
        yield nursery


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%deliver'")
        return int(cursor.fetchone()[0])


def finished() -> bool:
    return Mailing.objects.get().state == Mailing.State.FINISHED


def test_killed_processes_are_relieved_by_the_others_and_nobody_is_written_to_twice(
    sink, nursery, log
):
    chance, kills = random.Random(5), 0
    mailing = make_sending(READERS)
    crowd = [nursery.start() for _ in range(3)]
    while kills < 6 and not finished():
        moment = len(sink.accepted) + chance.randrange(10, 80)
        until(lambda moment=moment: len(sink.accepted) >= moment or finished())
        kills += nursery.kill(crowd.pop(chance.randrange(len(crowd))))
        crowd.append(nursery.start())
    until(finished)
    assert [nursery.stop(process) for process in crowd] == [0, 0, 0]
    assert kills >= 4
    assert len(clean(log, mailing)) <= kills


def test_a_lost_wake_up_is_made_up_for_by_the_next_turn(sink, nursery, log):
    mailing = make_sending(READERS)
    crowd = [nursery.start(), nursery.start()]
    until(lambda: len(sink.accepted) >= 50)
    for process in crowd:
        nursery.kill(process)
    execute("TRUNCATE procrastinate_jobs CASCADE")
    last = nursery.start()
    until(finished)
    assert nursery.stop(last) == 0
    assert len(clean(log, mailing)) <= 2


def test_ten_wake_ups_for_one_mailing_write_to_each_reader_once(sink, nursery, log):
    from newsletters.tasks import deliver

    mailing = make_sending(READERS)
    for _ in range(10):
        deliver.defer(mailing_id=mailing.pk)
    crowd = [nursery.start() for _ in range(4)]
    until(lambda: finished() and jobs() == 0)
    assert {nursery.stop(process) for process in crowd} == {0}
    assert clean(log, mailing) == set()
    workers = Delivery.objects.values_list("worker", flat=True).distinct()
    assert len(workers) > 1, "one process did it all: the others proved nothing"


@pytest.mark.parametrize("end", ["cancelled", "paused"])
def test_a_wake_up_that_comes_too_late_sends_nothing(sink, nursery, end):
    from newsletters.tasks import wake

    mailing = make_sending(20)
    wake(mailing.pk)
    wake(mailing.pk + 1)  # of a mailing that is no more
    if end == "cancelled":
        lifecycle.cancel(mailing=mailing)
    else:
        lifecycle.pause(mailing=mailing, reason="Une coquille.")
    process = nursery.start()
    until(lambda: jobs() == 0)
    assert nursery.stop(process) == 0
    assert sink.accepted == []


def test_a_terminated_process_finishes_its_message_and_leaves_no_doubt(sink, nursery, log):
    mailing = make_sending(READERS)
    first = nursery.start()
    until(lambda: len(sink.accepted) >= 100)
    assert nursery.stop(first) == 0
    assert not Delivery.objects.filter(state__in=["claimed", "uncertain"]).exists()
    assert mailing.equation().remaining > 0
    second = nursery.start()
    until(finished)
    assert nursery.stop(second) == 0
    assert clean(log, mailing) == set()
