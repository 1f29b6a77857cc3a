"""Bounces that come back by mail (RFC 3464)."""

from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command

import pytest

from newsletters.models import Delivery, DeliveryEvent, Subscriber
from newsletters.tokens import message_token
from tests.builders import make_sending

pytestmark = pytest.mark.django_db

DSN = """From: MAILER-DAEMON@relay.example.org
To: lettre@example.org
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Mar 2026 09:00:00 +0000
Message-ID: <rapport@relay.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; lecteur00001@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status} <lecteur00001@example.org> said no

--b
Content-Type: {returned}

From: lettre@example.org
Message-ID: {message_id}
Subject: bonjour

--b--
"""


@pytest.fixture
def row() -> Delivery:
    make_sending(1)
    Delivery.objects.update(state="uncertain")
    return Delivery.objects.get()


def report(row: Delivery, **values: str) -> str:
    usual = {
        "action": "failed",
        "status": "5.1.1",
        "returned": "text/rfc822-headers",
        "message_id": f"<{row.mailing_id}.{row.pk}.{message_token(row.pk)}@example.org>",
    }
    return DSN.format(**usual | values)


def read(text: str, tmp_path: Path) -> str:
    path = tmp_path / "message"
    path.write_text(text, encoding="utf-8")
    out = StringIO()
    call_command("read_bounces", "--file", str(path), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_failed_delivery_blocks_the_address_and_ends_the_doubt(row, tmp_path, returned):
    assert "1 avis pris en compte" in read(report(row, returned=returned), tmp_path)
    row.refresh_from_db()
    assert row.state == "refused"
    assert Subscriber.objects.get().blocked_at is not None
    assert "lecteur00001" not in DeliveryEvent.objects.get().detail


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.10", "bounced"),
        ("failed", "5.2.2", "deferred"),
        ("failed", "5.7.1", "deferred"),
        ("failed", "4.4.7", "deferred"),
        ("delayed", "4.4.1", "deferred"),
        ("delivered", "2.0.0", "delivered"),
    ],
)
def test_the_status_code_tells_dead_from_full(row, tmp_path, action, status, kind):
    read(report(row, action=action, status=status), tmp_path)
    assert DeliveryEvent.objects.get().kind == kind


def test_the_same_report_read_twice_counts_once(row, tmp_path):
    read(report(row), tmp_path)
    assert "0 avis" in read(report(row), tmp_path)
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "From: a@example.org\nAuto-Submitted: auto-replied\nSubject: Absence\n\nDe retour lundi.\n",
        DSN.format(action="failed", status="5.1.1", returned="text/plain", message_id="<1.1.x@y>"),
        DSN.replace("delivery-status;", "disposition-notification;"),
    ],
)
def test_absences_forgeries_and_other_messages_are_passed_over(row, tmp_path, text):
    assert "0 avis" in read(text, tmp_path)
    assert Subscriber.objects.get().blocked_at is None


def test_a_file_that_is_not_there_is_said_in_french(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("read_bounces", "--file", str(tmp_path / "rien"))
