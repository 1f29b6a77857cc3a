"""One connection at work: intent, message, answer. The only code that offers a row to a relay.

It never touches the database, so any number of lines may run in threads beside the one thread
that claims and marks.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.claim import Claimed, Settled
from newsletters.delivery.journal import Journal, discard
from newsletters.delivery.message import Addressing, explained
from newsletters.delivery.transport import BatchTransport, ForeseeingTransport, Transport
from newsletters.delivery.wire import Recipient, WireError
from newsletters.models import Mailing

logger = logging.getLogger(__name__)

CONNECTION_CODES: Final = (0, 421)


class HaltError(Exception):
    """Nobody more can be served for now; the text, in French, is the reason shown.

    `wait`: seconds that the other side asked for, 0 when it did not.
    """

    def __init__(
        self,
        reason: str,
        kind: Mailing.PauseKind = Mailing.PauseKind.FAULT,
        *,
        wait: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.wait = wait
        self.served = 0  # messages accepted before it, by the run that it ends


class Line:
    """A transport and its journal, used by one thread at a time."""

    def __init__(self, addressing: Addressing, transport: Transport, journal: Journal) -> None:
        """`size` is how many rows it takes at once: 1, unless the transport has batches."""
        self._addressing = addressing
        self._transport = transport
        self._journal = journal
        self._asked: tuple[Claimed, Recipient] | None = None
        # Asked once: to compare with a protocol costs as much as to build a message.
        self._foreseeing = transport if isinstance(transport, ForeseeingTransport) else None
        self.size = 1
        if isinstance(transport, BatchTransport):
            self.size = transport.capacity(addressing.template)

    @property
    def foresees(self) -> bool:
        return self._foreseeing is not None

    def serve(self, rows: Sequence[Claimed], following: Sequence[Claimed] = ()) -> list[Settled]:
        """The answers of up to `size` rows; rows that are not in it were not offered.

        `following` is the first of the next call, if one is expected: nothing is offered to it.
        """
        if len(rows) > 1 and isinstance(self._transport, BatchTransport):
            return self._offer_together(rows, self._transport)
        after = [*rows[1:], *following, None]
        return [Settled(row, self.offer(row, then)) for row, then in zip(rows, after, strict=False)]

    def offer(self, row: Claimed, following: Claimed | None = None) -> Answer:
        """Raises HaltError before anything was sent to this person, never after."""
        recipient = self._recipient(row)
        if following is not None and self._foreseeing is not None:
            self._foreseeing.foresee(partial(self._foreseen, following))
        self._intend(row)
        try:
            answer = self._transport.send(recipient, self._addressing.template)
            if answer.outcome is Outcome.RETRY and answer.code in CONNECTION_CODES:
                # The line was cut before the final dot: nothing was accepted, a new one may do.
                answer = self._transport.send(recipient, self._addressing.template)
        except (RelayUnavailable, WireError) as error:
            self._write_answer(row, Answer(Outcome.RETRY, 0, "", ""))
            raise _halted(error) from error
        self._write_answer(row, answer)
        return answer

    def _recipient(self, row: Claimed) -> Recipient:
        """The one that the transport has already asked for, or a new one."""
        (known, recipient), self._asked = self._asked or (None, None), None
        if recipient is not None and known is row:
            return recipient
        return self._addressing.recipient(row.email, row.pk, row.subscription_id)

    def _foreseen(self, row: Claimed) -> Recipient:
        recipient = self._recipient(row)
        self._asked = row, recipient
        return recipient

    def _offer_together(self, rows: Sequence[Claimed], transport: BatchTransport) -> list[Settled]:
        """Raises HaltError before anything was sent to these people, never after."""
        recipients = [self._recipient(row) for row in rows]
        try:
            self._journal.intend_all(row.pk for row in rows)
        except OSError as error:
            raise HaltError(disk_fault(error)) from error
        try:
            answers = transport.send_many(recipients, self._addressing.template)
        except (RelayUnavailable, WireError) as error:
            self._write_answers(dict.fromkeys(rows))
            raise _halted(error) from error
        answered = dict(zip(rows, answers, strict=True))
        self._write_answers(answered)
        return [Settled(row, answer) for row, answer in answered.items() if answer is not None]

    def turn_page(self) -> None:
        """Forget the journal of a batch whose rows are marked. Raises HaltError."""
        try:
            discard(self._journal.rotate())
        except OSError as error:
            raise HaltError(disk_fault(error)) from error

    def close(self) -> None:
        self._transport.close()

    def _intend(self, row: Claimed) -> None:
        try:
            self._journal.intend(row.pk)
        except OSError as error:
            raise HaltError(disk_fault(error)) from error

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

    def _write_answers(self, answered: Mapping[Claimed, Answer | None]) -> None:
        """None: not offered, which the journal says as « later »."""
        fates = {row.pk: answer.outcome if answer else None for row, answer in answered.items()}
        try:
            self._journal.answer_all(
                [pk for pk, fate in fates.items() if fate is Outcome.ACCEPTED],
                {
                    row.pk: answer.code
                    for row, answer in answered.items()
                    if answer and answer.outcome is Outcome.REFUSED
                },
                [pk for pk, fate in fates.items() if fate in (None, Outcome.RETRY)],
            )
        except OSError:
            logger.exception("event=journal_failed deliveries=%s", len(fates))


def _halted(error: RelayUnavailable | WireError) -> HaltError:
    if isinstance(error, RelayUnavailable):
        return HaltError(str(error), wait=error.retry_after)
    return HaltError(explained(error), Mailing.PauseKind.QUESTION)


def disk_fault(error: OSError) -> str:
    return (
        f"Le journal d'envoi ne peut pas être écrit ({error.strerror or error}). "
        "Vérifiez l'espace disque et les droits du dossier."
    )
