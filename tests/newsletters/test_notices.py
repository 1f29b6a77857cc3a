"""Webhooks as providers post them, through Anymail's views."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from django.core.checks import run_checks

import pytest
import time_machine

from newsletters import consent
from newsletters.delivery.events import Kind, Notice, record
from newsletters.models import Delivery, DeliveryEvent, Mailing, Subscription, Suppression
from newsletters.tokens import BadToken, message_token, read_message_token
from tests.builders import make_sending, make_subscription

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
State = Delivery.State


@pytest.fixture
def row() -> Delivery:
    make_sending(1)
    Delivery.objects.update(state=State.ACCEPTED)
    return Delivery.objects.select_related("subscriber", "subscription").get()


def reference(row: Delivery) -> str:
    return f"{row.pk}.{message_token(row.pk)}"


def brevo(client, row: Delivery, event: str, *, secret: str = "lettre:secret", **more):
    payload = {
        "event": event,
        "email": row.email,
        "ts_epoch": 1772442000000,
        "message-id": "<fournisseur@example.org>",
        "X-Mailin-custom": json.dumps({"delivery": reference(row)}),
    } | more
    return client.post(
        "/anymail/brevo/tracking/",
        json.dumps(payload),
        content_type="application/json",
        headers={"authorization": f"Basic {b64encode(secret.encode()).decode()}"},
    )


def test_a_hard_bounce_blocks_the_address(client, row):
    assert brevo(client, row, "hard_bounce", reason="550 unknown").status_code == 200
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_reason == "Rebond définitif (Brevo)"
    assert DeliveryEvent.objects.get().kind == Kind.BOUNCED
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


@pytest.mark.parametrize("event", ["soft_bounce", "deferred", "blocked"])
def test_a_soft_bounce_blocks_nobody(client, row, event):
    brevo(client, row, event)
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_at is None
    assert DeliveryEvent.objects.get().kind == Kind.DEFERRED


@pytest.mark.parametrize("event", ["request", "opened", "click", "proxy_open"])
def test_what_a_person_reads_is_not_kept(client, row, event):
    assert brevo(client, row, event).status_code == 200
    assert not DeliveryEvent.objects.exists()


def test_an_absence_told_by_a_provider_says_nothing(client, row, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "k"}
    absence = {
        "RecordType": "Bounce",
        "Type": "AutoResponder",
        "Email": row.email,
        "MessageID": "x",
        "ID": 1,
        "BouncedAt": "2126-03-02T09:00:00Z",
        "Metadata": {"delivery": reference(row)},
    }
    secret = b64encode(b"lettre:secret").decode()
    answer = client.post(
        "/anymail/postmark/tracking/",
        json.dumps(absence),
        content_type="application/json",
        headers={"authorization": f"Basic {secret}"},
    )
    assert answer.status_code == 200
    assert not DeliveryEvent.objects.exists()
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_at is None


def test_a_complaint_unsubscribes_and_is_never_imported_again(client, row):
    brevo(client, row, "spam")
    row.subscription.refresh_from_db()
    assert row.subscription.state == Subscription.State.LEFT
    assert Suppression.objects.get().reason == "Plainte (Brevo)"


@pytest.mark.parametrize("secret", ["lettre:autre", ""])
def test_without_the_secret_nothing_is_believed(client, row, secret):
    assert brevo(client, row, "spam", secret=secret).status_code == 400
    assert not DeliveryEvent.objects.exists()


def test_a_notice_sent_again_changes_nothing(client, row):
    brevo(client, row, "hard_bounce")
    type(row.subscriber).objects.update(blocked_at=None)
    assert brevo(client, row, "hard_bounce").status_code == 200
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_at is None
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "state"),
    [("delivered", "accepted"), ("hard_bounce", "refused"), ("soft_bounce", "uncertain")],
)
def test_a_doubt_is_settled_by_what_the_provider_says(client, row, event, state):
    Delivery.objects.update(state=State.UNCERTAIN)
    brevo(client, row, event)
    row.refresh_from_db()
    assert row.state == state
    assert Mailing.objects.get().equation().balances


def test_a_message_id_of_ours_is_enough(client, row):
    message_id = f"<{row.mailing_id}.{reference(row)}@example.org>"
    brevo(client, row, "hard_bounce", **{"X-Mailin-custom": "{}", "message-id": message_id})
    assert DeliveryEvent.objects.get().delivery == row


def test_mail_outside_the_ledger_is_matched_by_its_address(client, row):
    brevo(client, row, "hard_bounce", **{"X-Mailin-custom": "{}", "ts_epoch": 4102444800000})
    row.subscriber.refresh_from_db()
    assert row.subscriber.blocked_at is not None
    assert not DeliveryEvent.objects.exists()


def test_an_old_notice_by_address_does_not_undo_what_the_person_did_since(client, row):
    brevo(client, row, "spam", **{"X-Mailin-custom": "{}", "ts_epoch": 1000})
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


@pytest.mark.parametrize(
    ("days", "delivered_at", "blocked"),
    [
        ([0, 15, 29], None, False),
        ([0, 31], None, False),
        ([0, 15, 31], None, True),
        ([0, 15, 31], 20, False),
    ],
)
def test_soft_bounces_block_by_number_and_duration(row, days, delivered_at, blocked):
    told = [(day, Kind.DEFERRED) for day in days]
    if delivered_at is not None:
        told.append((delivered_at, Kind.DELIVERED))
    for day, kind in sorted(told):
        record(Notice(kind, NOW + timedelta(days=day), "Brevo", (reference(row),)))
    row.subscriber.refresh_from_db()
    assert (row.subscriber.blocked_at is not None) is blocked


@pytest.mark.parametrize(("between", "blocked"), [(None, True), (10, False), (28, True)])
def test_a_letter_that_never_came_back_ends_a_series_of_soft_bounces(row, between, blocked):
    """A plain relay says when a mailbox is full, never when it is not any more."""
    if between is not None:
        Mailing.objects.update(state=Mailing.State.FINISHED)
        other = Mailing.objects.create(
            **{name: getattr(row.mailing, name) for name in ("issue", "subject", "from_email")}
        )
        settled = NOW + timedelta(days=between)
        person = {"subscriber": row.subscriber, "email": row.email, "state": State.ACCEPTED}
        Delivery.objects.create(mailing=other, settled_at=settled, **person)
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        for day in (0, 5, 31):
            record(Notice(Kind.DEFERRED, NOW + timedelta(days=day), "avis", (reference(row),)))
    row.subscriber.refresh_from_db()
    assert (row.subscriber.blocked_at is not None) is blocked


def test_an_unblocked_address_is_not_blocked_again_by_what_was_said_before(row):
    """Neither by a report read late, nor by the first soft bounce after three others."""
    person = row.subscriber
    for day in (0, 15, 31):
        record(Notice(Kind.DEFERRED, NOW + timedelta(days=day), "avis", (reference(row),)))
    person.refresh_from_db()
    assert person.blocked_at is not None
    with time_machine.travel(NOW + timedelta(days=40)):
        consent.unblock(subscriber=person, origin="essai")
    for kind, day in ((Kind.BOUNCED, 39), (Kind.DEFERRED, 45)):
        record(Notice(kind, NOW + timedelta(days=day), "avis", (reference(row),)))
    person.refresh_from_db()
    assert person.blocked_at is None
    record(Notice(Kind.BOUNCED, NOW + timedelta(days=46), "avis", (reference(row),)))
    person.refresh_from_db()
    assert person.blocked_at is not None


def test_no_address_is_kept_in_the_detail(row):
    words = f"550 5.1.1 <{row.email}> unknown"
    record(Notice(Kind.BOUNCED, NOW, "Brevo", (reference(row),), detail=words))
    assert row.email not in DeliveryEvent.objects.get().detail


def test_a_complaint_ends_every_series(row):
    from tests.builders import make_periodical

    other = make_subscription("x@example.org", periodical=make_periodical(code="b", title="B"))
    Subscription.objects.filter(pk=other.pk).update(subscriber=row.subscriber)
    record(Notice(Kind.COMPLAINED, NOW, "Brevo", (reference(row),)))
    assert set(Subscription.objects.values_list("state", flat=True)) == {"left"}


@pytest.mark.parametrize("value", ["", "1", "1.x", "<1.2.x@example.org>", "é.é", "-1.0", "0.0.0"])
def test_a_reference_that_is_not_ours_is_refused(value):
    with pytest.raises(BadToken):
        read_message_token(value)


def test_a_provider_without_a_secret_is_told_at_start(settings):
    settings.EMAIL_BACKEND = "anymail.backends.brevo.EmailBackend"
    settings.ANYMAIL = {}
    assert "newsletters.E001" in {found.id for found in run_checks(tags=["security"])}
