"""The loop: claim, write the intent, send, write the answer, mark. Nothing else touches a relay.

The order is the guarantee. A row is offered only between its `S` line and its answer line in the
journal, and the journal is thrown away only when the database has its marks; so after a kill at
any moment the fate of every row is known, except the one in flight, which is known by name.
"""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.claim import (
    LEASE,
    Batch,
    Claimed,
    Settled,
    claim,
    extend,
    mark,
    release,
    skip_cancelled,
)
from newsletters.delivery.journal import Journal, discard
from newsletters.delivery.message import Addressing, explained
from newsletters.delivery.smtp import SmtpConnection, TlsMode
from newsletters.delivery.transport import DjangoTransport, SmtpTransport, Transport
from newsletters.delivery.wire import WireError
from newsletters.delivery.worker import Worker
from newsletters.models import Equation, Mailing

logger = logging.getLogger(__name__)

_MARK_ROWS: Final = 100
_MARK_SECONDS: Final = 0.1
_HEARTBEAT_SECONDS: Final = 15.0
_PROGRESS_SECONDS: Final = 1.0
# A relay that drops the line, or never confirms, message after message is not one reader's fault.
_STRIKES: Final = 3
_CONNECTION_CODES: Final = (0, 421)


class Report(NamedTuple):
    """Where a mailing stands; `fault`, in French, when it had to be paused, else ""."""

    equation: Equation
    fault: str = ""


class _HaltError(Exception):
    """Nobody more can be served for now; the text, in French, is the reason shown."""


def deliver(
    mailing_id: int,
    *,
    on_progress: Callable[[Equation], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Equation:
    """Send what is due of a frozen mailing, until nothing is or it is paused. See `run`."""
    return run(mailing_id, on_progress=on_progress, should_stop=should_stop).equation


def run(
    mailing_id: int,
    *,
    on_progress: Callable[[Equation], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    transport: Transport | None = None,
) -> Report:
    """Idempotent: losing, doubling or delaying a call is harmless.

    `should_stop` is asked before each message; a stop gives the rest back. Temporary refusals wait
    in the ledger for a later call. A fault of the relay, the disk or the message pauses the mailing
    with its reason. Raises DatabaseError when the ledger cannot be written: the journal then tells
    the next start what was sent.
    """
    mailing = Mailing.objects.select_related("issue__periodical").get(pk=mailing_id)
    fault = ""
    if mailing.state == Mailing.State.SENDING:
        transport = transport or configured_transport()
        try:
            fault = _drained(mailing, transport, on_progress, should_stop)
        finally:
            transport.close()
        if fault:
            _pause(mailing_id, fault)
    fault = _concluded(mailing_id) or fault
    equation = mailing.equation()
    if on_progress:
        on_progress(equation)
    return Report(equation, fault)


def configured_transport() -> Transport:
    """The transport of NEWSLETTER_TRANSPORT: « smtp » or « django »."""
    if settings.NEWSLETTER_TRANSPORT == "django":
        return DjangoTransport()
    implicit: TlsMode = "tls" if settings.EMAIL_USE_SSL else "none"
    return SmtpTransport(
        SmtpConnection(
            settings.EMAIL_HOST,
            settings.EMAIL_PORT,
            settings.EMAIL_HOST_USER,
            settings.EMAIL_HOST_PASSWORD,
            "starttls" if settings.EMAIL_USE_TLS else implicit,
            float(settings.EMAIL_TIMEOUT or 30),
        )
    )


def send_samples(mailing: Mailing, addresses: list[str]) -> int:
    """Send an unsaved mailing to a few addresses, outside any ledger; the number accepted.

    Raises RelayUnavailable or WireError. The link of a sample opens the unsubscribe page and
    belongs to no subscription.
    """
    now = timezone.now()
    addressing = Addressing(mailing, date=now)
    transport = configured_transport()
    stamp = int(now.timestamp() * 1000)
    try:
        answers = [
            transport.send(addressing.recipient(address, stamp + rank, 0), addressing.template)
            for rank, address in enumerate(addresses)
        ]
    finally:
        transport.close()
    return sum(answer.outcome is Outcome.ACCEPTED for answer in answers)


def _drained(
    mailing: Mailing,
    transport: Transport,
    on_progress: Callable[[Equation], None] | None,
    should_stop: Callable[[], bool],
) -> str:
    """Claim and send until nothing is due; the fault that stopped it, or ""."""
    try:
        addressing = Addressing(mailing, date=mailing.started_at or timezone.now())
    except WireError as error:
        return explained(error)
    told = time.monotonic()
    with ExitStack() as stack:
        try:
            worker = stack.enter_context(Worker())
        except OSError as error:
            return _disk_fault(error)
        loop = _Loop(mailing, addressing, transport, worker, should_stop)
        while not should_stop() and (batch := claim(mailing.pk, worker.name)):
            fault = loop.send(batch)
            if fault:
                return fault
            if on_progress and time.monotonic() - told > _PROGRESS_SECONDS:
                on_progress(mailing.equation())
                told = time.monotonic()
    return ""


class _Loop:
    """One connection's work on one mailing."""

    def __init__(
        self,
        mailing: Mailing,
        addressing: Addressing,
        transport: Transport,
        worker: Worker,
        should_stop: Callable[[], bool],
    ) -> None:
        self._mailing = mailing
        self._addressing = addressing
        self._transport = transport
        self._worker = worker.name
        self._journal: Journal = worker.journal
        self._should_stop = should_stop
        self._settled: list[Settled] = []
        self._marked_at = self._beat_at = time.monotonic()
        self._strikes = 0

    def send(self, batch: Batch) -> str:
        """Send a claimed batch; what is not offered goes back. The fault, or ""."""
        self._beat_at = time.monotonic()  # the claim has just written the lease
        fault, offered = "", 0
        try:
            for row in batch.rows:
                if self._should_stop() or not self._may_go_on():
                    break
                self._settled.append(Settled(row, self._offer(row)))
                offered += 1
                self._watch(self._settled[-1].answer)
        except _HaltError as halt:
            fault = str(halt)
        self._flush()
        answered = {one.pk for one in batch.rows[:offered]}
        release(self._worker, [row.pk for row in batch.rows if row.pk not in answered])
        try:
            discard(self._journal.rotate())
        except OSError as error:
            return _disk_fault(error)
        return fault

    def _offer(self, row: Claimed) -> Answer:
        """Raises _HaltError before anything was sent to this person, never after."""
        recipient = self._addressing.recipient(row.email, row.pk, row.subscription_id)
        self._intend(row)
        try:
            answer = self._transport.send(recipient, self._addressing.template)
            if answer.outcome is Outcome.RETRY and answer.code in _CONNECTION_CODES:
                # The line was cut before the final dot: nothing was accepted, a new one may do.
                answer = self._transport.send(recipient, self._addressing.template)
        except RelayUnavailable as error:
            self._write_answer(row, Answer(Outcome.RETRY, error.code, "", ""))
            raise _HaltError(str(error)) from error
        except WireError as error:
            self._write_answer(row, Answer(Outcome.RETRY, 0, "", ""))
            raise _HaltError(explained(error)) from error
        self._write_answer(row, answer)
        return answer

    def _intend(self, row: Claimed) -> None:
        try:
            self._journal.intend(row.pk)
        except OSError as error:
            raise _HaltError(_disk_fault(error)) from error

    def _write_answer(self, row: Claimed, answer: Answer) -> None:
        try:
            match answer.outcome:
                case Outcome.ACCEPTED:
                    self._journal.done(row.pk)
                case Outcome.REFUSED:
                    self._journal.refused(row.pk, answer.code)
                case Outcome.RETRY:
                    self._journal.retry(row.pk)
        except OSError:
            # The answer is known here and reaches the database with the next mark; the next
            # intent will meet the same disk before anything more is sent.
            logger.exception("event=journal_failed delivery=%s", row.pk)

    def _watch(self, answer: Answer) -> None:
        cut = answer.outcome is Outcome.RETRY and answer.code in _CONNECTION_CODES
        if not cut and answer.outcome is not Outcome.UNCERTAIN:
            self._strikes = 0
            return
        self._strikes += 1
        if self._strikes >= _STRIKES:
            self._strikes = 0
            raise _HaltError(
                "Le serveur d'envoi coupe la connexion ou ne confirme plus les messages "
                f"({_STRIKES} de suite). L'envoi reprendra où il en est."
            )

    def _may_go_on(self) -> bool:
        """Mark, beat and look at the mailing's state, now and then; False when to stop."""
        now = time.monotonic()
        if now - self._beat_at > LEASE.total_seconds():
            # Asleep longer than the lease: others may have called these rows uncertain.
            return False
        due = len(self._settled) >= _MARK_ROWS or now - self._marked_at > _MARK_SECONDS
        if not due:
            return True
        self._flush()
        if now - self._beat_at > _HEARTBEAT_SECONDS:
            extend(self._worker)
            self._beat_at = now
        state = Mailing.objects.filter(pk=self._mailing.pk).values_list("state", flat=True).first()
        return state == Mailing.State.SENDING

    def _flush(self) -> None:
        if self._settled:
            mark(self._worker, self._settled)
            self._settled.clear()
        self._marked_at = time.monotonic()


def _disk_fault(error: OSError) -> str:
    return (
        f"Le journal d'envoi ne peut pas être écrit ({error.strerror or error}). "
        "Vérifiez l'espace disque et les droits du dossier."
    )


def _pause(mailing_id: int, fault: str) -> None:
    state = Mailing.State
    Mailing.objects.filter(pk=mailing_id, state=state.SENDING).update(
        state=state.PAUSED, pause_reason=fault
    )
    logger.error("event=mailing_paused mailing=%s", mailing_id)


@transaction.atomic
def _concluded(mailing_id: int) -> str:
    """Finish the mailing if its equation says so, never because a query came back empty."""
    mailing = Mailing.objects.select_for_update().get(pk=mailing_id)
    if mailing.state == Mailing.State.CANCELLED:
        skip_cancelled()
    if mailing.state != Mailing.State.SENDING:
        return ""
    equation = mailing.equation()
    if not equation.balances:
        fault = "Le compte des remises n'est plus celui des destinataires figés."
        _pause(mailing_id, fault)
        return fault
    if equation.remaining == 0:
        mailing.state = Mailing.State.FINISHED
        mailing.finished_at = timezone.now()
        mailing.save(update_fields=["state", "finished_at"])
        logger.info("event=finished mailing=%s accepted=%s", mailing_id, equation.accepted)
    return ""
