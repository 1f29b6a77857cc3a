"""What the staff does to people's files: enrol one on paper, sort, block, unsubscribe on request.

The same rules as everywhere: nobody who left or is on the « liste repoussoir » comes back by the
staff's hand, and every change has its line in the ledger.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from newsletters.consent.suppression import suppressed
from newsletters.models import ConsentEvent, Periodical, Subscriber, Subscription, normalise
from pages.models import Territory, Theme

logger = logging.getLogger(__name__)


class NotEnrolled(ValueError):  # noqa: N818  (says what happened)
    """The address was left as it is; its French text says why."""


@transaction.atomic
def enrol_by_hand(
    *,
    email: str,
    values: Mapping[str, Any],
    letters: Collection[Periodical],
    territories: Collection[Territory],
    themes: Collection[Theme],
    basis: str,
    source: str,
    notified_at: datetime | None,
    notice_text: str,
) -> Subscriber:
    """Subscribe one new person, on a declared legal basis (RGPD art. 6).

    `values`: the plain fields of Subscriber. `source`: where the address or the agreement comes
    from. Raises NotEnrolled for an address already known or refused: that one only joins by itself.
    """
    key = normalise(email)
    if Subscriber.objects.filter(email_key=key).exists():
        raise NotEnrolled("Cette adresse est déjà au fichier : sa fiche n'est pas changée.")
    if suppressed([key]):
        raise NotEnrolled(
            "Cette adresse est sur la liste repoussoir : seule la personne peut revenir, par le "
            "formulaire public."
        )
    person = Subscriber.objects.create(email=email.strip(), source=source[:120], **values)
    person.territories.set(territories)
    person.themes.set(themes)
    for letter in letters:
        one = Subscription(basis=basis, basis_source=source[:200], notified_at=notified_at)
        _subscribe(person, letter, one, notice_text)
    logger.info("event=enrolled_by_hand subscriber=%s", person.pk)
    return person


def _subscribe(person: Subscriber, letter: Periodical, one: Subscription, notice: str) -> None:
    """Save a subscription whose basis is declared, active at once, with its proof."""
    one.subscriber, one.periodical = person, letter
    one.state, one.confirmed_at = Subscription.State.ACTIVE, timezone.now()
    one.save()
    ConsentEvent.objects.create(
        subscriber=person,
        periodical=letter,
        action=ConsentEvent.Action.IMPORTED,
        at=one.confirmed_at,
        origin=f"Inscription à la main – {one.basis_source}"[:200],
        basis=one.basis,
        notice_text=notice,
    )


@transaction.atomic
def add_theme(*, people: Collection[Subscriber], theme: Theme, origin: str) -> int:
    """Give these people one more theme; how many did not have it. `origin` is French."""
    links = Subscriber.themes.through
    known = set(
        links.objects.filter(theme_id=theme.pk, subscriber__in=people).values_list(
            "subscriber_id", flat=True
        )
    )
    fresh = [person for person in people if person.pk not in known]
    links.objects.bulk_create(links(subscriber_id=person.pk, theme_id=theme.pk) for person in fresh)
    now = timezone.now()
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person, action=ConsentEvent.Action.CHANGED, at=now, origin=origin[:200]
        )
        for person in fresh
    )
    return len(fresh)
