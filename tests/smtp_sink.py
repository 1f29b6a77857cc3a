"""A real SMTP server that accepts, refuses, hangs or dies on order, and remembers what it took.

The judge of delivery tests: a message counts as accepted when it is in this server's log, which is
written before the 250 leaves. Also the far end of benchmarks, hence bytes and one asyncio protocol
instead of streams. As a process: `python -m tests.smtp_sink --port 0 --log accepted.tsv`; its first
line of output is `listening HOST PORT`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple, Self

from tests.smtp_session import Rule, Session, Stage

_MESSAGE_ID = re.compile(rb"\r\nMessage-ID:\s*(\S+)", re.IGNORECASE)


class Accepted(NamedTuple):
    recipient: str
    message_id: str


class SmtpSink:
    """The server, in a thread of its own: `with SmtpSink(rules) as sink: … sink.accepted`."""

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        log: Path | None = None,
        delay_ms: float = 0,
        pipelining: bool = True,
        forgetful: bool = False,
        short_of_breath: bool = False,
        careless_data: bool = False,
        keep: bool = False,
        login: tuple[str, str] | None = None,
        tls: Literal["", "starttls", "tls"] = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        """`forgetful` loses what comes together with a command, `short_of_breath` what comes before
        it has answered a message; `careless_data` answers 354 even without a recipient; `keep`
        stores the messages.
        """
        self.host = host
        self.port = port
        self.rules = list(rules)
        self.delay = delay_ms / 1000
        self.pipelining = pipelining
        self.forgetful = forgetful
        self.hurried = 0  # commands that came together with another
        self.short_of_breath = short_of_breath
        self.ahead = 0  # messages behind which commands came before the answer
        self.careless_data = careless_data
        self.keep = keep
        self.login = login
        self.tls = tls
        self.context = context
        self.accepted: list[Accepted] = []
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.connections = 0
        self.sessions: list[Session] = []
        self._log = -1 if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        context = self.context if self.tls == "tls" else None
        try:
            server = await self._loop.create_server(
                lambda: Session(self), self.host, self.port, ssl=context, backlog=512
            )
        except OSError as error:
            self._error = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for session in list(self.sessions):
            session.hang_up()
        if self._log >= 0:
            os.close(self._log)

    def announce(self) -> None:
        """Print the port once listening, for the process that started this one."""
        self._ready.wait()
        if self._error is not None:
            return
        sys.stdout.write(f"listening {self.host} {self.port}\n")
        sys.stdout.flush()

    def decide(self, stage: Stage, recipient: str = "") -> Rule | None:
        return next((rule for rule in self.rules if rule.applies(stage, recipient)), None)

    def take(self, recipients: list[str], content: bytes) -> None:
        """`content` starts with the CRLF of DATA; without `keep` it may be only the head."""
        found = _MESSAGE_ID.search(content)
        message_id = found[1].decode("ascii") if found else ""
        for recipient in recipients:
            self.accepted.append(Accepted(recipient, message_id))
            if self._log >= 0:
                os.write(self._log, f"{recipient}\t{message_id}\n".encode())
        if self.keep:
            self.messages.append(content.replace(b"\r\n..", b"\r\n.")[2:-3])


def read_log(path: Path) -> Counter[Accepted]:
    """How often each (recipient, Message-ID) was accepted, from a `--log` file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return Counter(Accepted(*line.split("\t")) for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--rule", action="append", default=[], type=Rule.parse)
    given = parser.parse_args()
    sink = SmtpSink(
        given.rule,
        port=given.port,
        log=given.log,
        delay_ms=given.delay_ms,
        pipelining=not given.no_pipelining,
    )
    threading.Thread(target=sink.announce, daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(sink.serve())
    if sink._error is not None:
        sys.exit(f"port {given.port}: {sink._error.strerror}")


if __name__ == "__main__":
    main()
