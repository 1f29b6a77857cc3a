"""The « liste repoussoir »: keyed hashes of addresses nobody may write to any more."""

from newsletters.models import Suppression, normalise
from newsletters.tokens import address_hashes


def suppressed(emails: list[str]) -> set[str]:
    """Which of these addresses are on the « liste repoussoir », in at most two queries."""
    if not emails or not Suppression.objects.exists():
        return set()
    by_hash = {digest: email for email in emails for digest in address_hashes(normalise(email))}
    found = Suppression.objects.filter(address_hash__in=by_hash)
    return {by_hash[digest] for digest in found.values_list("address_hash", flat=True)}
