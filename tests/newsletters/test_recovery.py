import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

import pytest

from newsletters import lifecycle
from newsletters.delivery import worker as worker_module
from newsletters.delivery.claim import claim
from newsletters.delivery.journal import Journal
from newsletters.delivery.worker import Recovery, Worker, recover_dead
from newsletters.models import Delivery, Mailing
from tests.builders import make_sending

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
State = Delivery.State


class Killed(BaseException):
    pass


def die_with(readers: int, write: Callable[[Journal, list[int]], None]) -> Mailing:
    """A worker that claims everything, writes in its journal, and is gone."""
    mailing = make_sending(readers)
    with suppress(Killed), Worker() as worker:
        batch = claim(mailing.pk, worker.name)
        write(worker.journal, [row.pk for row in batch.rows])
        raise Killed
    return mailing


def in_order() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def of_four_kinds(log: Journal, pks: list[int]) -> None:
    """Accepted, refused, put off, in flight."""
    for pk in pks[:4]:
        log.intend(pk)
    log.done(pks[0])
    log.refused(pks[1], 550)
    log.retry(pks[2])


def test_a_dead_worker_is_settled_by_its_journal(journal):
    mailing = die_with(6, of_four_kinds)
    assert recover_dead() == Recovery(accepted=1, refused=1, uncertain=1, released=3)
    assert in_order() == ["accepted", "refused", "retry", "uncertain", "planned", "planned"]
    assert Delivery.objects.get(state=State.REFUSED).reply_code == 550
    assert "arrêt brutal" in Delivery.objects.get(state=State.UNCERTAIN).reply_text
    assert mailing.equation().balances
    assert list(journal.iterdir()) == []


def test_a_row_offered_twice_has_its_last_fate():
    def write(log: Journal, pks: list[int]) -> None:
        log.intend(pks[0])
        log.retry(pks[0])
        log.rotate()
        log.intend(pks[0])

    die_with(1, write)
    recover_dead()
    assert in_order() == ["uncertain"]


def test_recovering_twice_changes_nothing():
    die_with(3, lambda log, pks: log.intend(pks[0]))
    recover_dead()
    before = in_order()
    assert recover_dead() == Recovery()
    assert in_order() == before


def test_a_crash_between_the_marks_and_the_journals_end_repeats_harmlessly(monkeypatch):
    die_with(2, lambda log, pks: (log.intend(pks[0]), log.done(pks[0])))

    def killed(path: Path) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "discard", killed)
        with pytest.raises(Killed):
            recover_dead()
    Delivery.objects.filter(state=State.PLANNED).update(state=State.CLAIMED, worker="another")
    assert recover_dead() == Recovery()
    assert in_order() == ["accepted", "claimed"]


def test_a_living_worker_of_this_machine_is_left_alone_even_past_its_lease():
    mailing = make_sending(2)
    with Worker() as worker:
        batch = claim(mailing.pk, worker.name)
        Delivery.objects.update(lease_until=timezone.now() - timedelta(hours=1))
        assert recover_dead() == Recovery()
        assert in_order() == ["claimed", "claimed"]
        Delivery.objects.filter(pk__in=[row.pk for row in batch.rows]).update(state=State.PLANNED)


def test_a_worker_in_another_process_lives_as_long_as_that_process(journal):
    program = (
        "import sys, fcntl, os\n"
        "fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(fd, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    die_with(1, lambda log, pks: None)
    lock = next(journal.glob("*.lock"))
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(lock)], stdin=-1, stdout=-1, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    assert recover_dead() == Recovery()
    process.kill()
    process.communicate()
    assert recover_dead() == Recovery(released=1)


def test_what_another_machine_held_is_uncertain_once_its_lease_has_run_out():
    mailing = make_sending(3)
    claim(mailing.pk, "elsewhere:1:abc", limit=2)
    assert recover_dead() == Recovery()
    assert in_order() == ["claimed", "claimed", "planned"]
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert recover_dead() == Recovery(uncertain=2)
    assert in_order() == ["uncertain", "uncertain", "planned"]
    assert "journal" in Delivery.objects.filter(state=State.UNCERTAIN).first().reply_text


def test_after_a_restart_of_the_machine_an_unwritten_intent_is_not_trusted(monkeypatch):
    die_with(3, lambda log, pks: (log.intend(pks[0]), log.done(pks[0])))
    monkeypatch.setattr(worker_module, "_boot", lambda: "another boot")
    assert recover_dead() == Recovery(accepted=1, uncertain=2)


def test_rows_of_a_cancelled_mailing_are_struck_out_at_recovery():
    die_with(3, lambda log, pks: log.intend(pks[0]))
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    recover_dead()
    assert in_order() == ["uncertain", "skipped", "skipped"]


def test_a_worker_that_ends_well_leaves_nothing_behind(journal):
    with Worker() as worker:
        assert len(worker.name) <= Delivery._meta.get_field("worker").max_length
        assert len(list(journal.iterdir())) == 2
    assert list(journal.iterdir()) == []


def test_recovery_without_a_journal_directory_finds_nobody():
    assert recover_dead() == Recovery()


def test_a_machine_that_comes_back_says_what_another_could_only_doubt(tmp_path):
    mailing = die_with(6, of_four_kinds)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert recover_dead(tmp_path / "elsewhere") == Recovery(uncertain=6)
    Mailing.objects.update(state=Mailing.State.FINISHED, finished_at=timezone.now())
    assert recover_dead() == Recovery(accepted=1, refused=1, released=3)
    assert in_order() == ["accepted", "refused", "retry", "uncertain", "planned", "planned"]
    mailing.refresh_from_db()
    assert (mailing.state, mailing.pause_kind) == (Mailing.State.PAUSED, "question")
    assert "n'avaient rien reçu" in mailing.pause_reason
    lifecycle.resume(mailing=mailing)
    assert len(claim(mailing.pk, "w").rows) == 2


def test_a_doubt_of_the_relay_s_own_is_not_lifted_by_a_journal_that_does_not_know_it():
    die_with(2, lambda log, pks: log.intend(pks[0]))
    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(
        state=State.UNCERTAIN, reply_text="message transmis, réponse du serveur perdue"
    )
    assert recover_dead() == Recovery(released=1)
    assert in_order() == ["uncertain", "planned"]


def test_what_was_put_off_in_a_mailing_cancelled_meanwhile_is_struck_out():
    def write(log: Journal, pks: list[int]) -> None:
        log.intend(pks[0])
        log.retry(pks[0])

    mailing = die_with(1, write)
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    recover_dead()
    assert in_order() == ["skipped"]
    assert mailing.equation().remaining == 0


def test_a_worker_whose_files_cannot_be_read_holds_nobody_else_up(journal, monkeypatch):
    journal.mkdir()
    (journal / "0-root.lock").touch()
    real = worker_module._seized

    def seized(lock: Path):
        if lock.name.startswith("0-root"):
            raise PermissionError(13, "Permission denied")
        return real(lock)

    monkeypatch.setattr(worker_module, "_seized", seized)
    die_with(2, lambda log, pks: log.intend(pks[0]))
    assert recover_dead() == Recovery(uncertain=1, released=1)


def test_a_worker_that_finds_the_disk_full_leaves_nothing_behind(journal, monkeypatch):
    def full(descriptor: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    before = os.listdir("/proc/self/fd")
    monkeypatch.setattr(worker_module.os, "write", full)
    with pytest.raises(OSError, match="No space left"), Worker():
        pass
    assert list(journal.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == len(before)
