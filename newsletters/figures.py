"""The figures of a sending that its screens show beside the equation."""

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min
from django.utils import timezone

from newsletters.delivery.thresholds import percent, rates
from newsletters.models import (
    Delivery,
    DeliveryEvent,
    Equation,
    Mailing,
    RateLimit,
    SendingRules,
)

_RATE_WINDOW: Final = timedelta(seconds=30)
_MOST_REASONS: Final = 20
# What a relay writes differently each time: the number it gave the message, a host, a date.
_OWN_NUMBER: Final = re.compile(r"\S*\d\S*\d\S*")
_ENHANCED: Final = re.compile(r"([245]\.\d+\.\d+ )?(.*)", re.DOTALL)

_State = Delivery.State


def refusals(mailing: Mailing) -> list[dict[str, Any]]:
    """Refusals by code and words, most frequent first, then all others as one; no address.

    Shapes: reply_code (None: without one), reply_text, count. They add up to the equation's.
    """
    refused = mailing.deliveries.filter(state=_State.REFUSED).order_by()
    groups = Counter[tuple[int, str]]()
    for code, text, count in refused.values_list("reply_code", "reply_text").annotate(Count("pk")):
        groups[code or 0, _alike(text)] += count
    ordered = sorted(groups.items(), key=lambda one: (-one[1], one[0]))
    rows: list[dict[str, Any]] = [
        {"reply_code": code or None, "reply_text": text, "count": count}
        for (code, text), count in ordered[:_MOST_REASONS]
    ]
    if others := sum(count for _, count in ordered[_MOST_REASONS:]):
        rows.append({"reply_code": None, "reply_text": "autres réponses", "count": others})
    return rows


def _alike(text: str) -> str:
    enhanced, words = _ENHANCED.fullmatch(text).groups()  # type: ignore[union-attr]
    return (enhanced or "") + _OWN_NUMBER.sub("…", words)


def skips(mailing: Mailing) -> list[tuple[str, int]]:
    """(reason, how many) of those set aside, most frequent first; they add up to the equation's."""
    rows = mailing.deliveries.filter(state=_State.SKIPPED).order_by()
    found = rows.values_list("skip_reason").annotate(count=Count("pk"))
    labels = dict(Delivery.SkipReason.choices)
    return [(labels.get(reason, "–"), count) for reason, count in found.order_by("-count")]


def aftermath(mailing: Mailing) -> list[tuple[str, str, int]]:
    """(kind, label, people) of what was learned after the letters had left, in the kinds' order."""
    events = DeliveryEvent.objects.filter(delivery__mailing=mailing).order_by()
    people = Count("delivery", distinct=True)
    counts = dict(events.values_list("kind").annotate(people=people))
    return [(*kind, counts[kind[0]]) for kind in DeliveryEvent.Kind.choices if kind[0] in counts]


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
    words = f"{rate:.1f}".replace(".", ",") + f" message{'s' if rate >= 2 else ''} par seconde"
    if eta is not None:
        words += f", encore {duration(eta)} environ"
    return {"rate": round(rate, 1), "eta": eta, "pace": words if rate else _waiting(mailing, now)}


def _waiting(mailing: Mailing, now: datetime) -> str:
    """Why nothing has left for half a minute, as far as the ledger tells."""
    if mailing.state != Mailing.State.SENDING:
        return ""
    rows = mailing.deliveries.unsettled()
    held = rows.filter(state=_State.CLAIMED, lease_until__gt=now)
    due = rows.exclude(state=_State.CLAIMED).exclude(not_before__gt=now)
    if held.exists():
        why = "le relais tarde à répondre"
    elif due.exists():
        why = "l’envoi attend ; si cela dure, le programme d’envoi est arrêté, ou le débit très bas"
    elif following := rows.aggregate(at=Min("not_before"))["at"]:
        return (
            f"Le reste attend un nouvel essai, à partir de {timezone.localtime(following):%H:%M}."
        )
    else:
        why = "l’envoi attend"
    return f"Aucun message depuis une demi-minute : {why}."


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
        "faults": f"pause après {rules.cuts} coupures ou silences du relais de suite, ou"
        f" {rules.delays} reports ; reprise automatique, de plus en plus espacée",
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
