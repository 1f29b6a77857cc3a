"""Erasure on demand (RGPD art. 17): what names the person goes, what counts them stays."""

import logging

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from wagtail.models import ModelLogEntry

from newsletters.consent.suppression import suppress
from newsletters.models import ConsentEvent, Delivery, Errand, Subscriber, Subscription

logger = logging.getLogger(__name__)


@transaction.atomic
def erase(*, subscriber: Subscriber, origin: str) -> None:
    """Delete a person; a keyed hash stays, so that no import brings them back.

    The rows of past sendings lose their address and stay in their equations; a row still to be
    sent is struck out by its claim (« données effacées »). The ledger's lines stay as proof
    without the person. `origin` is French: by which way. Erasing twice changes nothing.
    """
    person = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    if person is None:
        return
    _write(person, origin)
    suppress(person.email_key, origin)
    forget_address(Delivery.objects.filter(subscriber=person))
    Errand.objects.about_address(person.email_key).delete()
    # Wagtail's history repeats the name in every line about the person.
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Subscriber), object_id=str(person.pk)
    )
    entries.update(label="Données effacées", data={})
    logger.info("event=erased subscriber=%s", person.pk)
    person.delete()


def _write(person: Subscriber, origin: str) -> None:
    """A line for each letter still received, as a departure counts in that letter's figures; one
    line without a letter when there is none."""
    active = person.subscriptions.filter(state=Subscription.State.ACTIVE)
    letters: list[int | None] = list(active.values_list("periodical", flat=True))
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            subscriber=person,
            periodical_id=letter,
            action=ConsentEvent.Action.ERASED,
            origin=origin,
        )
        for letter in letters or [None]
    )


def forget_address(deliveries: QuerySet[Delivery]) -> int:
    """Replace the addresses of these rows by their numbers; how many rows.

    Unique still: (mailing, email) is what keeps one row a person.
    """
    number = Cast(F("pk"), CharField())
    return deliveries.update(email=Concat(Value("effacee-"), number))
