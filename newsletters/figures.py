"""The figures of a sending that its screens show beside the equation."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone

from newsletters.delivery.thresholds import percent, rates
from newsletters.models import Delivery, Mailing, RateLimit, SendingRules

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


def safeguards(mailing: Mailing) -> dict[str, str]:
    """What may hold or stop this sending, in words: first group, breaker, rate, time limit."""
    rules = SendingRules.load()
    limit = timezone.localtime(mailing.stop_after) if mailing.stop_after else None
    return {
        "first_group": _first_group(mailing, rules),
        "breaker": _breaker(mailing, rules),
        "limits": " ; ".join(map(_limit, RateLimit.objects.all())) or "sans limite",
        "stop_after": f"{limit:%d/%m/%Y à %H:%M}, puis une question" if limit else "aucune",
    }


def _first_group(mailing: Mailing, rules: SendingRules) -> str:
    if not rules.canary_size:
        return "aucun"
    if mailing.audience is not None and mailing.audience <= rules.canary_size:
        return f"aucun : l’audience ne dépasse pas {rules.canary_size} personnes"
    group = f"{rules.canary_size} personnes"
    if mailing.canary_passed:
        return f"{group}, observation terminée"
    return f"{group}, puis {rules.canary_minutes} min d’observation"


def _breaker(mailing: Mailing, rules: SendingRules) -> str:
    if mailing.breaker_off:
        return "levé pour cet envoi"
    found = rates(mailing)
    answered = max(found.answered, 1)
    return (
        f"rebonds définitifs {percent(100 * found.hard / answered)}"
        f" (seuil {percent(rules.hard_percent)}),"
        f" plaintes {percent(100 * found.complaints / answered)}"
        f" (seuil {percent(rules.complaint_percent)}) ; jugés après {rules.sample} réponses"
    )


def _limit(limit: RateLimit) -> str:
    parts = [
        f"{number:g} par {unit}".replace(".", ",")
        for number, unit in ((limit.per_second, "seconde"), (limit.per_hour, "heure"))
        if number
    ]
    return f"{limit} : {', '.join(parts)}"
