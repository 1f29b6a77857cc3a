"""The database's side of a send: marks, heartbeats, and whether to go on. One thread, always.

`Desk` serves one batch after another, over the lines it is given: with one, in this thread; with
several, each line takes rows in a thread of its own and hands its answers over by a deque, which
this thread empties. The lines wait for each other at the end of a batch, so that what is marked,
what goes back and which journals may go are each one decision.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import Final

from django.utils import timezone

from newsletters.delivery.answers import Answer, Outcome
from newsletters.delivery.claim import LEASE, Batch, Claimed, Settled, extend, mark, release
from newsletters.delivery.events import refused_letters
from newsletters.delivery.line import CONNECTION_CODES, HaltError, Line
from newsletters.delivery.thresholds import Thresholds
from newsletters.models import Mailing

MARK_ROWS: Final = 100
MARK_SECONDS: Final = 0.1
_TICK_SECONDS: Final = 0.02
_HEARTBEAT_SECONDS: Final = 15.0
LATE: Final = (
    "L'heure limite de cet envoi est passée ; le reste n'est pas parti. Faut-il l'envoyer quand "
    "même ? « Reprendre » l'envoie sans limite."
)


class Desk:
    """`served` counts the messages accepted so far."""

    def __init__(
        self,
        mailing: Mailing,
        worker: str,
        lines: Sequence[Line],
        should_stop: Callable[[], bool],
        thresholds: Thresholds,
    ) -> None:
        self._mailing = mailing
        self._worker = worker
        self._lines = lines
        self._should_stop = should_stop
        self._thresholds = thresholds
        self._settled: list[Settled] = []
        self._marked_at = self._beat_at = time.monotonic()
        self._leased_at = time.time()
        self._strikes = self._postponed = 0
        self.served = 0
        self._pool = ThreadPoolExecutor(len(lines))  # starts no thread before it is used

    def close(self) -> None:
        self._pool.shutdown()

    def send(self, batch: Batch) -> HaltError | None:
        """Send a claimed batch; what is not offered goes back. What stopped it, if anything."""
        self._renewed()  # the claim has just written the lease
        halt, answered = None, set[int]()
        work = self._in_threads if len(self._lines) > 1 else self._in_turn
        try:
            work(batch.rows, answered)
        except HaltError as error:
            halt = error
        self._flush()
        release(self._worker, [row.pk for row in batch.rows if row.pk not in answered])
        try:
            for line in self._lines:
                line.turn_page()
        except HaltError as error:
            halt = halt or error
        return halt

    def _in_turn(self, rows: Sequence[Claimed], answered: set[int]) -> None:
        line = self._lines[0]
        for start in range(0, len(rows), line.size):
            if self._should_stop() or not self._may_go_on():
                break
            end = start + line.size
            self._note(line.serve(rows[start:end], rows[end : end + 1]), answered)

    def _in_threads(self, rows: Sequence[Claimed], answered: set[int]) -> None:
        todo, answers, over = deque(rows), deque[Settled](), Event()
        running = {self._pool.submit(_serve, line, todo, answers, over) for line in self._lines}
        everyone, halt = set(running), None
        try:
            while running:
                _, running = wait(running, timeout=_TICK_SECONDS)
                try:
                    while answers:
                        self._note([answers.popleft()], answered)
                    if halt or self._should_stop() or not self._may_go_on():
                        over.set()
                except HaltError as asked:
                    halt = halt or asked
                    over.set()
        finally:
            over.set()
            wait(everyone)
        while answers:
            self._keep(answers.popleft(), answered)
        for one in everyone:
            error = one.exception()
            if error is not None and not isinstance(error, HaltError):
                raise error  # nobody foresaw it: the journals stay for the next start
            halt = halt or error
        if halt:
            raise halt

    def _keep(self, settled: Settled, answered: set[int]) -> None:
        self._settled.append(settled)
        answered.add(settled.row.pk)
        self.served += settled.answer.outcome is Outcome.ACCEPTED

    def _note(self, settled: Sequence[Settled], answered: set[int]) -> None:
        """Keep all answers, then judge by them. Raises HaltError."""
        for one in settled:
            self._keep(one, answered)
        for one in settled:
            self._watch(one.answer)

    def _watch(self, answer: Answer) -> None:
        later = answer.outcome is Outcome.RETRY
        cut = later and answer.code in CONNECTION_CODES
        self._postponed = self._postponed + 1 if later else 0
        rules = self._thresholds.rules
        if self._postponed >= rules.delays:
            self._postponed = 0
            raise HaltError(
                f"Le serveur d'envoi remet à plus tard tous les messages ({rules.delays} de suite, "
                f"code {answer.code}). L'envoi reprendra où il en est."
            )
        if not cut and answer.outcome is not Outcome.UNCERTAIN:
            self._strikes = 0
            return
        self._strikes += 1
        if self._strikes >= rules.cuts:
            self._strikes = 0
            raise HaltError(
                "Le serveur d'envoi coupe la connexion ou ne confirme plus les messages "
                f"({rules.cuts} de suite). L'envoi reprendra où il en est."
            )

    def _may_go_on(self) -> bool:
        """Mark, beat and look at the mailing's state, now and then; False when to stop."""
        now = time.monotonic()
        if time.time() - self._leased_at > LEASE.total_seconds():
            # Asleep longer than the lease: others may have called these rows uncertain. By the
            # clock on the wall, as they reckon: the other stands still while a machine sleeps.
            return False
        due = len(self._settled) >= MARK_ROWS or now - self._marked_at > MARK_SECONDS
        if not due:
            return True
        self._flush()
        if now - self._beat_at > _HEARTBEAT_SECONDS:
            extend(self._worker)
            self._renewed()
        self._thresholds.check()
        now_stored = Mailing.objects.filter(pk=self._mailing.pk)
        state, stop_after = now_stored.values_list("state", "stop_after").get()
        if stop_after and stop_after <= timezone.now():
            raise HaltError(LATE, Mailing.PauseKind.QUESTION)
        return state == Mailing.State.SENDING

    def _renewed(self) -> None:
        self._beat_at, self._leased_at = time.monotonic(), time.time()

    def _flush(self) -> None:
        if self._settled:
            refused = [one for one in self._settled if one.answer.outcome is Outcome.REFUSED]
            # First: once marked, nobody would look at the answer again.
            refused_letters(refused)
            mark(self._worker, self._settled)
            self._thresholds.note(len(refused))
            self._settled.clear()
        self._marked_at = time.monotonic()


def _serve(line: Line, todo: deque[Claimed], answers: deque[Settled], over: Event) -> None:
    """One line's part of a batch, until `over`, which it sets when it raises HaltError."""
    try:
        rows = _taken(todo, line.size)
        while rows and not over.is_set():
            following = _taken(todo, 1) if line.foresees else []
            answers.extend(line.serve(rows, following))
            rows = following or _taken(todo, line.size)
    except BaseException:
        over.set()
        raise


def _taken(todo: deque[Claimed], size: int) -> list[Claimed]:
    """Up to `size` rows, which no other line then has."""
    rows: list[Claimed] = []
    try:
        while len(rows) < size:
            rows.append(todo.popleft())
    except IndexError:
        pass
    return rows
