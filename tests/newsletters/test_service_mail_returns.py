"""What comes back of a service mail concerns the address it was written to, and no other."""

import json
from base64 import b64encode
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.core.management import call_command
from django.utils import timezone

import pytest

from newsletters import consent, errands
from newsletters.delivery.dsn import notices
from newsletters.delivery.events import Kind, Notice, record
from newsletters.models import Delivery, Errand, Subscriber, Subscription, Suppression
from newsletters.tokens import (
    BadToken,
    message_token,
    read_message_token,
    read_service_token,
    service_token,
)
from tests.builders import make_periodical, make_sending, make_subscription
from tests.newsletters.reading import ADDRESS, mails
from tests.newsletters.test_bounces import ABSENCE, COMPLAINT, DSN
from tests.smtp_session import Rule

pytestmark = pytest.mark.django_db
NEW = "nouvelle@example.org"
DEAD = Rule("rcpt", "550 5.1.1 inconnu")


@pytest.fixture
def person() -> Subscriber:
    return make_subscription(ADDRESS, periodical=make_periodical()).subscriber


def written(relay, person: Subscriber, *, to: str = "") -> str:
    """Send the person a service mail, or one that asks `to` whether it is theirs; its id."""
    if to:
        consent.ask_move(subscriber=person, email=to)
    else:
        consent.ask_access(person=person)
    errands.run_due()
    assert not Errand.objects.exists()
    return mails(relay)[-1]["Message-ID"]


def bounce(message_id: str, *, status: str = "5.1.1", at: datetime | None = None) -> bool:
    text = DSN.format(
        action="failed", status=status, returned="text/rfc822-headers", message_id=message_id
    )
    date = format_datetime(at or timezone.now())
    raw = text.replace("Mon, 02 Mar 2026 09:00:00 +0000", date).encode()
    return any(record(notice) for notice in notices(raw))


def complaint(message_id: str) -> bool:
    raw = COMPLAINT.format(kind="abuse", message_id=message_id)
    raw = raw.replace("Mon, 02 Mar 2026 09:00:00 +0000", format_datetime(timezone.now()))
    return any(record(notice) for notice in notices(raw.encode()))


def test_a_bounce_blocks_the_address_though_its_errand_is_done(relay, person):
    assert bounce(written(relay, person))
    person.refresh_from_db()
    assert person.blocked_reason == "Rebond définitif (avis de non-remise)"


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.7", "5.1.8"])
def test_a_full_mailbox_or_a_refused_sender_blocks_nobody(relay, person, status):
    bounce(written(relay, person), status=status)
    person.refresh_from_db()
    assert person.blocked_at is None


def test_a_complaint_leaves_every_letter(relay, person):
    assert complaint(written(relay, person))
    assert Subscription.objects.get().state == Subscription.State.LEFT
    assert Suppression.objects.get().reason == "Plainte (rapport de plainte)"


def test_the_bounce_of_a_new_address_forgets_it_and_keeps_the_old_one(relay, person):
    assert bounce(written(relay, person, to=NEW))
    person.refresh_from_db()
    assert (person.email, person.wanted_email, person.blocked_at) == (ADDRESS, "", None)
    assert "Rebond définitif" in person.consent_events.filter(action="changed").last().origin


def test_whoever_was_named_as_a_new_address_complains_for_themselves_alone(relay, person):
    assert complaint(written(relay, person, to=NEW))
    person.refresh_from_db()
    assert person.wanted_email == ""
    assert Subscription.objects.get().state == Subscription.State.ACTIVE
    assert consent.suppressed([NEW, ADDRESS]) == {NEW}


@pytest.mark.parametrize("heard", [bounce, complaint])
def test_an_address_that_was_left_says_nothing_of_the_next_one(relay, person, heard):
    message_id = written(relay, person)
    person.email = NEW
    person.save()
    heard(message_id)
    person.refresh_from_db()
    assert person.blocked_at is None
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_the_bounce_of_a_letter_says_nothing_of_an_address_taken_since():
    make_sending(1)
    row = Delivery.objects.select_related("subscriber").get()
    row.subscriber.email = NEW
    row.subscriber.save()
    reference = f"{row.pk}.{message_token(row.pk)}"
    record(Notice(Kind.BOUNCED, timezone.now(), "Brevo", (reference,)))
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_at is None


def test_a_bounce_read_again_after_the_staff_unblocked_the_address_changes_nothing(relay, person):
    message_id, at = written(relay, person), timezone.now()
    bounce(message_id, at=at)
    consent.unblock(subscriber=person, origin="essai")
    bounce(message_id, at=at)
    person.refresh_from_db()
    assert person.blocked_at is None


def test_a_bounce_older_than_what_the_person_did_since_changes_nothing(relay, person):
    message_id = written(relay, person)
    Subscriber.objects.update(last_action_at=timezone.now() + timedelta(hours=1))
    bounce(message_id)
    person.refresh_from_db()
    assert person.blocked_at is None


def test_an_absence_and_an_erased_person_change_nothing(relay, person):
    message_id = written(relay, person)
    assert list(notices(ABSENCE.format(message_id=message_id).encode())) == []
    person.delete()
    assert not bounce(message_id)


def test_a_relay_that_knows_the_address_is_dead_blocks_it_at_once(relay, person):
    relay.rules = [DEAD]
    consent.ask_access(person=person)
    errands.run_due()
    person.refresh_from_db()
    assert person.blocked_reason == "Rebond définitif (réponse 5.1.1 du serveur)"


@pytest.mark.parametrize("reply", ["550 5.7.1 liste noire", "550 inconnu", "552 5.2.2 plein"])
def test_a_refusal_that_may_be_ours_blocks_nobody(relay, person, reply):
    relay.rules = [Rule("rcpt", reply)]
    consent.ask_access(person=person)
    errands.run_due()
    person.refresh_from_db()
    assert person.blocked_at is None


def test_a_dead_new_address_is_forgotten_at_once(relay, person):
    relay.rules = [DEAD]
    consent.ask_move(subscriber=person, email=NEW)
    errands.run_due()
    person.refresh_from_db()
    assert (person.wanted_email, person.blocked_at) == ("", None)


def test_a_letter_refused_for_good_blocks_the_address_too(relay):
    mailing = make_sending(3)
    first = Delivery.objects.order_by("pk").first()
    relay.rules = [Rule("rcpt", "550 5.1.1 inconnu", match=first.email)]
    call_command("send_mailings", "--once", verbosity=0)
    assert mailing.deliveries.get(state="refused") == first
    assert Subscriber.objects.exclude(blocked_at=None).get() == first.subscriber


def test_a_provider_s_notice_is_matched_by_the_note_it_brings_back(client, relay, person):
    consent.ask_move(subscriber=person, email=NEW)
    errands.run_due()
    reference = mails(relay)[-1]["Message-ID"].partition("@")[0].split(".", 2)[-1]
    client.post(
        "/anymail/brevo/tracking/",
        json.dumps(
            {
                "event": "hard_bounce",
                "email": NEW,
                "ts_epoch": int(timezone.now().timestamp() * 1000),
                "message-id": "<fournisseur@example.org>",
                "X-Mailin-custom": json.dumps({"delivery": reference}),
            }
        ),
        content_type="application/json",
        headers={"authorization": f"Basic {b64encode(b'lettre:secret').decode()}"},
    )
    person.refresh_from_db()
    assert (person.wanted_email, person.blocked_at) == ("", None)


def test_a_reference_of_one_kind_is_no_reference_of_the_other():
    token = service_token(12, 345)
    assert read_service_token(f"<demande.abc.{token}@example.org>") == (12, 345)
    for bad in (token.replace("12-", "13-"), "12-345.000000000000", "12-345", "", "é.é"):
        with pytest.raises(BadToken):
            read_service_token(bad)
    with pytest.raises(BadToken):
        read_message_token(token)
