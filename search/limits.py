"""How often one visitor may search, without keeping who it was.

The address is hashed with the minute and the site's secret, and the count lives in the cache for
that minute: nothing tells later who searched, nor that two minutes were of the same person.
"""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from pages.visitors import network_address

_WINDOW = 60  # seconds


def too_many(request: HttpRequest, *, kind: str = "results") -> bool:
    """Whether this visitor asked more than SEARCH_RATE times (default 60) in this minute.

    Completions, one for each pause in typing, have four times as many.
    """
    most = int(getattr(settings, "SEARCH_RATE", 60)) * (4 if kind == "complete" else 1)
    address = network_address(request)
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
