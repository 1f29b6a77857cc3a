"""The worker: launches what is due, takes up what a dead process left, sends."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections, connections
from django.db import Error as DatabaseFault

from tqdm import tqdm

from newsletters import errands
from newsletters.clock import launch_due, others_wait, resume_due
from newsletters.delivery.send import run
from newsletters.delivery.worker import recover_dead
from newsletters.management.supervision import supervise
from newsletters.models import Equation, Mailing
from newsletters.nightly import do_chores

logger = logging.getLogger(__name__)

# Whoever has just filled in a form is waiting for a mail.
_ERRANDS_EVERY = 1.0
# A long mailing goes on for so long while another waits, or even alone.
_TURN_SECONDS = 30.0
_LONGEST_TURN_SECONDS = 600.0
_BAR = "{desc} {percentage:3.0f} %|{bar}| {n_fmt}/{total_fmt} [{rate_fmt}, reste {remaining}]"


class Command(BaseCommand):
    help = "Envoie les lettres programmées et reprend les envois interrompus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="traiter ce qui est dû, puis finir")
        parser.add_argument("--quiet", action="store_true", help="ni barre ni compte rendu")
        parser.add_argument(
            "--every", type=float, default=5.0, metavar="S", help="secondes entre deux tours"
        )
        parser.add_argument(
            "--workers", type=int, default=1, metavar="N", help="processus qui envoient"
        )

    def handle(
        self, *args: Any, once: bool, quiet: bool, every: float, workers: int, **options: Any
    ) -> None:
        if workers > 1:
            command = ["send_mailings", f"--every={every}", *(["--once"] if once else [])]
            with _stopped_by_signals() as stop:
                status = supervise([*command, "--quiet"], workers, stop=stop, restart=not once)
            if status:
                raise CommandError("Un des processus d'envoi a signalé une panne.")
            return
        if settings.NEWSLETTER_SCALE_OUT and not once:
            from newsletters import tasks  # procrastinate, which other installations lack

            tasks.work()
            return
        self._work(once, quiet, every)

    def _work(self, once: bool, quiet: bool, every: float) -> None:
        with _stopped_by_signals() as stop, _errands_beside(stop, wanted=not once):
            while True:
                try:
                    if once:
                        errands.run_due(should_stop=stop.is_set)
                    faults, hurry = self._round(quiet, stop.is_set, drain=once)
                except DatabaseError as error:
                    # Nothing is lost: the journal says what left, the next round reads it.
                    close_old_connections()
                    faults, hurry = [_of_database(error)], False
                if once and faults:
                    raise CommandError("\n".join(faults))
                for fault in faults:
                    self.stderr.write(fault)
                if once or stop.wait(0 if hurry else every):
                    return

    def _round(
        self, quiet: bool, should_stop: Callable[[], bool], *, drain: bool
    ) -> tuple[list[str], bool]:
        """One turn; why mailings were paused during it, in French, and whether some were left.

        Unless asked to `drain`, mailings that wait for a later hour are passed over in silence, and
        a long one is left for a moment when others wait.
        """
        recover_dead()
        do_chores()
        resume_due()
        state = Mailing.State
        paused = [m for m in launch_due() if m.state == state.PAUSED]
        faults = [_told(mailing, mailing.pause_reason) for mailing in paused]
        left = False
        for mailing in Mailing.objects.filter(state=state.SENDING).order_by("started_at", "pk"):
            if should_stop():
                break
            if not (drain or mailing.has_work()):
                continue
            turn = _Turn(mailing, should_stop)
            over = should_stop if drain else turn.is_over
            with _bar(mailing, quiet) as on_progress:
                report = run(mailing.pk, on_progress=on_progress, should_stop=over)
            if report.fault:
                faults.append(_told(mailing, report.fault))
            left = left or turn.left
            if not quiet:
                mailing.refresh_from_db()
                self.stdout.write(_summary(mailing, report.equation))
        return faults, left


class _Turn:
    """When to leave a mailing: asked to stop, or because others have waited long enough.

    A sending may last a day, by its size or by a limit of rate. Until its end, no other would leave
    at its hour, no dead process's rows would be taken up, and no nightly chore be done.
    """

    def __init__(self, mailing: Mailing, should_stop: Callable[[], bool]) -> None:
        self._mailing = mailing
        self._should_stop = should_stop
        self._began = self._looked = time.monotonic()
        self.left = False

    def is_over(self) -> bool:
        """Asked before each message: it looks at the clock, and now and then at the others."""
        now = time.monotonic()
        if now - self._looked > _TURN_SECONDS:
            self._looked = now
            self.left = now - self._began > _LONGEST_TURN_SECONDS or others_wait(self._mailing)
        return self.left or self._should_stop()


def _of_database(error: DatabaseError) -> str:
    if "full" in str(error):  # SQLite's « database or disk is full »
        return "La base de données ne peut plus être écrite : le disque est plein."
    return f"La base de données ne répond pas ({type(error).__name__})."


def _told(mailing: Mailing, reason: str) -> str:
    return f"Envoi n° {mailing.pk} « {mailing.subject} » en pause : {reason}"


def _summary(mailing: Mailing, equation: Equation) -> str:
    return (
        f"Envoi n° {mailing.pk} – {mailing.get_state_display().lower()} : "
        f"{equation.audience} destinataires = {equation.accepted} remis"
        f" + {equation.refused} refusés + {equation.skipped} écartés"
        f" + {equation.uncertain} incertains + {equation.remaining} restants"
    )


@contextmanager
def _errands_beside(stop: threading.Event, *, wanted: bool) -> Iterator[None]:
    """What people asked for by the forms is done in a thread: a long send must not delay it.

    Should the thread fail, the whole worker ends with an error, for its supervisor to restart:
    forms that nobody serves any more would otherwise go unnoticed.
    """
    if not wanted:
        yield
        return
    failed = threading.Event()
    thread = threading.Thread(target=_run_errands, args=[stop, failed], name="errands")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed.is_set():
        raise CommandError("Les demandes des formulaires ne sont plus traitées.")


def _run_errands(stop: threading.Event, failed: threading.Event) -> None:
    failed.set()
    try:
        while True:
            try:
                errands.run_due(should_stop=stop.is_set)
            except DatabaseFault as error:
                logger.warning("event=errands_waiting error=%s", type(error).__name__)
                close_old_connections()
            if stop.wait(_ERRANDS_EVERY):
                failed.clear()
                return
    finally:
        stop.set()
        connections.close_all()


@contextmanager
def _bar(mailing: Mailing, quiet: bool) -> Iterator[Callable[[Equation], None] | None]:
    """A progress bar over the audience, fed by equations; None when quiet."""
    if quiet:
        yield None
        return
    start = mailing.equation()
    settled = start.audience - start.remaining
    with tqdm(
        total=start.audience,
        initial=settled,
        desc=f"Envoi n° {mailing.pk}",
        unit=" messages",
        bar_format=_BAR,
        miniters=1,
    ) as bar:

        def on_progress(equation: Equation) -> None:
            bar.update(equation.audience - equation.remaining - bar.n)

        yield on_progress


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """SIGTERM and SIGINT finish the message in hand; the process then ends by itself, with 0."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread may handle signals
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
