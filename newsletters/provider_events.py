"""What a provider's notice means here, from Anymail's words and, where they say less, its own.

Two mistakes are made by reading Anymail's alone. A soft bounce taken for a hard one loses a reader
whose mailbox was full, or everybody of a mail host that refused us for a day. A hard one missed is
written to for ever. When in doubt it is soft: repeated, it ends up blocked all the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from newsletters.delivery.answers import says_dead, status_in
from newsletters.models import DeliveryEvent

_Kind = DeliveryEvent.Kind
# Opens and clicks are left out: nothing is kept of what a person reads.
_KINDS: Final = {
    EventType.DELIVERED: _Kind.DELIVERED,
    EventType.DEFERRED: _Kind.DEFERRED,
    EventType.COMPLAINED: _Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: _Kind.LEFT,
    EventType.FAILED: _Kind.OTHER,
}
_SOFT_REASONS: Final = {
    RejectReason.BLOCKED,
    RejectReason.OTHER,
    RejectReason.SPAM,
    RejectReason.TIMED_OUT,
}
# A provider that will not send, for these reasons only, says something of the address.
_DEAD_REASONS: Final = {RejectReason.BOUNCED, RejectReason.INVALID}

# All classes of SparkPost's but 10, 30 and 90: invalid recipient, no such recipient, unsubscribed.
_CLASSES: Final = (1, *range(20, 26), 40, *range(50, 55), 60, 70, 80, 100)

# Where each provider's own event tells a soft bounce from a hard one, and what it then says, in
# lower case. The others' are told apart by Anymail. Read in the providers' webhook references.
_SOFT: Final[dict[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    "Amazon SES": (("bounce", "bounceType"), frozenset({"transient", "undetermined"})),
    "Brevo": (("event",), frozenset({"soft_bounce"})),
    "MailerSend": (("data", "type"), frozenset({"soft_bounced"})),
    "Mailjet": (("hard_bounce",), frozenset({"false"})),
    "Mandrill": (("event",), frozenset({"soft_bounce"})),
    "Postmark": (("Type",), frozenset({"softbounce"})),
    "Resend": (("data", "bounce", "type"), frozenset({"transient", "undetermined"})),
    # « blocked »: the mail host refused us, not the reader; SendGrid goes on writing to them.
    "SendGrid": (("type",), frozenset({"blocked"})),
    "SparkPost": (("msys", "message_event", "bounce_class"), frozenset(map(str, _CLASSES))),
}
_SOFT["SendinBlue"] = _SOFT["Brevo"]  # its name until 2023, still an address of Anymail's


def kind_of(event: AnymailTrackingEvent, provider: str) -> DeliveryEvent.Kind | None:
    """What an event means here; None for what changes nothing (queued, sent, opened…)."""
    if provider == "Postal" and event.event_type == EventType.FAILED:
        return _failed_at_postal(event)
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED}:
        return _KINDS.get(event.event_type)
    if event.event_type == EventType.REJECTED:
        if event.reject_reason == RejectReason.UNSUBSCRIBED:
            return _Kind.LEFT
        if event.reject_reason not in _DEAD_REASONS:
            return _Kind.DEFERRED
    status = status_in(event.mta_response or "")
    soft = _is_soft(event, provider) or (status and not says_dead(status))
    return _Kind.DEFERRED if soft else _Kind.BOUNCED


def references_of(event: AnymailTrackingEvent, provider: str) -> tuple[str, ...]:
    """What may name one of our messages: the note we gave with it, or its Message-ID."""
    found = [str((event.metadata or {}).get("delivery", "")), event.message_id or ""]
    if provider == "Postal":  # takes no note; Anymail's `message_id` is a number of Postal's own
        names = ("message", "original_message")
        found += [_said(event, ("payload", name, "message_id")) for name in names]
    return tuple(str(one) for one in found if one)


def _failed_at_postal(event: AnymailTrackingEvent) -> DeliveryEvent.Kind:
    """« HardFail » is a mail host's final refusal, or Postal's own; its words tell."""
    dead = says_dead(status_in(event.mta_response or ""))
    return _Kind.BOUNCED if dead else _Kind.DEFERRED


def _is_soft(event: AnymailTrackingEvent, provider: str) -> bool:
    path, soft = _SOFT.get(provider, ((), frozenset()))
    return event.reject_reason in _SOFT_REASONS or _said(event, path).lower() in soft


def _said(event: AnymailTrackingEvent, path: tuple[str, ...]) -> str:
    """A value of the provider's own event, "" when it is not there."""
    found: Any = event.esp_event
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return "" if found is None or not path else str(found)
