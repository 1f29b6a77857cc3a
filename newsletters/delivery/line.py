"""One connection at work: intent, message, answer. The only code that offers a row to a relay.

It never touches the database, so any number of lines may run in threads beside the one thread
that claims and marks.
"""

import logging
from typing import Final

from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.claim import Claimed
from newsletters.delivery.journal import Journal, discard
from newsletters.delivery.message import Addressing, explained
from newsletters.delivery.transport import Transport
from newsletters.delivery.wire import WireError
from newsletters.models import Mailing

logger = logging.getLogger(__name__)

CONNECTION_CODES: Final = (0, 421)


class HaltError(Exception):
    """Nobody more can be served for now; the text, in French, is the reason shown."""

    def __init__(self, reason: str, kind: Mailing.PauseKind = Mailing.PauseKind.FAULT) -> None:
        super().__init__(reason)
        self.kind = kind
        self.served = 0  # messages accepted before it, by the run that it ends


class Line:
    """A transport and its journal, used by one thread at a time."""

    def __init__(self, addressing: Addressing, transport: Transport, journal: Journal) -> None:
        self._addressing = addressing
        self._transport = transport
        self._journal = journal

    def offer(self, row: Claimed) -> Answer:
        """Raises HaltError before anything was sent to this person, never after."""
        recipient = self._addressing.recipient(row.email, row.pk, row.subscription_id)
        self._intend(row)
        try:
            answer = self._transport.send(recipient, self._addressing.template)
            if answer.outcome is Outcome.RETRY and answer.code in CONNECTION_CODES:
                # The line was cut before the final dot: nothing was accepted, a new one may do.
                answer = self._transport.send(recipient, self._addressing.template)
        except RelayUnavailable as error:
            self._write_answer(row, Answer(Outcome.RETRY, error.code, "", ""))
            raise HaltError(str(error)) from error
        except WireError as error:
            self._write_answer(row, Answer(Outcome.RETRY, 0, "", ""))
            raise HaltError(explained(error), Mailing.PauseKind.QUESTION) from error
        self._write_answer(row, answer)
        return answer

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


def disk_fault(error: OSError) -> str:
    return (
        f"Le journal d'envoi ne peut pas être écrit ({error.strerror or error}). "
        "Vérifiez l'espace disque et les droits du dossier."
    )
