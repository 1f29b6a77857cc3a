"""One envelope sender for each message: what returns to it names the message by itself."""

from email import message_from_bytes

from django.core.mail.backends.smtp import EmailBackend

import pytest

from newsletters import consent, errands
from newsletters.delivery.answers import Outcome, RelayUnavailable
from newsletters.delivery.dsn import notices
from newsletters.delivery.envelope import LOCAL_MAX, ReturnPath
from newsletters.delivery.events import record
from newsletters.delivery.send import configured_transport, run
from newsletters.delivery.transport import DjangoTransport
from newsletters.delivery.wire import Recipient
from newsletters.models import Delivery, DeliveryEvent, Mailing
from newsletters.tokens import message_token, service_token
from tests.builders import make_periodical, make_sending, make_subscription
from tests.newsletters.test_bounces import DSN, report
from tests.newsletters.test_transport import RECIPIENT, TEMPLATE
from tests.smtp_session import Rule

pytestmark = pytest.mark.django_db
BOX = "rebonds@retours.example.org"


@pytest.fixture(autouse=True)
def _set(settings) -> None:
    settings.NEWSLETTER_BOUNCE_ADDRESS = BOX


def envelopes(relay) -> list[str]:
    said = (line for line in relay.commands if line.upper().startswith("MAIL"))
    return [line.partition("<")[2].partition(">")[0] for line in said]


def own(row: Delivery) -> str:
    return f"rebonds+{row.pk}.{message_token(row.pk)}@retours.example.org"


def anonymous(row: Delivery, field: str = "To", address: str = "") -> bytes:
    """A report that quotes nothing, and says to whom it was returned."""
    text = report(row, message_id="<perdu@ailleurs.example.org>")
    return text.replace("To: lettre@example.org", f"{field}: {address or own(row)}", 1).encode()


def test_each_letter_has_its_own_and_the_visible_sender_stays(relay):
    mailing = make_sending(3)
    run(mailing.pk)
    rows = list(mailing.deliveries.order_by("pk"))
    assert envelopes(relay) == [own(row) for row in rows]
    assert relay.hurried >= 2 * len(rows)  # still in one write with RCPT and DATA
    assert all("lettre@example.org" in message_from_bytes(raw)["From"] for raw in relay.messages)
    assert all(b"rebonds+" not in raw for raw in relay.messages)
    heads = [message_from_bytes(raw) for raw in relay.messages]
    assert all(f"<mailto:{BOX}?subject=" in head["List-Unsubscribe"] for head in heads)


def test_service_mails_have_theirs(relay):
    person = make_subscription("x@example.org", periodical=make_periodical()).subscriber
    consent.ask_access(person=person)
    errands.run_due()
    token = service_token(person.pk, consent.address_number(person.email))
    assert envelopes(relay) == [f"rebonds+{token}@retours.example.org"]
    raw = DSN.format(action="failed", status="5.1.1", returned="text/plain", message_id="")
    raw = raw.replace("To: lettre@example.org", f"To: {envelopes(relay)[0]}")
    raw = raw.replace("2026", "2126")  # later than the person's own last act
    assert [record(notice) for notice in notices(raw.encode())] == [True]
    person.refresh_from_db()
    assert person.blocked_at is not None


def test_any_django_backend_keeps_the_two_apart(relay):
    backend = EmailBackend(host=relay.host, port=relay.port, username="", password="", timeout=2)
    transport = DjangoTransport(backend, ReturnPath(BOX))
    assert transport.send(RECIPIENT, TEMPLATE).outcome is Outcome.ACCEPTED
    transport.close()
    assert envelopes(relay) == [f"rebonds+{RECIPIENT.reference}@retours.example.org"]
    assert "lettre@example.org" in message_from_bytes(relay.messages[0])["From"]


@pytest.mark.parametrize("field", ["To", "Delivered-To", "X-Original-To", "Original-Recipient"])
def test_a_report_that_quotes_nothing_is_known_by_where_it_returned(field):
    make_sending(1)
    row = Delivery.objects.get()
    assert [record(notice) for notice in notices(anonymous(row, field))] == [True]
    assert DeliveryEvent.objects.get().delivery == row


@pytest.mark.parametrize("change", [str.upper, "rfc822; {}".format, "Rebonds <{}>".format])
def test_an_address_rewritten_on_the_way_is_still_known(change):
    make_sending(1)
    row = Delivery.objects.get()
    assert len(notices(anonymous(row, "To", change(own(row))))) == 1
    assert record(notices(anonymous(row, "To", change(own(row))))[0])


def test_an_invented_address_names_nobody():
    make_sending(1)
    row = Delivery.objects.get()
    forged = own(row).replace(message_token(row.pk), "0" * 12)
    assert [record(notice) for notice in notices(anonymous(row, "To", forged))] == [False]


def test_an_absence_answers_the_envelope_s_sender_and_says_nothing():
    make_sending(1)
    row = Delivery.objects.get()
    absence = f"To: {own(row)}\nAuto-Submitted: auto-replied\nSubject: Absence\n\nDe retour.\n"
    assert notices(absence.encode()) == []


def test_a_relay_that_refuses_such_senders_stops_the_mailing_and_blames_nobody(relay):
    relay.rules = [Rule("mail", "553 5.1.8 domaine inconnu")]
    mailing = make_sending(2)
    report = run(mailing.pk)
    assert "adresse d’expédition" in report.fault
    assert set(mailing.deliveries.values_list("state", flat=True)) <= {"planned", "retry"}
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.PAUSED


def test_an_address_that_cannot_be_a_sender_is_told(settings):
    settings.NEWSLETTER_BOUNCE_ADDRESS = "é@example.org"
    with pytest.raises(RelayUnavailable, match="NEWSLETTER_BOUNCE_ADDRESS"):
        configured_transport()


def test_the_longest_reference_leaves_room_in_the_local_part():
    token = service_token(10**9, 16**14 - 1)
    longest = Recipient("x@example.org", "", f"<demande.{'0' * 24}.{token}@example.org>", {})
    sender = ReturnPath(f"{'r' * LOCAL_MAX}@example.org").sender(longest, "")
    assert len(sender.partition("@")[0]) == 64
