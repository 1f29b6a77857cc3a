"""The loop: claim, write the intent, send, write the answer, mark. Nothing else touches a relay.

The order is the guarantee. A row is offered only between its `S` line and its answer line in the
journal, and the journal is thrown away only when the database has its marks; so after a kill at
any moment the fate of every row is known, except the one in flight, which is known by name.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from anymail.backends.base import AnymailBaseBackend

from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.claim import BATCH, Batch, skip_cancelled
from newsletters.delivery.desk import LATE, Desk
from newsletters.delivery.envelope import ReturnPath, configured_return_path
from newsletters.delivery.line import HaltError, Line, disk_fault
from newsletters.delivery.message import Addressing, explained
from newsletters.delivery.place import ELSEWHERE, here
from newsletters.delivery.provider_transport import ProviderTransport
from newsletters.delivery.smtp import SmtpConnection, TlsMode
from newsletters.delivery.thresholds import Thresholds, observation
from newsletters.delivery.throttle import give_back, limited, take, within_domains
from newsletters.delivery.transport import DjangoTransport, SmtpTransport, Transport
from newsletters.delivery.wire import AddressRefused, WireError
from newsletters.delivery.worker import Worker
from newsletters.models import Delivery, Equation, Mailing

logger = logging.getLogger(__name__)

_PROGRESS_SECONDS: Final = 1.0
# How long a worker waits for tokens before it looks again whether the mailing still runs.
_PATIENCE_SECONDS: Final = 5.0
# Lines wait for each other at the end of a batch: with 20 rows each, a twentieth of the time.
_ROWS_PER_LINE: Final = 20
# A statement names its rows one by one, and databases count what they are told.
_CLAIM_MAX: Final = 10_000
_SAME_DATE: Final = timedelta(hours=6)
# Machines stopped on a Friday come back on a Monday: what was urgent then may be false now.
MAX_SILENCE: Final = timedelta(days=1)
FORGOTTEN: Final = (
    "Plus rien n'est parti depuis plus d'un jour. Faut-il encore envoyer ce numéro aux personnes "
    "qui ne l'ont pas reçu ? « Reprendre » le leur envoie."
)
FAULT_BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))


class Report(NamedTuple):
    """Where a mailing stands; `fault`, in French, when it had to be paused, else ""."""

    equation: Equation
    fault: str = ""


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
        halt = _sent(mailing, transport, on_progress, should_stop)
        if halt:
            _pause(mailing_id, halt)
            fault = str(halt)
    fault = _concluded(mailing_id) or fault
    equation = mailing.equation()
    if on_progress:
        on_progress(equation)
    return Report(equation, fault)


def _sent(
    mailing: Mailing,
    transport: Transport | None,
    on_progress: Callable[[Equation], None] | None,
    should_stop: Callable[[], bool],
) -> HaltError | None:
    if mailing.stop_after and mailing.stop_after <= timezone.now():
        return HaltError(LATE, Mailing.PauseKind.QUESTION)
    if mailing.environment not in ("", here()):
        return HaltError(ELSEWHERE, Mailing.PauseKind.QUESTION)
    if _is_forgotten(mailing):
        return HaltError(FORGOTTEN, Mailing.PauseKind.QUESTION)
    lines = min(settings.NEWSLETTER_CONNECTIONS, (mailing.audience or 0) // 10 + 1)
    try:
        transports = [transport] if transport else [configured_transport() for _ in range(lines)]
    except RelayUnavailable as error:
        return HaltError(str(error))
    try:
        return _drained(mailing, transports, on_progress, should_stop)
    finally:
        for one in transports:
            one.close()


def _is_forgotten(mailing: Mailing) -> bool:
    since = timezone.now() - MAX_SILENCE
    resumed = mailing.resume_at is not None and mailing.resume_at >= since
    return not resumed and mailing.idle_since(since)


def configured_transport() -> Transport:
    """The transport of NEWSLETTER_TRANSPORT: « smtp », « provider » or « django ».

    Raises RelayUnavailable when its settings are not complete.
    """
    try:
        return_path = configured_return_path()
    except AddressRefused as error:
        words = f"NEWSLETTER_BOUNCE_ADDRESS ne convient pas : {error}."
        raise RelayUnavailable(words, "sender") from error
    if settings.NEWSLETTER_TRANSPORT in ("provider", "django"):
        return _by_backend(return_path)
    implicit: TlsMode = "tls" if settings.EMAIL_USE_SSL else "none"
    connection = SmtpConnection(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        "starttls" if settings.EMAIL_USE_TLS else implicit,
        float(settings.EMAIL_TIMEOUT or 30),
    )
    per_connection = settings.NEWSLETTER_PER_CONNECTION
    return SmtpTransport(connection, return_path, per_connection=per_connection)


def _by_backend(return_path: ReturnPath) -> Transport:
    """EMAIL_BACKEND decides: Anymail's know more answers than Django's can give."""
    try:
        backend = get_connection()
    except ImproperlyConfigured as error:
        why = str(error).splitlines()[0]
        raise RelayUnavailable(f"L'envoi est mal configuré : {why}", "auth") from error
    if isinstance(backend, AnymailBaseBackend):
        return ProviderTransport(backend, batch=settings.NEWSLETTER_PROVIDER_BATCH)
    return DjangoTransport(backend, return_path)


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
    transports: Sequence[Transport],
    on_progress: Callable[[Equation], None] | None,
    should_stop: Callable[[], bool],
) -> HaltError | None:
    """Claim and send until nothing is due; what stopped it, if anything."""
    try:
        addressing = Addressing(mailing, date=_date(mailing))
    except WireError as error:
        return HaltError(explained(error), Mailing.PauseKind.QUESTION)
    told = time.monotonic()
    with ExitStack() as stack:
        try:
            worker = stack.enter_context(Worker(connections=len(transports)))
        except OSError as error:
            return HaltError(disk_fault(error))
        lines = [
            Line(addressing, transport, journal)
            for transport, journal in zip(transports, worker.journals, strict=True)
        ]
        thresholds = Thresholds(mailing)
        desk = Desk(mailing, worker.name, lines, should_stop, thresholds)
        stack.enter_context(closing(desk))
        while not should_stop():
            try:
                batch = _next(thresholds, worker.name, lines, should_stop)
            except HaltError as asked:
                return _served(asked, desk)
            if not batch:
                break
            if halt := desk.send(batch):
                return _served(halt, desk)
            if on_progress and time.monotonic() - told > _PROGRESS_SECONDS:
                on_progress(mailing.equation())
                told = time.monotonic()
    return None


def _date(mailing: Mailing) -> datetime:
    """That of the departure, so that a message built again is the same; after a long pause, or for
    those who came since, now: mailboxes mistrust a letter whose date is long past."""
    now, started = timezone.now(), mailing.started_at
    return started if started and now - started < _SAME_DATE else now


def _served(halt: HaltError, desk: Desk) -> HaltError:
    halt.served = desk.served
    return halt


def _next(
    thresholds: Thresholds, worker: str, lines: Sequence[Line], should_stop: Callable[[], bool]
) -> Batch:
    """The next rows that may leave now; waits for its turn when a limit is reached.

    Raises HaltError when the first group is under observation or its figures are bad.
    """
    sizes = [max(line.size, _ROWS_PER_LINE if len(lines) > 1 else 1) for line in lines]
    wanted = min(max(BATCH, sum(sizes)), _CLAIM_MAX)
    if not limited():
        return thresholds.claim(worker, limit=wanted)
    batch = _granted(thresholds, worker, wanted, should_stop)
    if not batch and _is_due_soon(thresholds.mailing, should_stop):
        return _granted(thresholds, worker, wanted, should_stop)
    return batch


def _granted(
    thresholds: Thresholds, worker: str, wanted: int, should_stop: Callable[[], bool]
) -> Batch:
    """A claim of what the limits let through, once they let anything through."""
    while not (grant := take(wanted)).count:
        if not _waited(grant.wait, should_stop):
            return Batch()
    batch = thresholds.claim(worker, limit=grant.count)
    give_back(grant.count - len(batch.rows))
    return within_domains(batch, worker, limited())


def _is_due_soon(mailing: Mailing, should_stop: Callable[[], bool]) -> bool:
    """Wait for rows that a domain's limit has put off for a moment; False without any, or stopped.

    The connections stay open meanwhile: a limit of one message a second is no reason for one
    connection a second.
    """
    now = timezone.now()
    put_off = mailing.deliveries.filter(state=Delivery.State.PLANNED, not_before__gt=now)
    soonest = put_off.order_by("not_before").values_list("not_before", flat=True).first()
    wait = (soonest - now).total_seconds() if soonest else _PATIENCE_SECONDS
    return wait < _PATIENCE_SECONDS and _waited(wait, should_stop)


def _waited(seconds: float, should_stop: Callable[[], bool]) -> bool:
    """Let time pass, in steps short enough for a stop; False when stopped."""
    until = time.monotonic() + min(seconds, _PATIENCE_SECONDS)
    while (left := until - time.monotonic()) > 0:
        if should_stop():
            return False
        time.sleep(min(left, 0.05))
    return True


def _pause(mailing_id: int, halt: HaltError) -> None:
    """Stop the mailing, saying why; a fault and an observation also say until when."""
    kinds, now = Mailing.PauseKind, timezone.now()
    running = Mailing.objects.filter(pk=mailing_id, state=Mailing.State.SENDING)
    faults = running.values_list("faults", flat=True).first() or 0
    values: dict[str, Any] = {"pause_reason": str(halt), "pause_kind": halt.kind}
    values["resume_at"] = now + observation() if halt.kind == kinds.CANARY else None
    if halt.kind == kinds.FAULT:
        faults = 0 if halt.served else faults
        back_off = FAULT_BACK_OFF[min(faults, len(FAULT_BACK_OFF) - 1)]
        values["resume_at"] = now + (timedelta(seconds=halt.wait) if halt.wait else back_off)
        values["faults"] = faults + 1
    running.update(state=Mailing.State.PAUSED, **values)
    logger.error("event=mailing_paused mailing=%s kind=%s", mailing_id, halt.kind)


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
        _pause(mailing_id, HaltError(fault, Mailing.PauseKind.QUESTION))
        return fault
    if equation.remaining == 0:
        mailing.state = Mailing.State.FINISHED
        mailing.finished_at = timezone.now()
        mailing.save(update_fields=["state", "finished_at"])
        logger.info("event=finished mailing=%s accepted=%s", mailing_id, equation.accepted)
    return ""
