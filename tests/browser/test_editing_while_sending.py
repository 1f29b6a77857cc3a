"""An editor at work in a real browser while a mailing leaves: nothing locks, nothing fails.

The worker is another process on the same database, as in production; on SQLite this is where
autosave, live preview and a send meet (WAL, immediate transactions, a patient timeout).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

import pytest

from newsletters import lifecycle
from newsletters.models import Mailing
from tests.builders import make_issue, make_periodical, make_readers
from tests.crash.processes import database_url
from tests.newsletters.test_approval import BODY
from tests.smtp_sink import SmtpSink

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
READERS = 300
EDITS = 6


@pytest.fixture
def sink(tmp_path):
    # 40 ms an answer: the send lasts as long as the editing does.
    with SmtpSink(log=tmp_path / "sink.log", delay_ms=40) as sink:
        yield sink


def start_worker(sink: SmtpSink, tmp_path: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "DATABASE_URL": database_url(),
        "RESONANCES_VAR": str(tmp_path / "var"),
        # The fingerprint of the place that froze the mailing: elsewhere, it would ask first.
        "SITE_URL": settings.WAGTAILADMIN_BASE_URL,
        "EMAIL_HOST": sink.host,
        "EMAIL_PORT": str(sink.port),
    }
    command = [sys.executable, "manage.py", "send_mailings", "--once", "--quiet"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


def is_autosave(response) -> bool:
    request = response.request
    return request.method == "POST" and request.headers.get("accept", "").startswith(
        "application/json"
    )


def log_in(page, server) -> None:
    User.objects.create_superuser("redaction", "redaction@example.org", "motdepasse")
    page.goto(f"{server.url}/admin/login/")
    page.fill("#id_username", "redaction")
    page.fill("#id_password", "motdepasse")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/admin/$"))


def test_autosave_and_preview_never_meet_a_locked_database(
    site_server, chromium_page, sink, tmp_path
):
    page, failures = chromium_page, []
    page.on("response", lambda r: failures.append(f"{r.status} {r.url}") if r.status >= 500 else 0)
    periodical = make_periodical()
    make_readers(READERS, periodical=periodical)
    sent = make_issue(periodical=periodical, body=BODY)
    edited = make_issue(periodical=periodical, title="Avril", slug="avril", first_month=4)
    mailing = lifecycle.prepare(issue=sent, user=None)
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    lifecycle.schedule(mailing=mailing, at=timezone.now(), user=None)
    log_in(page, site_server)
    worker = start_worker(sink, tmp_path)
    page.goto(f"{site_server.url}/admin/pages/{edited.pk}/edit/")
    page.click("[data-side-panel-toggle='preview']")
    saved = []
    page.on("response", lambda r: saved.append(r.status) if is_autosave(r) else None)
    title = page.locator("#id_title")
    for number in range(EDITS):
        title.fill("")
        title.press_sequentially(f"Avril, version {number}", delay=15)
        page.wait_for_timeout(1_200)
    page.wait_for_timeout(2_500)
    assert saved
    assert set(saved) == {200}
    _, errors = worker.communicate(timeout=60)
    assert worker.returncode == 0, errors.decode()
    assert failures == []
    assert edited.revisions.latest("pk").as_object().title.startswith("Avril, version")
    mailing = Mailing.objects.get(pk=mailing.pk)
    assert mailing.state == Mailing.State.FINISHED
    assert len(sink.accepted) == READERS
    assert b"locked" not in errors
