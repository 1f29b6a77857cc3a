"""The figures of a sending that its screens show beside the equation."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Min
from django.utils import timezone

from newsletters.delivery.thresholds import percent, rates
from newsletters.models import Delivery, Equation, Mailing, RateLimit, SendingRules

_RATE_WINDOW: Final = timedelta(seconds=30)
_NOTHING_LATELY: Final = "Aucun message depuis une demi-minute : l’envoi attend."


def refusals(mailing: Mailing) -> list[dict[str, Any]]:
    """Refusals by code and words, most frequent first; the words hold no address."""
    refused = mailing.deliveries.filter(state=Delivery.State.REFUSED).order_by()
    groups = refused.values("reply_code", "reply_text").annotate(count=Count("pk"))
    return list(groups.order_by("-count", "reply_code", "reply_text")[:20])


def pace(mailing: Mailing) -> dict[str, Any]:
    """Messages per second over the last half minute, and seconds left at that rate (or None)."""
    now = timezone.now()
    recent = mailing.deliveries.filter(settled_at__gte=now - _RATE_WINDOW)
    found = recent.aggregate(count=Count("pk"), first=Min("settled_at"))
    # From the first of them: a sending that began, or began again, less than half a minute ago
    # would otherwise seem slow.
    seconds = max((now - found["first"]).total_seconds(), 1) if found["first"] else 1
    rate = found["count"] / seconds
    remaining = mailing.deliveries.unsettled().count()
    eta = round(remaining / rate) if rate and remaining else None
    words = f"{rate:.1f}".replace(".", ",") + " messages par seconde"
    if eta is not None:
        words += f", encore {duration(eta)} environ"
    return {"rate": round(rate, 1), "eta": eta, "pace": words if rate else _NOTHING_LATELY}


def duration(seconds: int) -> str:
    """« 45 s », « 5 min », « 2 h 05 min »: an estimate promises no more than it knows."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def balance(equation: Equation) -> str:
    """The equation of the ledger in one sentence, or the alarm when it does not balance."""
    if not equation.balances:
        return "Les comptes ne tombent pas juste : prévenez l’administration du site."
    audience, *parts = equation.as_dict().values()
    return f"L’équation est juste : {audience} = {' + '.join(map(str, parts))}."


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
    if not rules.canary_minutes:
        return f"{group}, jugées sans attendre"
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
