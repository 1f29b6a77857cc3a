"""The link of « Recevoir mon lien »: proves the mailbox, opens one's own data for a day."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from newsletters.consent.changing import address_number
from newsletters.consent.joining import LinkClosed
from newsletters.consent.suppression import suppressed
from newsletters.models import Errand, Subscriber, normalise
from newsletters.tokens import Dated

ACCESS_HOURS: Final = timedelta(hours=24)


def access_to(person: Subscriber, at: datetime) -> Dated:
    """What the link says: whose data, since when, and the mailbox it was sent to."""
    return Dated(person.pk, at, (address_number(person.email),))


def bearer(*, access: Dated) -> Subscriber:
    """The person whose link this is. Raises LinkClosed: a day old, erased, or moved since."""
    person = Subscriber.objects.filter(pk=access.key).first()
    if person is None or timezone.now() - access.at > ACCESS_HOURS:
        raise LinkClosed
    if access.numbers != (address_number(person.email),):
        raise LinkClosed
    return person


def barred(email: str) -> bool:
    """Whether no form may write to this address: refused by its owner, or returned as dead."""
    key = normalise(email)
    blocked = Subscriber.objects.filter(email_key=key).exclude(blocked_at=None)
    return blocked.exists() or bool(suppressed([key]))


def ask_access(*, person: Subscriber) -> None:
    """Have the link sent to the person's own address, which the asker need not know."""
    Errand.objects.create(kind=Errand.Kind.ACCESS, subscriber=person)
