"""What comes back by mail: bounces (RFC 3464), complaints (RFC 5965), answers (RFC 3834)."""

import random
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.utils import timezone

import pytest

from newsletters.delivery.dsn import UnreadableError, notices
from newsletters.delivery.events import record
from newsletters.models import (
    ConsentEvent,
    Delivery,
    DeliveryEvent,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletters.tokens import message_token, unsubscribe_token
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

COMPLAINT = """From: retours@boites.example.org
To: lettre@example.org
Subject: FW: bonjour
Date: Mon, 02 Mar 2026 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Boites/1.0
Version: 1
Original-Rcpt-To: <autre@example.org>

--b
Content-Type: message/rfc822

From: lettre@example.org
Message-ID:
 {message_id}
Subject: bonjour

--b--
"""
ABSENCE = """From: lecteur00001@example.org
To: lettre@example.org
Subject: Absence
Auto-Submitted: auto-replied (vacation)
In-Reply-To: {message_id}
References: {message_id}
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

De retour lundi.

--b
Content-Type: message/rfc822

Message-ID: {message_id}

--b--
"""

_DAMAGE = [b"", b"\r\n", b"\0", b"\xff\xfe", b"=?utf-8?q?", b"--b", b"<", b'"', b";", b":", b"@"]
# Parts within parts, deeper than any parser goes.
UNREADABLE = b"Content-Type: multipart/report; boundary=b0\n\n" + b"".join(
    b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (depth, depth + 1)
    for depth in range(3000)
)


@pytest.fixture
def row() -> Delivery:
    make_sending(1)
    Delivery.objects.update(state="uncertain")
    return Delivery.objects.get()


def message_id(row: Delivery) -> str:
    return f"<{row.mailing_id}.{row.pk}.{message_token(row.pk)}@example.org>"


def report(row: Delivery, **values: str) -> str:
    usual = {
        "action": "failed",
        "status": "5.1.1",
        "returned": "text/rfc822-headers",
        "message_id": message_id(row),
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


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("550 5.1.1 <lecteur00001@example.org> no such user", "bounced"),
        ("550 no such user", "bounced"),
        ("552 5.2.2 mailbox full", "deferred"),
        ("554 Service unavailable; client host blocked", "deferred"),
        ("550-5.7.1 refused by our policy", "deferred"),
        ("", "bounced"),
    ],
)
def test_a_relay_that_writes_the_same_status_for_all_is_read_by_what_the_other_server_said(
    row, tmp_path, words, kind
):
    """Exim's reports, whose Status always is 5.0.0."""
    said = report(row, status="5.0.0").replace(
        "smtp; 5.0.0 <lecteur00001@example.org> said no", f"smtp; {words}"
    )
    read(said, tmp_path)
    assert DeliveryEvent.objects.get().kind == kind


@pytest.mark.parametrize("year", ["2026", "2126"])
def test_the_same_report_read_twice_counts_once(row, tmp_path, year):
    """Also one whose relay has a clock ahead of ours."""
    text = report(row).replace("02 Mar 2026", f"02 Mar {year}")
    read(text, tmp_path)
    assert "0 avis" in read(text, tmp_path)
    assert DeliveryEvent.objects.get().at <= timezone.now()


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


@pytest.mark.parametrize("kind", ["abuse", "Fraud"])
def test_a_complaint_by_mail_unsubscribes_and_is_never_imported_again(row, tmp_path, kind):
    text = COMPLAINT.format(kind=kind, message_id=message_id(row))
    assert "1 avis" in read(text, tmp_path)
    assert Subscription.objects.get().state == Subscription.State.LEFT
    assert Suppression.objects.get().reason == "Plainte (rapport de plainte)"
    row.refresh_from_db()
    assert row.state == "accepted"  # it had arrived: its reader complains of it
    assert "0 avis" in read(text, tmp_path)


@pytest.mark.parametrize(
    ("kind", "quoted"),
    [("not-spam", None), ("virus", None), ("abuse", "<1.1.x@y>")],
)
def test_praise_and_forged_complaints_change_nothing(row, tmp_path, kind, quoted):
    text = COMPLAINT.format(kind=kind, message_id=quoted or message_id(row))
    assert "0 avis" in read(text, tmp_path)
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


@pytest.mark.parametrize("own", ["<>", "<a@", "<[", "é <b"])
def test_a_bounce_whose_own_headers_are_malformed_is_heard(row, tmp_path, own):
    assert "1 avis" in read(report(row).replace("<rapport@relay.example.org>", own), tmp_path)


def test_an_absence_that_quotes_the_letter_whole_says_nothing(row, tmp_path):
    assert "0 avis" in read(ABSENCE.format(message_id=message_id(row)), tmp_path)
    row.refresh_from_db()
    assert row.state == "uncertain"


@pytest.mark.parametrize(
    "date",
    [
        "hier",
        "Mon, 02 Mar 0001 09:00:00 +0100",
        f"Mon, 02 Mar {'9' * 30} 09:00:00 +0000",
        "Mon, 02 Mar 2026 99:99:99 +9959",
    ],
)
def test_a_report_with_a_date_that_is_none_never_stops_the_reading(row, tmp_path, date):
    text = report(row).replace("Mon, 02 Mar 2026 09:00:00 +0000", date)
    assert "1 message(s) lu(s)" in read(text, tmp_path)


def test_a_damaged_report_never_stops_the_reading_nor_unsubscribes_anybody(row):
    chance = random.Random(2026)
    whole = report(row).encode()
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randrange(30)] = chance.choice(_DAMAGE)
        try:
            found = notices(bytes(damaged))
        except UnreadableError:
            continue
        for notice in found:
            record(notice)
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_a_file_that_is_not_there_is_said_in_french(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("read_bounces", "--file", str(tmp_path / "rien"))


@pytest.mark.parametrize(
    "subject", ["desinscription {}", "Re: desinscription {}", "=?utf-8?q?d=3D{}?="]
)
def test_a_departure_by_mail_is_heard_in_the_same_mailbox(row, tmp_path, subject):
    token = unsubscribe_token(row.subscription_id)
    if subject.startswith("=?"):
        token = token.replace("_", "=5F")  # RFC 2047 §4.2: « _ » is a space there
    said = read(f"Subject: {subject.format(token)}\nFrom: x@example.org\n\nMerci\n", tmp_path)
    assert "1 désinscription(s) par courriel" in said
    assert Subscription.objects.get().state == Subscription.State.LEFT
    assert ConsentEvent.objects.get(action="left").origin == "Désinscription par courriel"


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("auto-replied", Subscription.State.ACTIVE),
        ("auto-replied (vacation)", Subscription.State.ACTIVE),
        # A mail program that does what its reader's « Se désabonner » asked for.
        ("auto-generated", Subscription.State.LEFT),
        ("no", Subscription.State.LEFT),
    ],
)
def test_an_automatic_answer_to_a_departure_is_no_departure(row, tmp_path, said, state):
    subject = f"Re: desinscription {unsubscribe_token(row.subscription_id)}"
    read(f"Auto-Submitted: {said}\nSubject: {subject}\n\nAbsent.\n", tmp_path)
    assert Subscription.objects.get().state == state


@pytest.mark.parametrize("subject", ["desinscription", "desinscription 1.{}", "=?x?q?{}", "{}"])
def test_an_answer_or_a_forged_departure_changes_nothing(row, tmp_path, subject):
    quoted = (
        f"> https://example.org/lettre/desinscription/{unsubscribe_token(row.subscription_id)}/"
    )
    read(f"Subject: {subject.format('A' * 20)}\n\n{quoted}\n", tmp_path)
    assert Subscription.objects.get().state == Subscription.State.ACTIVE
