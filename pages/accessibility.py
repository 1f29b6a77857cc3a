"""State of conformity with the RGAA, as the declaration and the footer must print it.

Source: DINUM, « Déclaration d'accessibilité » (accessibilite.numerique.gouv.fr), after art. 47 of
law 2005-102 and decree 2019-768: total at 100 % of the criteria, partial from 50 %, otherwise
none; none too without a result still valid. A declaration is valid three years.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db import models

VALID_YEARS = 3
REMINDER = timedelta(days=90)


class Conformity(models.TextChoices):
    TOTAL = "total", "totalement conforme"
    PARTIAL = "partial", "partiellement conforme"
    NONE = "none", "non conforme"


def conformity(rate: Decimal | None, audited_on: date | None, today: date) -> Conformity:
    """`rate`: percentage of the criteria met. Nothing audited, or too long ago, is « none »."""
    if rate is None or audited_on is None or not audited_on <= today <= expiry(audited_on):
        return Conformity.NONE
    if rate >= 100:
        return Conformity.TOTAL
    return Conformity.PARTIAL if rate >= 50 else Conformity.NONE


def expiry(audited_on: date) -> date:
    """The last day on which the audit counts."""
    try:
        return audited_on.replace(year=audited_on.year + VALID_YEARS)
    except ValueError:  # 29 February
        return audited_on.replace(year=audited_on.year + VALID_YEARS, day=28)


def reminder(audited_on: date | None, today: date) -> str:
    """What the dashboard says, in French, or "" while nothing is due within 90 days."""
    if audited_on is None:
        return "Aucun audit d'accessibilité n'est enregistré : le site s'affiche « non conforme »."
    end = expiry(audited_on)
    if end < today:
        return (
            f"La déclaration d'accessibilité a expiré le {end:%d/%m/%Y} : le site s'affiche "
            "« non conforme » jusqu'au prochain audit."
        )
    if end - today <= REMINDER:
        return f"La déclaration d'accessibilité expire le {end:%d/%m/%Y} : prévoyez un audit."
    return ""
