"""Providers' webhooks, already authenticated and normalised by Anymail, become notices."""

from typing import Any

from django.dispatch import receiver

from anymail.signals import AnymailTrackingEvent, tracking

from newsletters.delivery.events import Notice, record
from newsletters.provider_events import kind_of, references_of


@receiver(tracking, dispatch_uid="newsletters.tracking")
def on_tracking(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    kind = kind_of(event, esp_name)
    if kind is None:
        return
    record(
        Notice(
            kind,
            event.timestamp,
            esp_name,
            references_of(event, esp_name),
            event.recipient or "",
            event.mta_response or event.description or "",
        )
    )
