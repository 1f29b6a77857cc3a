"""Providers' webhooks, already authenticated and normalised by Anymail, become notices."""

from typing import Any, Final

from django.dispatch import receiver

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking

from newsletters.delivery.events import Notice, record
from newsletters.models import DeliveryEvent

_Kind = DeliveryEvent.Kind
# Opens and clicks are left out: nothing is kept of what a person reads.
_KINDS: Final = {
    EventType.DELIVERED: _Kind.DELIVERED,
    EventType.DEFERRED: _Kind.DEFERRED,
    EventType.COMPLAINED: _Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: _Kind.LEFT,
}
# What the provider's own name for the event says, where Anymail's says less: Brevo's hard and soft
# bounces both arrive as « bounced », and suppressing on a full mailbox would lose readers.
_SOFT_NAMES: Final = {"soft_bounce", "soft_bounced", "softbounce", "transient", "deferred"}
_SOFT_REASONS: Final = {
    RejectReason.BLOCKED,
    RejectReason.OTHER,
    RejectReason.SPAM,
    RejectReason.TIMED_OUT,
}


@receiver(tracking, dispatch_uid="newsletters.tracking")
def on_tracking(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    kind = kind_of(event)
    if kind is None:
        return
    metadata = event.metadata or {}
    references = (str(metadata.get("delivery", "")), event.message_id or "")
    record(
        Notice(
            kind,
            event.timestamp,
            esp_name,
            tuple(filter(None, references)),
            event.recipient or "",
            event.mta_response or event.description or "",
        )
    )


def kind_of(event: AnymailTrackingEvent) -> DeliveryEvent.Kind | None:
    """What a provider's event means here; None for what changes nothing (queued, sent…)."""
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}:
        return _KINDS.get(event.event_type)
    if event.event_type == EventType.FAILED:
        return _Kind.OTHER
    if _own_name(event) in _SOFT_NAMES or event.reject_reason in _SOFT_REASONS:
        return _Kind.DEFERRED
    if event.event_type == EventType.REJECTED and event.reject_reason == RejectReason.UNSUBSCRIBED:
        return _Kind.LEFT
    return _Kind.BOUNCED


def _own_name(event: AnymailTrackingEvent) -> str:
    """Brevo: {"event": "soft_bounce"}; SES: bounceType; Postmark: Type; Mailjet: hard_bounce."""
    said = event.esp_event if isinstance(event.esp_event, dict) else {}
    if said.get("hard_bounce") is False:
        return "soft_bounce"
    bounce = said.get("bounce")
    kinds = [said.get("event"), said.get("Type"), said.get("type")]
    if isinstance(bounce, dict):
        kinds.append(bounce.get("bounceType"))
    names = [str(kind).lower().replace("-", "_") for kind in kinds if kind]
    return next((name for name in names if name in _SOFT_NAMES), "")
