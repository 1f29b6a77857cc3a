from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newsletters.delivery.journal import Journal, discard, journals, recover


def test_every_fate_is_recovered_by_name(tmp_path: Path) -> None:
    with Journal(tmp_path, "worker-1") as journal:
        for delivery in (1, 2, 3, 4):
            journal.intend(delivery)
            if delivery == 1:
                journal.done(1)
            elif delivery == 2:
                journal.refused(2, 550)
            elif delivery == 3:
                journal.retry(3)
    state = recover(journal.path)
    assert (state.done, state.refused, state.retry) == ({1}, {2: 550}, {3})
    assert state.uncertain == {4}
    assert state.damaged == 0


@pytest.mark.parametrize(
    ("written", "done", "refused", "retry", "uncertain", "damaged"),
    [
        ("", [], {}, [], [], 0),
        ("S 1", [], {}, [], [], 0),
        ("S 1\n", [], {}, [], [1], 0),
        ("S 12\nD 1", [], {}, [], [12], 0),
        ("S 12\nD 12", [], {}, [], [12], 0),
        ("S 12\nR 12 55", [], {}, [], [12], 0),
        ("S 1\nD 1\nS 2\n", [1], {}, [], [2], 0),
        ("S 1\nT 1\nS 1\n", [], {}, [], [1], 0),
        ("S 1\nT 1\nS 1\nD 1\n", [1], {}, [], [], 0),
        ("S 1\nD 1\nS 1\n", [1], {}, [], [], 0),
        ("S 1\nD 1\nT 1\nR 1 550\n", [1], {}, [], [], 0),
        ("S 1\nR 1 550\nS 1\nT 1\n", [], {}, [1], [], 0),
        ("S 1\nS 2S 3\nD 1\n\0\0\0\n", [1], {}, [], [], 2),
        ("S 1\n\nD 1\n", [1], {}, [], [], 0),
        ("s 1\nS x\nS -1\nS 1 2\nR 1\nD 1 2\n", [], {}, [], [], 6),
    ],
)
def test_recovery_reads_what_a_kill_leaves(
    tmp_path: Path,
    written: str,
    done: list[int],
    refused: dict[int, int],
    retry: list[int],
    uncertain: list[int],
    damaged: int,
) -> None:
    path = tmp_path / "w.0.00000001.journal"
    path.write_text(written)
    state = recover(path)
    assert (state.done, state.refused) == (set(done), refused)
    assert (state.retry, state.uncertain) == (set(retry), set(uncertain))
    assert state.damaged == damaged


def test_rotation_keeps_what_is_in_flight_apart_from_what_is_marked(tmp_path: Path) -> None:
    with Journal(tmp_path, "w") as journal:
        journal.intend(1)
        journal.done(1)
        finished = journal.rotate()
        journal.intend(2)
        assert recover(finished).done == {1}
        discard(finished)
        discard(finished)
        assert recover(journal.path).uncertain == {2}
    assert [found.path for found in journals(tmp_path)] == [journal.path]


@pytest.mark.parametrize(
    "worker",
    ["hôte:1234", "../../etc/passwd", "..", "a/b", "a.1", "a.1.00000001", "C:\\x", "w\nx", "*"],
)
def test_any_worker_name_stays_inside_the_directory_and_can_be_read_back(
    tmp_path: Path, worker: str
) -> None:
    directory = tmp_path / "journals"
    directory.mkdir()
    with Journal(directory, worker, 7) as journal, Journal(directory, "autre") as other:
        assert journal.path.parent == directory
        assert list(directory.iterdir()) != []
        found = journals(directory, worker)
        assert [(mine.worker, mine.connection, mine.sequence) for mine in found] == [(worker, 7, 1)]
        assert {mine.path for mine in journals(directory)} == {journal.path, other.path}
    assert list(tmp_path.iterdir()) == [directory]


@pytest.mark.parametrize(("worker", "connection"), [("", 0), ("x" * 300, 0), ("w", -1)])
def test_a_name_that_cannot_be_a_file_is_refused(
    tmp_path: Path, worker: str, connection: int
) -> None:
    with pytest.raises(ValueError, match="worker"):
        Journal(tmp_path, worker, connection)


def test_a_name_used_again_never_writes_into_its_predecessors_file(tmp_path: Path) -> None:
    with Journal(tmp_path, "w") as first:
        first.intend(1)
    with Journal(tmp_path, "w") as second:
        second.intend(2)
    assert first.path != second.path
    assert recover(first.path).uncertain == {1}
    assert [found.sequence for found in journals(tmp_path, "w")] == [1, 2]


@pytest.mark.parametrize("cut", [1, 3, 5, 6])
def test_a_line_cut_by_a_full_disk_is_never_read_as_another_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    with Journal(tmp_path, "w") as journal:
        journal.intend(1)
        journal.intend(12345)
        real = os.write
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", lambda fd, line: real(fd, line[:cut]))
            with pytest.raises(OSError, match="journal"):
                journal.done(12345)
            with pytest.raises(OSError, match="journal"):
                journal.done(12345)
        journal.intend(4)
    state = recover(journal.path)
    assert state.uncertain == {1, 12345, 4}
    assert state.done == frozenset()
    assert state.damaged >= 1


def test_a_disk_without_any_room_raises_before_anything_is_sent(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Journal(tmp_path, "w") as journal:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal._descriptor)
        os.close(full)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            journal.intend(1)


def test_a_killed_process_leaves_its_last_intention(tmp_path: Path) -> None:
    program = (
        "import sys, os, signal; from pathlib import Path\n"
        "from newsletters.delivery.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), 'w')\n"
        "[(journal.intend(n), journal.done(n)) for n in range(50)]\n"
        "journal.intend(50); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert ended.returncode == -signal.SIGKILL
    [left] = journals(tmp_path)
    state = recover(left.path)
    assert state.done == set(range(50))
    assert state.uncertain == {50}
