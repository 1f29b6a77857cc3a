"""A local HTTP server that speaks five mail providers' APIs, and misbehaves on order.

It reads a call as its provider does, templates included, and keeps each message as its reader
would get it. As a process: `python -m tests.provider_api --delay-ms 50`; its first line of output
is `listening URL`, and with `--log` every accepted message is a line « recipient, Message-ID ».
"""

from __future__ import annotations

import argparse
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs


@dataclass
class Taken:
    """One message, as its reader gets it."""

    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    note: Any

    @property
    def message_id(self) -> str:
        return self.headers.get("message-id", "")


@dataclass
class Trouble:
    """What happens to a call whose people include `match`; `times` calls, then no more.

    `status` is answered instead of the provider's own; `hang` seconds pass before any answer.
    With `after`, the messages are taken first.
    """

    status: int = 0
    match: str = ""
    times: int = 1_000_000
    hang: float = 0.0
    after: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class ProviderApi:
    """The server, in threads of its own: `with ProviderApi() as api: … api.taken`.

    `unwanted` are addresses that the provider refuses, each in its own way.
    """

    def __init__(
        self, *, port: int = 0, delay_ms: float = 0, log: Path | None = None, render: bool = True
    ) -> None:
        """Without `render`, no body is kept: the far end of a measure."""
        self.delay = delay_ms / 1000
        self.render = render
        self.taken: list[Taken] = []
        self.calls: list[str] = []
        self.unwanted: set[str] = set()
        self.troubles: list[Trouble] = []
        self.keys: set[str] = set()  # of idempotency, of what was taken
        self._log = -1 if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        api = self

        class Handler(_Handler):
            server_api = api

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.host, self.port = "127.0.0.1", self._server.server_port
        self.url = f"http://{self.host}:{self.port}"

    def settings(self) -> dict[str, str]:
        return settings_of(self.url)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        self._server.serve_forever()

    def trouble(self, people: Iterable[str]) -> Trouble | None:
        for one in self.troubles:
            if one.times and (not one.match or any(one.match in person for person in people)):
                one.times -= 1
                return one
        return None

    def take(self, messages: Iterable[Taken]) -> None:
        for message in messages:
            key = message.headers.get("idempotencykey", "")
            if key and key in self.keys:
                continue
            self.keys.add(key)
            self.taken.append(message)
            if self._log >= 0:
                os.write(self._log, f"{message.recipient}\t{message.message_id}\n".encode())


def settings_of(url: str) -> dict[str, str]:
    """For ANYMAIL: every provider's address here, and keys."""
    return {
        "MAILGUN_API_URL": f"{url}/mailgun/v3",
        "MAILGUN_API_KEY": "k",
        "MAILJET_API_URL": f"{url}/mailjet/v3.1/",
        "MAILJET_API_KEY": "k",
        "MAILJET_SECRET_KEY": "s",
        "POSTMARK_API_URL": f"{url}/postmark/",
        "POSTMARK_SERVER_TOKEN": "k",
        "SENDGRID_API_URL": f"{url}/sendgrid/v3/",
        "SENDGRID_API_KEY": "k",
        "BREVO_API_URL": f"{url}/brevo/v3/",
        "BREVO_API_KEY": "k",
    }


Reply = tuple[int, Any]


class _Handler(BaseHTTPRequestHandler):
    server_api: ProviderApi
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        api = self.server_api
        body = self.rfile.read(int(self.headers["Content-Length"]))
        provider = self.path.split("/")[1]
        api.calls.append(self.path)
        messages, answer = _PROVIDERS[provider](body, api)
        people = [message.recipient for message in messages]
        trouble = api.trouble(people)
        time.sleep(api.delay)
        if trouble:
            if trouble.after:
                api.take(message for message in messages if message.recipient not in api.unwanted)
            time.sleep(trouble.hang)
            return self._reply(trouble.status or 200, {}, trouble.headers)
        status, said = answer(messages)
        if status < 400:
            api.take(message for message in messages if message.recipient not in api.unwanted)
        return self._reply(status, said, {})

    def _reply(self, status: int, said: Any, headers: dict[str, str]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent: the tests read `calls`."""


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


# --- Each provider: (body, api) → messages, and what is answered about them ----------------------

Read = tuple[list[Taken], Callable[[list[Taken]], Reply]]


def _mailgun(body: bytes, api: ProviderApi) -> Read:
    form = parse_qs(body.decode(), keep_blank_values=True)
    people = form["to"]
    if not api.render:
        return [Taken(person, "", "", "", {}, None) for person in people], _whole(api, 200)
    variables = json.loads(form.get("recipient-variables", ["{}"])[0])

    def filled(value: str, person: str) -> str:
        own = variables.get(person, {})
        return re.sub(
            r"%recipient\.?(.*?)%", lambda found: str(own.get(found[1], "")), value, flags=re.I
        )

    def message(person: str) -> Taken:
        def own(name: str) -> str:
            return filled(form[name][0], person)

        headers = {name[2:].lower(): own(name) for name in form if name.startswith("h:")}
        note = {name[2:]: own(name) for name in form if name.startswith("v:")}
        return Taken(person, own("subject"), own("text"), own("html"), headers, note)

    if len(people) > 1 and not variables:
        headers_show_everybody = ", ".join(people)
        raise AssertionError(f"one message for all: {headers_show_everybody}")
    return [message(person) for person in people], _whole(api, 200)


def _whole(api: ProviderApi, status: int, said: Any = None) -> Callable[[list[Taken]], Reply]:
    """One unwanted address, and nobody is written to."""

    def answer(messages: list[Taken]) -> Reply:
        if any(message.recipient in api.unwanted for message in messages):
            return 400, {"message": "'to' parameter is not a valid address"}
        return status, said or {"id": "<batch@example.org>", "message": "Queued. Thank you."}

    return answer


def _sendgrid(body: bytes, api: ProviderApi) -> Read:
    data = json.loads(body)
    messages = []
    bodies = {part["type"]: part["value"] for part in data["content"]}
    for one in data["personalizations"]:
        assert len(one["to"]) == 1, "one message for all"
        own = one.get("substitutions", {})

        def filled(value: str, own: dict[str, str] = own) -> str:
            for key, substitute in own.items():
                value = value.replace(key, substitute)
            return re.sub(r"<%.*?%>", "", value)

        messages.append(
            Taken(
                one["to"][0]["email"],
                filled(data["subject"]),
                filled(bodies["text/plain"]),
                filled(bodies["text/html"]),
                _lower(data.get("headers", {}) | one.get("headers", {})),
                data.get("custom_args", {}) | one.get("custom_args", {}),
            )
        )
    return messages, _whole(api, 202, {})


def _mailjet(body: bytes, api: ProviderApi) -> Read:
    data = json.loads(body)
    messages = []
    for one in data["Messages"]:
        given = data["Globals"] | one
        assert len(given["To"]) == 1, "one message for all"
        own = given.get("Variables", {})

        def filled(value: str, own: dict[str, str] = own) -> str:
            if not api.render:
                return ""
            return re.sub(r"\[\[(?:var:)?(.*?)\]\]", lambda found: own.get(found[1], ""), value)

        headers = _lower(given.get("Headers", {}))
        assert not headers.keys() & {"date", "message-id", "list-id", "reply-to"}, "refused headers"
        messages.append(
            Taken(
                given["To"][0]["Email"],
                given["Subject"],
                filled(given["TextPart"]),
                filled(given["HTMLPart"]),
                headers,
                json.loads(given["EventPayload"]),
            )
        )
    return messages, lambda found: (200, {"Messages": [_mailjet_said(one, api) for one in found]})


def _mailjet_said(message: Taken, api: ProviderApi) -> dict[str, Any]:
    if message.recipient in api.unwanted:
        return {"Status": "error", "Errors": [{"ErrorCode": "mj-0013", "StatusCode": 400}]}
    return {"Status": "success", "To": [{"Email": message.recipient, "MessageID": 1}]}


def _postmark(body: bytes, api: ProviderApi) -> Read:
    data = json.loads(body)
    alone = isinstance(data, dict)
    messages = [
        Taken(
            one["To"],
            one["Subject"],
            _mustache(one["TextBody"]) if api.render else "",
            _mustache(one["HtmlBody"]) if api.render else "",
            {header["Name"].lower(): header["Value"] for header in one["Headers"]},
            one["Metadata"],
        )
        for one in ([data] if alone else data)
    ]

    def answer(found: list[Taken]) -> Reply:
        said = [_postmark_said(one, api) for one in found]
        status = 422 if alone and said[0]["ErrorCode"] else 200
        return status, said[0] if alone else said

    return messages, answer


def _postmark_said(message: Taken, api: ProviderApi) -> dict[str, Any]:
    if message.recipient in api.unwanted:
        words = f"inactive.\n Found inactive addresses: {message.recipient}.\n Inactive recipients"
        return {"ErrorCode": 406, "Message": words}
    return {"ErrorCode": 0, "Message": "OK", "MessageID": "1-2", "To": message.recipient}


def _brevo(body: bytes, api: ProviderApi) -> Read:
    data = json.loads(body)
    assert "messageVersions" not in data, "the same link for everybody"
    [person] = data["to"]
    message = Taken(
        person["email"],
        data["subject"],
        _mustache(data["textContent"]),
        _mustache(data["htmlContent"]),
        _lower(data["headers"]),
        json.loads(data["headers"]["X-Mailin-custom"]),
    )
    if message.headers["idempotencykey"] in api.keys:
        return [message], lambda found: (400, {"code": "duplicate_parameter", "message": "…"})
    return [message], _whole(api, 201, {"messageId": "<1@example.org>"})


def _mustache(value: str) -> str:
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", value)


_PROVIDERS: dict[str, Callable[[bytes, ProviderApi], Read]] = {
    "mailgun": _mailgun,
    "sendgrid": _sendgrid,
    "mailjet": _mailjet,
    "postmark": _postmark,
    "brevo": _brevo,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--delay-ms", type=float, default=0)
    parser.add_argument("--no-render", action="store_true")
    given = parser.parse_args()
    api = ProviderApi(
        port=given.port, delay_ms=given.delay_ms, log=given.log, render=not given.no_render
    )
    print(f"listening {api.url}", flush=True)
    api.serve()


if __name__ == "__main__":
    main()
