"""Where a request comes from, for limits that forget it at once."""

import ipaddress

from django.http import HttpRequest


def network_address(request: HttpRequest) -> str:
    """The peer; behind a proxy on this machine or network, the address that the proxy added."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
    try:
        is_near = not peer or ipaddress.ip_address(peer).is_private
        return str(ipaddress.ip_address(forwarded)) if is_near and forwarded else peer
    except ValueError:
        return peer
