"""Stand-ins at the transport seam, the only place where delivery is faked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsletters.delivery.answers import Answer, Outcome, RelayUnavailable
from newsletters.delivery.wire import Recipient, WireTemplate

_CODES = {Outcome.ACCEPTED: 250, Outcome.REFUSED: 550, Outcome.RETRY: 451, Outcome.UNCERTAIN: 0}


class FakeTransport:
    """Answers by script: per address, outcomes in order (the last one repeats), else `default`.

    An exception in a script is raised instead. `accepted` has the address of every message taken,
    `offered` every one that came by; both in order, so a double is seen.
    """

    def __init__(
        self,
        script: Mapping[str, Sequence[Outcome | RelayUnavailable]] | None = None,
        *,
        default: Outcome = Outcome.ACCEPTED,
    ) -> None:
        self._script = {email: list(answers) for email, answers in (script or {}).items()}
        self._default = default
        self.offered: list[str] = []
        self.accepted: list[str] = []
        self.messages: list[bytes] = []
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def send(self, recipient: Recipient, template: WireTemplate) -> Answer:
        self.is_open = True
        self.offered.append(recipient.email)
        self.messages.append(template.build(recipient))
        answers = self._script.get(recipient.email) or [self._default]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, RelayUnavailable):
            raise answer
        if answer is Outcome.ACCEPTED:
            self.accepted.append(recipient.email)
        return Answer(answer, _CODES[answer], "", "")
