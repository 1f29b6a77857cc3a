"""How often a public form may be used, without keeping who used it.

What is counted is a keyed hash whose key changes every day: neither an address nor a machine can
be read back, nor followed from one day to the next.
"""

import ipaddress
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from newsletters.models import Attempt
from newsletters.tokens import keyed_digest
from pages.visitors import network_address

WINDOW: Final = timedelta(hours=1)
# A whole office may join together behind one address; nobody needs more mails than three an hour,
# and a form must not be a way to write to somebody every twenty minutes of a day.
PER_NETWORK: Final = 60
PER_MAILBOX: Final = 3
PER_MAILBOX_A_DAY: Final = 6
_KEPT: Final = timedelta(days=1)


def network_may(request: HttpRequest) -> bool:
    """Whether the visitor's network has not used the forms too often; counts this use.

    IPv6 by /64: one subscriber line has that many addresses. A visitor without a network address
    (a local socket) is not limited.
    """
    found = network_address(request)
    return not found or _count("network", _network(found), PER_NETWORK)


def mailbox_may(key: str) -> bool:
    """Whether this mailbox may be written to once more on a form's demand; counts this use."""
    return _count("mailbox", key, PER_MAILBOX, PER_MAILBOX_A_DAY)


def purge() -> int:
    """Forget the uses of yesterday; how many."""
    gone, _ = Attempt.objects.filter(at__lt=timezone.now() - _KEPT).delete()
    return gone


def _count(kind: str, value: str, hourly: int, daily: int | None = None) -> bool:
    """`daily`: of the day of UTC, as the digest is."""
    now = timezone.now()
    digest = keyed_digest(f"newsletters.attempt.{kind}.{now:%Y-%m-%d}", value)
    uses = Attempt.objects.filter(digest=digest)
    used = uses.aggregate(hour=Count("pk", filter=Q(at__gt=now - WINDOW)), day=Count("pk"))
    Attempt.objects.create(digest=digest, at=now)
    return used["hour"] < hourly and (daily is None or used["day"] < daily)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    width = 64 if found.version == 6 else 32
    return str(ipaddress.ip_network(f"{found}/{width}", strict=False))
