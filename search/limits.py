"""How often one visitor may search, without keeping who it was.

The address is hashed with the minute and the site's secret, and the count lives in the cache for
that minute: nothing tells later who searched, nor that two minutes were of the same person.
"""

import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_WINDOW = 60  # seconds


def too_many(request: HttpRequest, *, kind: str = "results") -> bool:
    """Whether this visitor asked more than SEARCH_RATE times (default 60) in this minute.

    Completions, one for each pause in typing, have four times as many.
    """
    most = int(getattr(settings, "SEARCH_RATE", 60)) * (4 if kind == "complete" else 1)
    address = _address(request)
    if not address or most <= 0:
        return False
    minute = int(time.time() // _WINDOW)
    key = salted_hmac(f"search.limits.{kind}.{minute}", address, algorithm="sha256").hexdigest()
    key = f"search-{key[:32]}"
    cache.add(key, 0, _WINDOW * 2)
    try:
        return cache.incr(key) > most
    except ValueError:
        # Dropped from a full cache between the two.
        return False


def _address(request: HttpRequest) -> str:
    """The peer; behind a proxy on this machine or network, the address that the proxy added."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
    try:
        is_near = not peer or ipaddress.ip_address(peer).is_private
        return str(ipaddress.ip_address(forwarded)) if is_near and forwarded else peer
    except ValueError:
        return peer
