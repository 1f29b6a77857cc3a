"""The figures of a sending that its screens show beside the equation."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone

from newsletters.models import Delivery, Mailing

_RATE_WINDOW: Final = timedelta(seconds=30)


def refusals(mailing: Mailing) -> list[dict[str, Any]]:
    """Refusals by code and words, most frequent first; the words hold no address."""
    refused = mailing.deliveries.filter(state=Delivery.State.REFUSED).order_by()
    groups = refused.values("reply_code", "reply_text").annotate(count=Count("pk"))
    return list(groups.order_by("-count", "reply_code", "reply_text")[:20])


def pace(mailing: Mailing) -> dict[str, Any]:
    """Messages per second over the last half minute, and seconds left at that rate (or None)."""
    recent = mailing.deliveries.filter(settled_at__gte=timezone.now() - _RATE_WINDOW)
    rate = recent.count() / _RATE_WINDOW.total_seconds()
    remaining = mailing.deliveries.unsettled().count()
    eta = round(remaining / rate) if rate and remaining else None
    words = f"{rate:.1f}".replace(".", ",") + " messages/s"
    if eta is not None:
        words += f", encore {timedelta(seconds=eta)}" if eta >= 60 else f", encore {eta} s"
    return {"rate": round(rate, 1), "eta": eta, "pace": words if rate else "–"}
