"""One connection of the test SMTP server: the dialogue, and how it misbehaves on order."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.smtp_sink import SmtpSink

Stage = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "body", "dot"]
_END = b"\r\n.\r\n"
# Behind a final dot a client may pipeline commands, not content: the dot is within this distance.
_TAIL = 4096
_BUFFER = 1 << 18


@dataclass
class Rule:
    """At `stage`, do `then`: an SMTP reply ("550 5.1.1 inconnu"), "drop" or "hang".

    `match` must occur in the recipient (rcpt, data, body, dot); only every `every`-th occasion
    counts, at most `times` of them. At "dot", `accepting` takes the message first.
    """

    stage: Stage
    then: str
    match: str = ""
    every: int = 1
    times: int = -1
    accepting: bool = False
    seen: int = field(default=0, init=False)

    @classmethod
    def parse(cls, text: str) -> Rule:
        """From `stage|then[|match[|every[|accepting]]]`, as given on the command line."""
        stage, then, match, every, accepting = [*text.split("|"), "", "", ""][:5]
        return cls(stage, then, match, int(every or 1), accepting=bool(accepting))  # type: ignore[arg-type]

    def applies(self, stage: Stage, recipient: str) -> bool:
        if stage != self.stage or self.match not in recipient or self.times == 0:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.times -= 1
        return True


class Session(asyncio.BufferedProtocol):
    """One connection; `_content` is None between messages, bytes while a message arrives.

    Received into one buffer per connection: fresh memory for every chunk costs a third of the rate.
    """

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink
        self._rest = b""
        self._held = False
        self._buffer = memoryview(bytearray(_BUFFER))
        self._content: bytes | None = None
        self._tail = b""
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._out: list[bytes] = []
        self._secure = sink.tls == "tls"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.sink.connections += 1
        self.sink.sessions.append(self)
        self._reply("connect", "220 sink.example.org ESMTP")
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        if self in self.sink.sessions:  # STARTTLS may report the same end twice
            self.sink.sessions.remove(self)

    def hang_up(self) -> None:
        self._transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = self._buffer[:nbytes]
        if self._held:
            self._rest += data
        elif self._content is not None:
            self._collect(data)
        else:
            self._lines(self._rest + data)
        self._flush()

    def _flush(self) -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def _lines(self, data: bytes) -> None:
        start = 0
        while not self._held and self._content is None:
            end = data.find(b"\r\n", start)
            if end < 0:
                break
            line, start = data[start:end], end + 2
            self._command(line.decode("ascii", "replace"))
            if self._content is None and start < len(data):
                self.sink.hurried += 1
                start = len(data) if self.sink.forgetful else start
        self._rest = data[start:]
        if self._content is not None and self._rest:
            data, self._rest = self._rest, b""
            self._collect(memoryview(data))

    def _collect(self, data: memoryview) -> None:
        """Gather until CRLF.CRLF; what follows are commands of the next message."""
        assert self._content is not None
        if (rule := self._decide("body")) is not None:
            return self._act(rule)
        window = bytes(data[-_TAIL:]) if len(data) > _TAIL else self._tail + data
        self._tail = window[-4:]
        at = window.find(_END)
        beyond = len(window) - at - len(_END) if at >= 0 else 0
        if self.sink.keep or len(self._content) < _TAIL:
            self._content += data[: len(data) - beyond]
        if at < 0:
            return None
        self._rest = bytes(data[len(data) - beyond :])
        if self.sink.keep and self._content.find(_END) != len(self._content) - len(_END):
            raise AssertionError("a terminator inside the content: smuggling")
        self._held = True
        if self.sink.delay:
            asyncio.get_running_loop().call_later(self.sink.delay, self._after_delay)
        else:
            self._dot()
        return None

    def _after_delay(self) -> None:
        # Also when the client has died meanwhile: real servers keep what they have in full.
        self._dot()
        self._flush()

    def _dot(self) -> None:
        assert self._content is not None
        content, recipients = self._content, self._recipients
        rule = self.sink.decide("dot", recipients[0] if recipients else "")
        if recipients and (rule is None or rule.accepting):
            self.sink.take(recipients, content)
        self._content = None
        self._reset()
        self._held = False
        if rule is not None:
            self._act(rule)
        else:
            self._say("250 2.0.0 Ok: queued" if recipients else "554 5.5.1 no valid recipients")
        if self._rest and not self._held:
            self.sink.ahead += 1
            if self.sink.short_of_breath:
                self._rest = b""
            self._lines(self._rest)

    # --- commands ----------------------------------------------------------------------------

    def _command(self, line: str) -> None:
        self.sink.commands.append(line)
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            self._ehlo()
        elif verb == "MAIL":
            if self._reply("mail", "250 2.1.0 Ok"):
                self._sender = line
        elif verb == "RCPT":
            self._rcpt(line)
        elif verb == "DATA":
            self._data()
        elif verb == "AUTH":
            self._auth(line)
        elif verb == "STAR" and self.sink.tls == "starttls" and self.sink.context is not None:
            self._start_tls(self.sink.context)
        elif verb == "QUIT":
            self._say("221 2.0.0 Bye")
            self._flush()
            self._transport.close()
        else:
            if verb == "RSET":
                self._reset()
            self._say("250 2.0.0 Ok")

    def _ehlo(self) -> None:
        extensions = ["sink.example.org", "8BITMIME", "SIZE 52428800"]
        if self.sink.pipelining:
            extensions.append("PIPELINING")
        if self.sink.tls == "starttls" and not self._secure:
            extensions.append("STARTTLS")
        if self.sink.login is not None:
            extensions.append("AUTH PLAIN")
        *first, last = extensions
        self._reply("ehlo", "".join(f"250-{name}\r\n" for name in first) + f"250 {last}")

    def _rcpt(self, line: str) -> None:
        recipient = line.partition("<")[2].partition(">")[0]
        if self._sender is None:
            return self._say("503 5.5.1 MAIL first")
        if self._reply("rcpt", "250 2.1.5 Ok", recipient):
            self._recipients.append(recipient)
        return None

    def _data(self) -> None:
        if not self._recipients and not self.sink.careless_data:
            return self._say("503 5.5.1 RCPT first")
        if self._reply("data", "354 End with a dot", self._recipient()):
            self._content = b"\r\n"
            self._tail = b"\r\n"
        return None

    def _auth(self, line: str) -> None:
        user, password = self.sink.login or ("", "")
        expected = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        good = line == f"AUTH PLAIN {expected}"
        self._reply("auth", "235 2.7.0 Ok" if good else f"535 5.7.8 bad password for {user}")

    def _start_tls(self, context: ssl.SSLContext) -> None:
        self._say("220 2.0.0 Go ahead")
        self._flush()
        self._held = True
        self._task = asyncio.ensure_future(self._handshake(context))

    async def _handshake(self, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport = await loop.start_tls(self._transport, self, context, server_side=True)
        except (OSError, ssl.SSLError):
            return
        assert transport is not None
        self._transport, self._secure, self._held = transport, True, False

    # --- behaviour ---------------------------------------------------------------------------

    def _recipient(self) -> str:
        return self._recipients[0] if self._recipients else ""

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []

    def _decide(self, stage: Stage) -> Rule | None:
        return self.sink.decide(stage, self._recipient()) if self.sink.rules else None

    def _reply(self, stage: Stage, usual: str, recipient: str = "") -> bool:
        """Say the usual unless a rule decides otherwise; whether the usual was said."""
        rule = self.sink.decide(stage, recipient) if self.sink.rules else None
        if rule is None:
            self._say(usual)
        else:
            self._act(rule)
        return rule is None

    def _act(self, rule: Rule) -> None:
        if rule.then == "hang":
            self._held = True
        elif rule.then == "drop":
            self._held = True
            self._flush()
            self._transport.abort() if rule.stage == "body" else self._transport.close()
        else:
            self._say(rule.then)
            if rule.then.startswith("421"):
                self._held = True
                self._flush()
                self._transport.close()

    def _say(self, reply: str) -> None:
        self._out.append(f"{reply}\r\n".encode())
