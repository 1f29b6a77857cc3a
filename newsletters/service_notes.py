"""What the centre writes to one person about their own subscription: said once, in French.

Each function says one mail as a `Note`; `newsletters.service_mail` writes it in both editions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse

from newsletters.consent import access_to, address_number
from newsletters.models import Errand, IssuePage, Periodical, Subscription
from newsletters.tokens import (
    Dated,
    Purpose,
    dated_token,
    preferences_token,
    unsubscribe_token,
)

Kind = Errand.Kind


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Note:
    """One service mail, without formatting. `links` come last, one a line."""

    subject: str
    paragraphs: tuple[str, ...]
    action: Link | None = None
    after: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def note_of(errand: Errand) -> Note | None:
    """The mail this errand asks for; None when there is nothing left to say."""
    return _NOTES[Kind(errand.kind)](errand)


def url_of(name: str, *args: str) -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(f"newsletters:{name}", args=args)


def letters_of(errand: Errand) -> list[Periodical]:
    return list(Periodical.objects.filter(pk__in=errand.details.get("letters", ())))


def named(letters: Sequence[Periodical]) -> str:
    """« Résonances », « Chroniques » et « Spéciale »."""
    names = [f"«\u00a0{letter.title}\u00a0»" for letter in letters]
    return " et ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _confirmation(errand: Errand) -> Note | None:
    letters = letters_of(errand)
    if not letters:
        return None
    asked = Dated(errand.subscriber_id or 0, errand.created_at, tuple(errand.details["letters"]))
    one = len(letters) == 1
    others = Subscription.objects.filter(subscriber=errand.subscriber_id)
    known = others.exclude(state=Subscription.State.PENDING).exists()
    unasked = f"{'cette lettre ne vous sera' if one else 'ces lettres ne vous seront'} pas "
    unasked += f"envoyée{'' if one else 's'}, et votre adresse sera oubliée."
    return Note(
        f"Confirmez votre inscription à {named(letters)}",
        (
            f"Quelqu’un, sans doute vous, a demandé à recevoir {named(letters)} à cette adresse.",
            "Il reste un geste : ouvrez la page ci-dessous et appuyez sur le bouton.",
        ),
        Link(
            "Confirmer mon inscription",
            url_of("confirm", dated_token(Purpose.CONFIRM, asked)),
        ),
        (
            "Ce lien sert pendant sept jours.",
            "Vous n’avez rien demandé ? Ne faites rien : "
            + ("rien ne changera." if known else unasked),
        ),
    )


def _already(errand: Errand) -> Note | None:
    letters = letters_of(errand)
    if not letters:
        return None
    return Note(
        f"Vous êtes déjà inscrit·e à {named(letters)}",
        (
            f"Cette adresse vient d’être donnée pour recevoir {named(letters)} : "
            "vous y êtes déjà inscrit·e. Rien n’a changé.",
        ),
        Link("Voir ou modifier mes choix", _access_url(errand)),
        (
            "Ce lien ouvre vos données : il sert pendant un jour, ne le transférez pas.",
            "Vous n’avez rien demandé ? Il n’y a rien à faire.",
        ),
    )


def _welcome(errand: Errand) -> Note | None:
    letters = letters_of(errand)
    subscriptions = Subscription.objects.active().filter(subscriber=errand.subscriber_id)
    held = list(subscriptions.filter(periodical__in=letters).select_related("periodical"))
    if not held:
        return None
    newest = _newest_issue([one.periodical for one in held])
    action = Link(f"Lire {newest.title}", newest.full_url) if newest and newest.full_url else None
    names = named([one.periodical for one in held])
    said = [f"Votre inscription à {names} est confirmée. Merci !"]
    if action:
        said.append("En attendant le prochain envoi, voici le dernier numéro paru.")
    return Note(
        f"Bienvenue : {names}",
        tuple(said),
        action,
        ("Vous pouvez à tout moment modifier vos choix ou ne plus rien recevoir :",),
        (
            Link(
                "Modifier mes choix ou mes données",
                url_of("preferences", preferences_token(held[0].pk)),
            ),
            *(
                Link(
                    f"Me désinscrire de «\u00a0{one.periodical.title}\u00a0»",
                    url_of("unsubscribe", unsubscribe_token(one.pk)),
                )
                for one in held
            ),
        ),
    )


def _access(errand: Errand) -> Note:
    return Note(
        "Votre lien personnel",
        ("Vous avez demandé à voir ou à modifier vos abonnements et vos données.",),
        Link("Ouvrir mes choix et mes données", _access_url(errand)),
        (
            "Ce lien sert pendant un jour. Il ouvre vos données : ne le transférez pas.",
            "Vous n’avez rien demandé ? Il n’y a rien à faire, rien n’a changé.",
        ),
    )


def _move(errand: Errand) -> Note | None:
    person = errand.subscriber
    if person is None or not person.wanted_email:
        return None
    asked = Dated(person.pk, errand.created_at, (address_number(person.wanted_email),))
    return Note(
        "Confirmez votre nouvelle adresse",
        (
            "Vous avez demandé à recevoir vos lettres à cette adresse.",
            "Ouvrez la page ci-dessous et appuyez sur le bouton pour que ce soit fait.",
        ),
        Link("Confirmer ma nouvelle adresse", url_of("move", dated_token(Purpose.MOVE, asked))),
        (
            "Ce lien sert pendant sept jours.",
            "Vous n’avez rien demandé ? Ne faites rien : rien ne changera.",
        ),
    )


def _moved(errand: Errand) -> Note:
    """To the old mailbox. It does not say the new address: somebody else may read it by now."""
    return Note(
        "L’adresse de vos lettres a changé",
        (
            "Vos lettres partent désormais vers une autre adresse, comme demandé depuis votre lien "
            "personnel. Cette adresse-ci ne les recevra plus.",
            "Si c’était bien vous, il n’y a rien à faire.",
        ),
        after=("Ce n’était pas vous ? Répondez à ce message : nous y remédierons.",),
    )


def _renewal(errand: Errand) -> Note | None:
    """The one question of the retention rule; None when the person has left or answered since."""
    person = errand.subscriber
    if person is None or person.reminded_at is None:
        return None
    subscriptions = Subscription.objects.active().filter(subscriber=person)
    held = list(subscriptions.select_related("periodical"))
    if not held:
        return None
    names = named([one.periodical for one in held])
    asked = Dated(person.pk, errand.created_at)
    return Note(
        f"Souhaitez-vous continuer à recevoir {names} ?",
        (
            f"Vous recevez {names} depuis près de trois ans sans nous avoir fait signe.",
            "Nous ne gardons pas une adresse plus longtemps sans que la personne le souhaite.",
        ),
        Link("Oui, je souhaite continuer", url_of("stay", dated_token(Purpose.STAY, asked))),
        ("Sans réponse de votre part sous trente jours, vos données seront effacées.",),
        tuple(
            Link(
                f"Me désinscrire de «\u00a0{one.periodical.title}\u00a0»",
                url_of("unsubscribe", unsubscribe_token(one.pk)),
            )
            for one in held
        ),
    )


def _access_url(errand: Errand) -> str:
    person = errand.subscriber
    if person is None:
        raise ValueError("an errand of this kind names a person")
    token = dated_token(Purpose.ACCESS, access_to(person, errand.created_at))
    return url_of("own_data", token)


def _newest_issue(letters: Sequence[Periodical]) -> IssuePage | None:
    issues = IssuePage.objects.live().public().filter(periodical__in=letters)
    return issues.filter(periodical__has_public_archive=True).newest_first().first()


_NOTES: Final[dict[Kind, Callable[[Errand], Note | None]]] = {
    Kind.CONFIRMATION: _confirmation,
    Kind.ALREADY: _already,
    Kind.WELCOME: _welcome,
    Kind.ACCESS: _access,
    Kind.MOVE: _move,
    Kind.MOVED: _moved,
    Kind.RENEWAL: _renewal,
}
