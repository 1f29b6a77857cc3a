"""Enrols the fictitious subscribers of the demonstration."""

from cms.demo.subscribers import subscribers
from newsletters import consent
from newsletters.models import Periodical, Subscription
from pages.models import Territory, Theme

NOTICE = "Abonnement fictif, créé par la démonstration : aucune personne réelle."


def enrol(count: int) -> None:
    """Bring the audience of Résonances to `count` people; those already there are kept."""
    periodical = Periodical.objects.get(code="resonances")
    present = Subscription.objects.filter(periodical=periodical).count()
    if present >= count:
        return
    consent.enrol(
        periodical=periodical,
        people=subscribers(count),
        territories=dict(Territory.objects.values_list("name", "pk")),
        themes=dict(Theme.objects.values_list("code", "pk")),
        origin="démonstration",
        notice=NOTICE,
    )
