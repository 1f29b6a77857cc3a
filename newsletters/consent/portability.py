"""« Exporter mes données » (RGPD art. 15 and 20): everything kept about one person."""

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from wagtail.models import ModelLogEntry

from newsletters.models import Delivery, Errand, Subscriber, SubscriberImport


def personal_data(subscriber: Subscriber) -> dict[str, Any]:
    """What is kept, under French names, as JSON takes it; moments in local time, ISO 8601.

    Not the keyed digests of limits and refusals, which nobody can read back, nor who of the staff
    opened the file, who is another person (CJUE C-579/21).
    """
    return {
        "coordonnées": _details(subscriber),
        "abonnements": _subscriptions(subscriber),
        "preuves du consentement": _proofs(subscriber),
        "lettres envoyées": _letters(subscriber),
        "demandes en cours": _errands(subscriber),
        "consultations de la fiche": _sights(subscriber),
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
        "bloquée le": _moment(subscriber.blocked_at),
        "import": _import(subscriber.created_by_import),
    }


def _subscriptions(subscriber: Subscriber) -> list[dict[str, str]]:
    return [
        {
            "lettre": one.periodical.title,
            "état": one.get_state_display(),
            "base légale": one.get_basis_display(),
            "source": one.basis_source,
            "informé·e le": _moment(one.notified_at),
            "import": _import(one.created_by_import),
            "demandé le": _moment(one.created_at),
            "dernière demande le": _moment(one.asked_at),
            "confirmé le": _moment(one.confirmed_at),
            "désinscrit·e le": _moment(one.left_at),
            "raison du départ": one.get_left_reason_display(),
        }
        for one in subscriber.subscriptions.select_related(
            "periodical", "created_by_import"
        ).order_by("pk")
    ]


def _proofs(subscriber: Subscriber) -> list[dict[str, str]]:
    return [
        {
            "le": _moment(event.at),
            "action": event.get_action_display(),
            "lettre": event.periodical.title if event.periodical else "",
            "origine": event.origin,
            "formulaire": event.form_url,
            "base légale": event.get_basis_display(),
            "texte présenté": event.notice_text,
            "version du texte": event.notice_version,
        }
        for event in subscriber.consent_events.select_related("periodical")
    ]


def _letters(subscriber: Subscriber) -> list[dict[str, str]]:
    rows = subscriber.deliveries.select_related("mailing").prefetch_related("events")
    rows = rows.defer("mailing__html", "mailing__text")
    return [
        {
            "objet": row.mailing.subject,
            "adresse": row.email,
            "résultat": row.get_state_display(),
            "motif": row.get_skip_reason_display(),
            "réponse": f"{row.reply_code or ''} {row.reply_text}".strip(),
            "le": _moment(row.settled_at),
            "suites": _events(row),
        }
        for row in rows.order_by("pk")
    ]


def _events(row: Delivery) -> str:
    """« Rebond définitif (2 mars 2026) : mailbox unknown ; … »"""
    return " ; ".join(
        f"{event} : {event.detail}" if event.detail else str(event) for event in row.events.all()
    )


def _errands(subscriber: Subscriber) -> list[dict[str, str]]:
    """What forms asked for, not done yet; of one not looked up, what was typed with the address."""
    about = Errand.objects.about_address(subscriber.email_key)
    return [
        {
            "le": _moment(errand.created_at),
            "nature": errand.get_kind_display(),
            "saisi": ", ".join(
                str(value) for value in errand.details.values() if value and isinstance(value, str)
            ),
        }
        for errand in (subscriber.errands.all() | about).order_by("pk")
    ]


def _sights(subscriber: Subscriber) -> list[dict[str, str]]:
    """When the staff opened or changed the file of this very person, without who did."""
    lines = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Subscriber), object_id=str(subscriber.pk)
    )
    return [
        {"le": _moment(line.timestamp), "action": str(line.message)}
        for line in lines.order_by("timestamp", "pk")
    ]


def _import(row: SubscriberImport | None) -> str:
    return f"n° {row.pk}, {timezone.localtime(row.created_at):%d/%m/%Y}" if row else ""


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""
