"""A local mail catcher: a real SMTP server that delivers to nobody.

Every message is counted in `received.jsonl` (one JSON object a line); the first ones are kept
whole as `.eml`, like every mail somebody asked for; the rest is only counted: 4,000 letters would
weigh 300 MB.
"""

import json
import re
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

HEADER = re.compile(rb"^(Message-ID|List-Unsubscribe|List-Unsubscribe-Post):\s*(.*)$", re.I | re.M)


class Catcher:
    """aiosmtpd handler; `keep` messages are kept whole for each run of the server."""

    def __init__(self, directory: Path, keep: int) -> None:
        self.directory = directory
        self.left = keep
        directory.mkdir(parents=True, exist_ok=True)
        self.log = (directory / "received.jsonl").open("a", encoding="utf-8")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = bytes(envelope.content or b"")
        head = content[:4_096]
        headers = {name.lower().decode(): value for name, value in HEADER.findall(head)}
        for recipient in envelope.rcpt_tos:
            line = {
                "recipient": recipient,
                "message_id": headers.get("message-id", b"").decode("ascii", "replace").strip(),
                "bytes": len(content),
                "text": b"\nContent-Type: text/plain" in content,
                "html": b"\nContent-Type: text/html" in content,
                "one_click": b"One-Click" in headers.get("list-unsubscribe-post", b""),
            }
            self.log.write(json.dumps(line) + "\n")
        self.log.flush()
        # Service mails are always kept: people look for the one their form has just asked for.
        asked_for = b"\nAuto-Submitted:" in head
        if self.left > 0 or asked_for:
            self.left -= not asked_for
            (self.directory / f"{time.time_ns()}.eml").write_bytes(content)
        return "250 2.0.0 OK"


def controller(directory: Path, *, host: str, port: int, keep: int, loop: Any) -> Any:
    """The server, not yet listening; `begin()` raises OSError when the port is taken."""
    return UnthreadedController(
        Catcher(directory, keep),
        hostname=host,
        port=port,
        loop=loop,
        data_size_limit=20 * 1024 * 1024,
        enable_SMTPUTF8=False,
        ident="Resonances",
    )


def received(directory: Path) -> list[dict[str, Any]]:
    """Everything counted so far, oldest first; a line cut by a kill is left out."""
    path = directory / "received.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]
