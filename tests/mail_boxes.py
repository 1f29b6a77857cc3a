"""A mailbox on a real socket, over TLS: as much of POP3 (RFC 1939) and IMAP (RFC 3501) as it takes.

`messages` is what the mailbox holds; a deletion happens at QUIT, and only there. `cut_at` closes
the line instead of answering that command (« RETR 2 »), as a network does.
"""

import re
import socketserver
import threading
from pathlib import Path
from typing import Self

from tests.tls import server_context

USER, PASSWORD = "rebonds@example.org", "mot-de-passe"


class _Cut(Exception):  # noqa: N818  (says what happened)
    """The line goes dead."""


class _Dialogue(socketserver.StreamRequestHandler):
    server: "MailBox"

    def handle(self) -> None:
        try:
            self.request.do_handshake()
            self.begin()
            for line in self.rfile:
                said = line.decode("ascii").strip()
                self.server.commands.append(said)
                if self.server.cut_at and self.server.cut_at in said:
                    raise _Cut
                if not self.obey(said):
                    return
        except (_Cut, OSError):
            return

    def say(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        self.wfile.write(data + b"\r\n")

    def begin(self) -> None:
        raise NotImplementedError

    def obey(self, said: str) -> bool:
        """Answer; False to close the line."""
        raise NotImplementedError


class Pop3(_Dialogue):
    def begin(self) -> None:
        self._gone: set[int] = set()
        self._known = False
        self.say("+OK")

    def obey(self, said: str) -> bool:
        verb, _, rest = said.partition(" ")
        held = self.server.messages
        if verb == "USER":
            self.say("+OK")
        elif verb == "PASS":
            self._known = rest == PASSWORD
            self.say("+OK" if self._known else f"-ERR {USER} wrong password")
        elif verb == "QUIT":
            self.server.messages = [m for n, m in enumerate(held, 1) if n not in self._gone]
            self.say("+OK")
            return False
        elif not self._known:
            self.say("-ERR")
        elif verb == "STAT":
            self.say(f"+OK {len(held)} {sum(map(len, held))}")
        elif verb == "RETR":
            self.say("+OK")
            body = re.sub(rb"\r?\n", b"\r\n", held[int(rest) - 1])
            self.say(re.sub(rb"(?m)^\.", b"..", body) + b"\r\n.")
        elif verb == "DELE":
            self._gone.add(int(rest))
            self.say("+OK")
        return True


class Imap(_Dialogue):
    def begin(self) -> None:
        self.say("* OK")

    def obey(self, said: str) -> bool:
        tag, verb, *rest = said.split(" ", 2)
        held, seen = self.server.messages, self.server.seen
        told = "OK"
        if verb == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif verb == "LOGIN":
            told = "OK" if PASSWORD in rest[0] else f"NO {USER} wrong password"
        elif verb == "SELECT":
            self.say(f"* {len(held)} EXISTS")
        elif verb == "SEARCH":
            unread = (n for n in range(1, len(held) + 1) if n not in seen)
            self.say("* SEARCH " + " ".join(map(str, unread)))
        elif verb == "FETCH":
            number = int(rest[0].split()[0])
            body = held[number - 1]
            self.say(f"* {number} FETCH (BODY[] {{{len(body)}}}".encode() + b"\r\n" + body + b")")
        elif verb == "STORE":
            seen.add(int(rest[0].split()[0]))
        elif verb == "LOGOUT":
            self.say("* BYE")
        self.say(f"{tag} {told} done")
        return verb != "LOGOUT"


class MailBox(socketserver.ThreadingTCPServer):
    """`with MailBox(Pop3, folder, messages) as box`: TLS with the certificate of `folder`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, protocol: type[_Dialogue], folder: Path, messages: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), protocol)
        context = server_context(folder)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port: int = self.socket.getsockname()[1]
        self.messages, self.cut_at = messages, ""
        self.seen: set[int] = set()
        self.commands: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is no error of the server's."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
