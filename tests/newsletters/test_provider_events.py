"""What every provider that Anymail normalises says of one message, as its webhook posts it."""

import json
from collections.abc import Callable
from typing import Any

from django.test import RequestFactory

import pytest
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailersend import MailerSendTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.mailtrap import MailtrapTrackingWebhookView
from anymail.webhooks.mandrill import MandrillCombinedWebhookView
from anymail.webhooks.postal import PostalTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from anymail.webhooks.unisender_go import UnisenderGoTrackingWebhookView

from newsletters.delivery.answers import says_dead, status_in
from newsletters.delivery.events import Kind
from newsletters.delivery.providers import PROVIDERS
from newsletters.models import Delivery, DeliveryEvent, Subscriber
from newsletters.provider_events import kind_of
from newsletters.receivers import on_tracking
from newsletters.tokens import message_token
from tests.builders import make_sending

READER = "lecteur00001@example.org"
SECRET = "secret-d-essai"
WHEN = 1772442000
ISO = "2026-03-02T09:00:00Z"
Said = dict[str, Any]


def brevo(note: str, event: str, **more: Any) -> Said:
    custom = json.dumps({"delivery": note})
    return {"event": event, "email": READER, "ts_epoch": WHEN * 1000, "X-Mailin-custom": custom} | (
        more
    )


def sendgrid(note: str, event: str, **more: Any) -> list[Said]:
    return [{"event": event, "email": READER, "timestamp": WHEN, "delivery": note} | more]


def sparkpost(note: str, kind: str, **more: Any) -> list[Said]:
    said = {"type": kind, "raw_rcpt_to": READER, "timestamp": str(WHEN)}
    return [{"msys": {"message_event": said | {"rcpt_meta": {"delivery": note}} | more}}]


def mailgun(note: str, event: str, **more: Any) -> Said:
    said = {"event": event, "recipient": READER, "timestamp": float(WHEN)}
    return {"signature": {}, "event-data": said | {"user-variables": {"delivery": note}} | more}


def mailjet(note: str, event: str, **more: Any) -> Said:
    payload = json.dumps({"delivery": note})
    return {"event": event, "email": READER, "time": WHEN, "Payload": payload} | more


def mailersend(note: str, kind: str, **more: Any) -> Said:
    email = {"message": {"id": "abc"}, "recipient": {"email": READER}}
    said = {"type": kind, "email": email, "created_at": ISO} | more
    return {"type": f"activity.{kind}", "data": said}


def mandrill(note: str, event: str, **more: Any) -> Said:
    msg = {"email": READER, "metadata": {"delivery": note}, "diag": more.pop("diag", "")}
    return {"event": event, "ts": WHEN, "_id": "abc", "msg": msg} | more


def postmark(note: str, kind: str, **more: Any) -> Said:
    said = {"RecordType": "Bounce", "Type": kind, "Email": READER, "BouncedAt": ISO, "ID": 1}
    return said | {"Metadata": {"delivery": note}} | more


def resend(note: str, kind: str, **bounce: str) -> Said:
    headers = [{"name": "X-Metadata", "value": json.dumps({"delivery": note})}]
    data = {"to": [READER], "headers": headers, "email_id": "abc"}
    if bounce:
        data["bounce"] = {"message": "The email provider sent a bounce message."} | bounce
    return {"type": kind, "created_at": ISO, "data": data}


def ses(note: str, kind: str, **more: Any) -> Said:
    headers = [{"name": "X-Metadata", "value": json.dumps({"delivery": note})}]
    said = {"eventType": kind, "mail": {"destination": [READER], "headers": headers}} | more
    return {
        "Type": "Notification",
        "MessageId": "1",
        "Timestamp": ISO,
        "Message": json.dumps(said),
    }


def ses_bounce(note: str, kind: str) -> Said:
    people = [{"emailAddress": READER}]
    bounce = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": people}
    return ses(note, "Bounce", bounce=bounce)


def mailtrap(note: str, event: str, **more: Any) -> Said:
    said = {"event": event, "email": READER, "timestamp": WHEN, "message_id": "abc"}
    return {"events": [said | {"custom_variables": {"delivery": note}} | more]}


def postal(note: str, **payload: Any) -> Said:
    message = {"id": 7, "to": READER, "message_id": f"1.{note}@example.org"}
    name = "original_message" if "bounce" in payload else "message"
    return {"timestamp": WHEN, "uuid": "u", "payload": {name: message} | payload}


def unisender(note: str, status: str, **info: str) -> Said:
    data = {"email": READER, "status": status, "event_time": "2026-03-02 09:00:00"}
    data |= {"metadata": {"delivery": note}, "delivery_info": info}
    event = {"event_name": "transactional_email_status", "event_data": data}
    return {"auth": "x", "events_by_user": [{"events": [event]}]}


# Its constructor wants boto3, which reading its events does not.
SES = AmazonSESTrackingWebhookView.__new__(AmazonSESTrackingWebhookView)
VIEWS = {
    brevo: BrevoTrackingWebhookView(),
    mailersend: MailerSendTrackingWebhookView(signing_secret=SECRET),
    mailgun: MailgunTrackingWebhookView(webhook_signing_key=SECRET),
    mailjet: MailjetTrackingWebhookView(),
    mailtrap: MailtrapTrackingWebhookView(),
    mandrill: MandrillCombinedWebhookView(webhook_key=SECRET),
    postal: PostalTrackingWebhookView(webhook_key=SECRET),
    postmark: PostmarkTrackingWebhookView(),
    resend: ResendTrackingWebhookView(),
    sendgrid: SendGridTrackingWebhookView(),
    ses: SES,
    ses_bounce: SES,
    sparkpost: SparkPostTrackingWebhookView(),
    unisender: UnisenderGoTrackingWebhookView(api_key=SECRET),
}
DEAD, FULL = "550 5.1.1 no such user here", "552 5.2.2 mailbox full"
BLOCKED = "550 5.7.1 blocked by our policy"

SAID: list[tuple[Callable[..., Any], tuple[str, ...], Said, Kind | None]] = [
    (brevo, ("hard_bounce",), {"reason": DEAD}, Kind.BOUNCED),
    (brevo, ("hard_bounce",), {"reason": BLOCKED}, Kind.DEFERRED),
    (brevo, ("invalid_email",), {}, Kind.BOUNCED),
    (brevo, ("soft_bounce",), {"reason": FULL}, Kind.DEFERRED),
    (brevo, ("blocked",), {}, Kind.DEFERRED),
    (brevo, ("delivered",), {}, Kind.DELIVERED),
    (brevo, ("spam",), {}, Kind.COMPLAINED),
    (brevo, ("unsubscribe",), {}, Kind.LEFT),
    (brevo, ("request",), {}, None),
    (sendgrid, ("bounce",), {"type": "bounce", "reason": DEAD}, Kind.BOUNCED),
    (sendgrid, ("bounce",), {"type": "blocked", "reason": "554 listed"}, Kind.DEFERRED),
    (sendgrid, ("dropped",), {"reason": "Bounced Address"}, Kind.BOUNCED),
    (sendgrid, ("dropped",), {"reason": "Spam Content"}, Kind.DEFERRED),
    (sendgrid, ("dropped",), {"reason": "Unsubscribed Address"}, Kind.LEFT),
    (sendgrid, ("deferred",), {"response": "451 4.7.1 later"}, Kind.DEFERRED),
    (sendgrid, ("spamreport",), {}, Kind.COMPLAINED),
    (sparkpost, ("bounce",), {"bounce_class": "10", "raw_reason": DEAD}, Kind.BOUNCED),
    (sparkpost, ("out_of_band",), {"bounce_class": "30"}, Kind.BOUNCED),
    (sparkpost, ("bounce",), {"bounce_class": "20"}, Kind.DEFERRED),
    (sparkpost, ("bounce",), {"bounce_class": "22", "raw_reason": FULL}, Kind.DEFERRED),
    (sparkpost, ("bounce",), {"bounce_class": "70"}, Kind.DEFERRED),
    (sparkpost, ("bounce",), {"bounce_class": "60"}, None),
    (sparkpost, ("policy_rejection",), {}, Kind.DEFERRED),
    (sparkpost, ("spam_complaint",), {}, Kind.COMPLAINED),
    (mailgun, ("failed",), {"severity": "permanent", "reason": "bounce"}, Kind.BOUNCED),
    (mailgun, ("failed",), {"severity": "temporary", "reason": "generic"}, Kind.DEFERRED),
    (mailgun, ("complained",), {}, Kind.COMPLAINED),
    (mailjet, ("bounce",), {"hard_bounce": True, "error": "user unknown"}, Kind.BOUNCED),
    (mailjet, ("bounce",), {"hard_bounce": False, "error": "quota exceeded"}, Kind.DEFERRED),
    (mailjet, ("blocked",), {"error": "preblocked"}, Kind.DEFERRED),
    (mailjet, ("spam",), {}, Kind.COMPLAINED),
    (mailtrap, ("bounce",), {"response": DEAD}, Kind.BOUNCED),
    (mailtrap, ("soft bounce",), {}, Kind.DEFERRED),
    (mailtrap, ("reject",), {}, Kind.DEFERRED),
    (mailtrap, ("spam",), {}, Kind.COMPLAINED),
    (mandrill, ("hard_bounce",), {"diag": f"smtp;{DEAD}"}, Kind.BOUNCED),
    (mandrill, ("soft_bounce",), {"diag": FULL}, Kind.DEFERRED),
    # Of our own account or address as well: « invalid-sender » once for each reader.
    (mandrill, ("reject",), {}, Kind.DEFERRED),
    (mandrill, ("spam",), {}, Kind.COMPLAINED),
    (postal, (), {"status": "HardFail", "output": f"{DEAD}\n"}, Kind.BOUNCED),
    (postal, (), {"status": "HardFail", "output": BLOCKED}, Kind.DEFERRED),
    (postal, (), {"status": "HardFail", "details": "too many attempts"}, Kind.DEFERRED),
    (postal, (), {"status": "SoftFail"}, Kind.DEFERRED),
    (postal, (), {"status": "Sent"}, Kind.DELIVERED),
    (postal, (), {"bounce": {"id": 8}}, Kind.BOUNCED),
    (postmark, ("HardBounce",), {"Details": DEAD}, Kind.BOUNCED),
    (postmark, ("BadEmailAddress",), {}, Kind.BOUNCED),
    (postmark, ("SoftBounce",), {}, Kind.DEFERRED),
    (postmark, ("Unconfirmed",), {}, Kind.DEFERRED),
    (postmark, ("SpamNotification",), {}, Kind.COMPLAINED),
    (postmark, ("AutoResponder",), {}, None),
    (resend, ("email.bounced",), {"type": "Permanent"}, Kind.BOUNCED),
    (resend, ("email.bounced",), {"type": "Transient"}, Kind.DEFERRED),
    (resend, ("email.bounced",), {"type": "Undetermined"}, Kind.DEFERRED),
    (resend, ("email.complained",), {}, Kind.COMPLAINED),
    (ses_bounce, ("Permanent",), {}, Kind.BOUNCED),
    (ses_bounce, ("Transient",), {}, Kind.DEFERRED),
    (ses_bounce, ("Undetermined",), {}, Kind.DEFERRED),
    (ses, ("Send",), {}, None),
    (unisender, ("hard_bounced",), {"delivery_status": "err_user_unknown"}, Kind.BOUNCED),
    (unisender, ("soft_bounced",), {"delivery_status": "err_mailbox_full"}, Kind.DEFERRED),
    (unisender, ("spam",), {}, Kind.COMPLAINED),
    (mailersend, ("hard_bounced",), {"morph": {"object": "recipient_bounce"}}, Kind.BOUNCED),
    (mailersend, ("soft_bounced",), {"morph": {"object": "recipient_bounce"}}, Kind.DEFERRED),
    (mailersend, ("spam_complaint",), {}, Kind.COMPLAINED),
]
NAMES = [f"{said.__name__} {' '.join(words)} {more}" for said, words, more, _ in SAID]


def heard(said: Callable[..., Any], payload: Any) -> Any:
    """The event that Anymail makes of a post whose signature was checked."""
    factory = RequestFactory()
    if said is mandrill:
        request = factory.post("/", {"mandrill_events": json.dumps([payload])})
    else:
        request = factory.post("/", json.dumps(payload), content_type="application/json")
    [event] = VIEWS[said].parse_events(request)
    return event


@pytest.mark.parametrize(("said", "words", "more", "kind"), SAID, ids=NAMES)
def test_a_notice_means_what_the_provider_meant(said, words, more, kind):
    event = heard(said, said("1.x", *words, **more))
    assert kind_of(event, VIEWS[said].esp_name) == kind


def test_every_provider_with_a_way_back_is_heard():
    heard_of = {name for name, provider in PROVIDERS.items() if provider.notices}
    assert {view.esp_name for view in VIEWS.values()} == heard_of


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "words", "more", "kind"),
    [one for one in SAID if one[3] and one[0] is not mailersend],
)
def test_a_notice_finds_its_row_of_the_ledger(said, words, more, kind):
    make_sending(1)
    row = Delivery.objects.get()
    payload = said(f"{row.pk}.{message_token(row.pk)}", *words, **more)
    for _ in range(2):  # sent again, as providers do until they are answered
        on_tracking(None, heard(said, payload), VIEWS[said].esp_name)
    assert DeliveryEvent.objects.get().kind == kind
    assert (Subscriber.objects.get().blocked_at is not None) is (kind == Kind.BOUNCED)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("smtp; 550 5.1.1 <x@example.org> no such user", "5.1.1"),
        ("smtp;550-5.7.1 refused, see https://example.org/5.1.1.html", "5.7.1"),
        ("host mx.example.org[192.5.1.1] said: 550 User unknown", "5.0.0"),
        ("554 Client host [5.39.1.2] blocked", "5.7.0"),
        ("552 Mailbox full", "5.2.2"),
        ("550 5.0.0 no such user", "5.0.0"),
        ("451 later", "4.0.0"),
        ("no MX for this domain since 2019", ""),
    ],
)
def test_a_server_s_words_amount_to_a_status_code(words, status):
    assert status_in(words) == status


def test_a_refusal_of_ourselves_is_no_dead_address():
    assert not says_dead(status_in("554 listed at a block list"))
    assert says_dead(status_in("550 unknown"))
