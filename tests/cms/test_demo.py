"""The demonstration, as a newcomer runs it: its own process, a real relay, a real database."""

import email
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
READERS = 12


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environ(var: Path, **environment: str) -> dict[str, str]:
    """A database of its own: always SQLite, as in the demonstration."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "DATABASE_"))}
    return clean | {"RESONANCES_VAR": str(var), "DEBUG": "0"} | environment


def run(var: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environ(var, **environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=1_200,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder of a finished demonstration, and what it printed."""
    var = tmp_path_factory.mktemp("demo")
    result = run(var, "demo", "--no-serve", f"--subscribers={READERS}", EMAIL_PORT=str(free_port()))
    assert result.returncode == 0, result.stdout + result.stderr
    return var, result.stdout


def lines(var: Path) -> list[dict]:
    text = (var / "mail" / "received.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def messages(var: Path) -> list[email.message.EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((var / "mail").glob("*.eml"))
    ]


def test_everybody_receives_the_letter_once_in_both_forms(demo):
    var, _output = demo
    received = lines(var)
    assert len(received) == READERS
    assert len({line["recipient"] for line in received}) == READERS
    assert all(line["text"] and line["html"] and line["one_click"] for line in received)


def test_it_prints_where_to_look_and_an_equation_that_balances(demo):
    _var, output = demo
    assert f"audience {READERS} = {READERS} remis + 0 refusés" in output
    for place in ("Le site", "Le numéro en ligne", "Le courriel reçu", "mot de passe"):
        assert place in output


def test_headers_are_readable_and_the_unsubscribe_pair_is_complete(demo):
    var, _output = demo
    message = messages(var)[0]
    assert "Résonances" in message["From"]
    assert "novembre/décembre 2026" in message["Subject"]
    assert re.match(r"<http.*/lettre/desinscription/\S+>, <mailto:", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"


def test_each_letter_carries_its_own_link_and_no_pixel(demo):
    var, _output = demo
    links = set()
    for message in messages(var):
        html = message.get_body(("html",)).get_content()
        text = message.get_body(("plain",)).get_content()
        assert "%%" not in html + text
        assert not re.search(r'<img[^>]+(width|height)="?1"?[^0-9]', html)
        links |= set(re.findall(r"/lettre/desinscription/[\w.=-]+", html))
    assert len(links) == READERS


def test_the_web_edition_carries_no_personal_link(demo):
    var, _output = demo
    page = run(var, "shell", "-c", WEB_EDITION)
    assert page.returncode == 0, page.stderr
    assert "La Grande Tablée" in page.stdout
    assert "desinscription" not in page.stdout


WEB_EDITION = """
from django.test import Client
from newsletters.models import IssuePage
issue = IssuePage.objects.live().newest_first().first()
print(Client().get(issue.get_url(), headers={"host": "localhost"}).content.decode())
"""


def test_a_second_run_repairs_and_repeats_nothing(demo):
    var, _output = demo
    result = run(var, "demo", "--no-serve", f"--subscribers={READERS}", EMAIL_PORT=str(free_port()))
    assert result.returncode == 0, result.stderr
    assert f"audience {READERS} = {READERS} remis" in result.stdout
    assert len(lines(var)) == READERS


def test_search_finds_an_inclusive_form_by_its_feminine(demo):
    var, _output = demo
    found = json.loads(run(var, "search", "habitantes", "--json").stdout)
    assert found
    assert {"title", "url", "type", "score"} <= set(found[0])


def test_the_report_is_read_by_a_script(demo):
    var, _output = demo
    report = json.loads(run(var, "mailing_report", "1", "--json").stdout)
    assert report["audience"] == report["accepted"] == READERS
    assert set(report) == {
        "audience", "accepted", "refused", "skipped", "uncertain", "remaining", "content_hash",
    }  # fmt: skip


@contextmanager
def served(var: Path, **environment: str) -> Iterator[str]:
    """The address of the demonstration, once it answers; stopped as Ctrl+C does."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", f"--subscribers={READERS}", f"--port={port}"],
        cwd=ROOT,
        env=environ(var, EMAIL_PORT=str(free_port()), **environment),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert any("Ctrl+C" in line for line in process.stdout), "ended before serving"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.stdout.read()


def until(answer, *, seconds: float = 90):
    """What `answer` ends up giving; the time is only how long a broken product is waited for."""
    deadline = time.monotonic() + seconds
    while not (found := answer()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def test_a_visitor_who_joins_finds_the_mail_among_those_received_and_confirms(demo):
    var, _output = demo
    with served(var, DEBUG="1") as site, requests.Session() as visitor:
        form = until(lambda: _page(visitor, f"{site}/lettre/inscription/"))
        hidden = dict(re.findall(r'name="(sealed|letters)" value="([^"]+)"', form))
        time.sleep(2.1)  # a form sent back at once is taken for a robot's
        answer = visitor.post(
            f"{site}/lettre/inscription/", data=hidden | {"email": "visiteuse@example.org"}
        )
        assert answer.url.endswith("/demande-recue/")
        row = re.compile(r'href="([^"]+)">[^<]*</a>[^<]*visiteuse@example\.org')
        mail = until(lambda: row.search(_page(visitor, f"{site}/courriels-recus/")))
        assert mail, "the mail of the form never came"
        text = _page(visitor, site + mail.group(1))
        link = re.search(r"https?://\S+?(/lettre/confirmation/[\w:.=/-]+)", text)
        assert "Confirmer" in _page(visitor, site + link.group(1))


def _page(visitor: requests.Session, address: str) -> str:
    try:
        answer = visitor.get(address, timeout=30)
    except requests.ConnectionError:
        return ""
    assert answer.ok, (address, answer.status_code)
    return answer.text


def test_a_busy_port_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run(tmp_path, "demo", "--no-serve", EMAIL_PORT=port)
    assert result.returncode == 1
    assert f"Le port {port} est déjà occupé" in result.stderr
