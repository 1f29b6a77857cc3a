"""The letter as one person would receive it: their headers, their links, and whether they would.

The mail is built by what builds the real one. Only its way out is another: a preview that held
somebody's own link could unsubscribe them.
"""

from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header

from django.db.models import QuerySet
from django.utils import timezone

from newsletters.audience_admin.beginnings import Beginning
from newsletters.delivery.message import Addressing, explained
from newsletters.delivery.wire import WireError
from newsletters.models import Delivery, IssuePage, Mailing, Subscriber, Subscription
from newsletters.rendering import LifecycleError, fill, latest

MAX_FOUND = 20
_NOBODY = 0  # no subscription: the page behind the link opens and changes nothing


@dataclass(frozen=True, slots=True)
class Reader:
    """`verdict`: French, whether the issue would reach this person, and why not."""

    key: str
    label: str
    email: str
    verdict: str
    receives: bool = True


# What a mail client shows above the message, as it names it.
SHOWN = {"From": "De", "To": "À", "Reply-To": "Répondre à", "Subject": "Objet"}


@dataclass(frozen=True, slots=True)
class Seen:
    """`headers` are decoded; `html` and `text` hold this reader's values."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str

    def shown(self) -> list[tuple[str, str]]:
        found = dict(self.headers)
        return [(label, found[name]) for name, label in SHOWN.items() if name in found]

    def technical(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.headers if name not in SHOWN]


_YES = "Recevrait ce numéro."
PROFILES = {
    reader.key: reader
    for reader in (
        Reader("personne", "Une personne abonnée", "lectrice@example.org", _YES),
        Reader("organisme", "La boîte commune d'un organisme", "accueil@ville.example.org", _YES),
        Reader("accents", "Un nom de domaine accentué", "lecteur@médiathèque.example.org", _YES),
        Reader(
            "attente",
            "Une inscription jamais confirmée",
            "nouveau@example.org",
            "Ne recevrait rien : l'abonnement attend sa confirmation.",
            receives=False,
        ),
        Reader(
            "bloquee",
            "Une adresse bloquée",
            "ancien@example.org",
            "Ne recevrait rien : l'adresse est bloquée après des rebonds.",
            receives=False,
        ),
    )
}


def search(issue: IssuePage, text: str) -> QuerySet[Subscription]:
    """The first of the issue's series whose address, name or organisation begins with the text."""
    people = issue.periodical.subscriptions.select_related("subscriber")
    wanted = text.strip()
    if not wanted:
        return people.none()
    named = Subscriber.objects.filter(Beginning(wanted).few())
    found = people.filter(subscriber__in=named)
    return found.order_by("subscriber__email_key")[:MAX_FOUND]


def reader_of(subscription: Subscription, issue: IssuePage) -> Reader:
    person = subscription.subscriber
    verdict, receives = _verdict(subscription, issue)
    label = person.display_name or person.organisation or person.email
    return Reader(str(subscription.pk), label, person.email, verdict, receives)


def _verdict(subscription: Subscription, issue: IssuePage) -> tuple[str, bool]:
    if subscription.state != Subscription.State.ACTIVE:
        return f"Ne recevrait rien : {subscription.get_state_display().lower()}.", False
    if subscription.subscriber.blocked_at:
        return "Ne recevrait rien : l'adresse est bloquée.", False
    delivery = Delivery.objects.filter(
        mailing__issue=issue, subscriber=subscription.subscriber, state=Delivery.State.ACCEPTED
    ).first()
    if delivery and delivery.settled_at:
        return f"L'a reçu le {timezone.localtime(delivery.settled_at):%d/%m/%Y à %H:%M}.", True
    return _YES, True


def seen_by(reader: Reader, issue: IssuePage) -> Seen:
    """The latest revision, built for this address. Raises LifecycleError."""
    mailing = Mailing(issue=issue)
    fill(mailing, latest(issue))
    try:
        addressing = Addressing(mailing, date=timezone.now())
        recipient = addressing.recipient(reader.email, _NOBODY, _NOBODY)
        message = message_from_bytes(addressing.template.build(recipient))
        text, html = addressing.template.render(recipient)
    except WireError as error:
        raise LifecycleError(explained(error)) from error
    hidden = ("MIME-Version", "Content-Type")
    headers = tuple(
        (name, _decoded(value)) for name, value in message.items() if name not in hidden
    )
    return Seen(headers, html, text)


def _decoded(value: str) -> str:
    """As a mail client shows it: `policy.default` leaves a space inside a name cut in two."""
    return " ".join(str(make_header(decode_header(value))).replace('"', "").split())
