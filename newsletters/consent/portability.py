"""« Exporter mes données » (RGPD art. 15 and 20): everything kept about one person."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from newsletters.models import Subscriber


def personal_data(subscriber: Subscriber) -> dict[str, Any]:
    """What is kept, under French names, as JSON takes it; moments in local time, ISO 8601."""
    return {
        "coordonnées": _details(subscriber),
        "abonnements": _subscriptions(subscriber),
        "preuves du consentement": _proofs(subscriber),
        "lettres envoyées": [
            {
                "objet": row.mailing.subject,
                "adresse": row.email,
                "résultat": row.get_state_display(),
                "le": _moment(row.settled_at),
            }
            for row in subscriber.deliveries.select_related("mailing").order_by("pk")
        ],
    }


def _details(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "courriel": subscriber.email,
        "nouvelle adresse demandée": subscriber.wanted_email,
        "prénom": subscriber.first_name,
        "nom": subscriber.last_name,
        "organisme": subscriber.organisation,
        "fonction": subscriber.job_title,
        "type d'acteur": subscriber.get_actor_type_display(),
        "territoires": [place.name for place in subscriber.territories.all()],
        "thématiques": [theme.name for theme in subscriber.themes.all()],
        "adhérent·e": subscriber.is_member,
        "provenance": subscriber.source,
        "inscrit·e le": _moment(subscriber.created_at),
        "dernière action": _moment(subscriber.last_action_at),
        "relancé·e le": _moment(subscriber.reminded_at),
        "adresse bloquée": subscriber.blocked_reason,
    }


def _subscriptions(subscriber: Subscriber) -> list[dict[str, str]]:
    return [
        {
            "lettre": one.periodical.title,
            "état": one.get_state_display(),
            "base légale": one.get_basis_display(),
            "source": one.basis_source,
            "demandé le": _moment(one.created_at),
            "confirmé le": _moment(one.confirmed_at),
            "désinscrit·e le": _moment(one.left_at),
            "raison du départ": one.get_left_reason_display(),
        }
        for one in subscriber.subscriptions.select_related("periodical").order_by("pk")
    ]


def _proofs(subscriber: Subscriber) -> list[dict[str, str]]:
    return [
        {
            "le": _moment(event.at),
            "action": event.get_action_display(),
            "lettre": event.periodical.title if event.periodical else "",
            "origine": event.origin,
            "formulaire": event.form_url,
            "texte présenté": event.notice_text,
            "version du texte": event.notice_version,
        }
        for event in subscriber.consent_events.select_related("periodical")
    ]


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""
