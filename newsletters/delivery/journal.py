"""What one connection was doing when it died: an append-only file, one line before and after.

`S id` is written before a message is offered, `D id`, `R id code` or `T id` after the answer. A row
with an `S` and no answer is the one row whose fate is unknown, and it is known by name. An
UNCERTAIN answer writes nothing: its `S` already says so.

write(2) on an O_APPEND descriptor, no fsync: the page cache outlives a killed process, which is
the case covered here at 1 µs a line. A machine that loses power loses the last lines; the marks in
the database, at most 100 rows behind, bound that.

One file per connection, because clearing a shared one would drop another's `S`. After a batch the
journal moves on to a new file, and the finished one is removed once the database has its marks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote, unquote

_SUFFIX = ".journal"
_LINE = re.compile(rb"([SDT]) (\d+)|R (\d+) (\d{1,3})")


@dataclass(frozen=True)
class JournalState:
    """Ids by last known fate; `damaged` counts unreadable lines other than a torn last one."""

    done: frozenset[int] = frozenset()
    refused: Mapping[int, int] = field(default_factory=dict)  # id: reply code
    retry: frozenset[int] = frozenset()
    uncertain: frozenset[int] = frozenset()
    damaged: int = 0


class JournalFile(NamedTuple):
    path: Path
    worker: str
    connection: int
    sequence: int


class Journal:
    """The journal of one connection; used by one thread, except `discard`.

    Every method raises OSError (disk full, directory gone). When `intend` raises, the message must
    not be sent; when an answer cannot be written, sending must stop: the row stays uncertain.
    """

    def __init__(self, directory: Path, worker: str, connection: int = 0) -> None:
        self._directory = directory
        # Quoting keeps two worker names apart and any of them inside the directory.
        self._stem = f"{quote(worker, safe='')}.{connection:d}"
        if not worker or len(self._stem) > 200 or connection < 0:
            raise ValueError("a worker name has 1 to about 200 characters, a connection a number")
        # A name used before goes on after its leftovers: they belong to recovery.
        self._sequence = max(
            (
                found.sequence
                for found in journals(directory, worker)
                if found.connection == connection
            ),
            default=0,
        )
        self._torn = False
        self._descriptor = -1
        self._open_next()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def intend(self, delivery: int) -> None:
        self._write(b"S %d\n" % delivery)

    def intend_all(self, deliveries: Iterable[int]) -> None:
        """`intend`, for messages that leave in one call: one write."""
        self._write(b"".join(b"S %d\n" % delivery for delivery in deliveries))

    def answer_all(
        self, done: Iterable[int], refused: Mapping[int, int], retry: Iterable[int]
    ) -> None:
        """The answers of one call, in one write; of `refused`, {id: code}."""
        lines = [b"D %d\n" % delivery for delivery in done]
        lines += [b"R %d %d\n" % one for one in refused.items()]
        lines += [b"T %d\n" % delivery for delivery in retry]
        if lines:
            self._write(b"".join(lines))

    def done(self, delivery: int) -> None:
        self._write(b"D %d\n" % delivery)

    def refused(self, delivery: int, code: int) -> None:
        self._write(b"R %d %d\n" % (delivery, code))

    def retry(self, delivery: int) -> None:
        self._write(b"T %d\n" % delivery)

    def rotate(self) -> Path:
        """Go on in a new file; returns the finished one, to `discard` once its rows are marked."""
        finished = self.path
        os.close(self._descriptor)
        self._open_next()
        return finished

    def close(self) -> None:
        """Stop writing; the file stays until it is discarded."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open_next(self) -> None:
        # Should opening fail, the closed number may already be someone else's file.
        self._descriptor = -1
        self._sequence += 1
        self.path = self._directory / f"{self._stem}.{self._sequence:08d}{_SUFFIX}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._descriptor = os.open(self.path, flags, 0o600)

    def _write(self, line: bytes) -> None:
        if self._torn:
            # A bare line end would make "D 12" out of the cut "D 123": spoil it instead.
            line = b"!\n" + line
        written = os.write(self._descriptor, line)
        self._torn = written < len(line)
        if self._torn:
            raise OSError(f"journal line cut after {written} bytes: disk full?")


def discard(path: Path) -> None:
    """Remove a finished journal whose rows the database has; already gone is fine."""
    path.unlink(missing_ok=True)


def journals(directory: Path, worker: str | None = None) -> list[JournalFile]:
    """The journals left in a directory, of one worker or of all, oldest first."""
    found = []
    for path in sorted(directory.glob(f"*{_SUFFIX}")):
        parts = path.name.removesuffix(_SUFFIX).rsplit(".", 2)
        if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit():
            owner = unquote(parts[0])
            if worker is None or owner == worker:
                found.append(JournalFile(path, owner, int(parts[1]), int(parts[2])))
    return found


def recover(path: Path) -> JournalState:
    """Read a journal whose writer is dead. Raises OSError when it cannot be read.

    A last line without its end is ignored: cut in an `S`, the message was not offered; cut in an
    answer, the row stays uncertain. A row once done stays done, whatever follows.
    """
    *lines, _torn = path.read_bytes().split(b"\n")
    fates: dict[int, tuple[bytes, int]] = {}
    damaged = 0
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            damaged += bool(line)
            continue
        kind, delivery = (found[1] or b"R"), int(found[2] or found[3])
        if fates.get(delivery, (b"", 0))[0] != b"D":
            fates[delivery] = (kind, int(found[4] or 0))

    def having(kind: bytes) -> frozenset[int]:
        return frozenset(delivery for delivery, (fate, _) in fates.items() if fate == kind)

    return JournalState(
        done=having(b"D"),
        refused={delivery: code for delivery, (fate, code) in fates.items() if fate == b"R"},
        retry=having(b"T"),
        uncertain=having(b"S"),
        damaged=damaged,
    )
