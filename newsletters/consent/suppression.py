"""The « liste repoussoir »: keyed hashes of addresses nobody may write to any more."""

from datetime import datetime

from django.utils import timezone

from newsletters.models import Suppression, normalise
from newsletters.tokens import address_hashes


def suppressed(emails: list[str]) -> set[str]:
    """Which of these addresses are on the « liste repoussoir », in at most two queries."""
    if not emails or not Suppression.objects.exists():
        return set()
    by_hash = {digest: email for email in emails for digest in address_hashes(normalise(email))}
    found = Suppression.objects.filter(address_hash__in=by_hash)
    return {by_hash[digest] for digest in found.values_list("address_hash", flat=True)}


def suppress(email_key: str, reason: str) -> None:
    """Put an address on the list; one already there keeps its line, dated of the newest refusal.

    The date decides which older links have lost their force.
    """
    digests = address_hashes(email_key)
    if not Suppression.objects.filter(address_hash__in=digests).update(created_at=timezone.now()):
        Suppression.objects.get_or_create(address_hash=digests[0], defaults={"reason": reason[:40]})


def suppressed_since(email_key: str, moment: datetime) -> bool:
    """Whether the address was refused at that moment or after it."""
    refusals = Suppression.objects.filter(address_hash__in=address_hashes(email_key))
    return refusals.filter(created_at__gte=moment).exists()


def lift(email_key: str) -> bool:
    """Take an address off the list: for `consent.confirm` only, the person's own act."""
    gone, _ = Suppression.objects.filter(address_hash__in=address_hashes(email_key)).delete()
    return bool(gone)
