"""The only way this product asks anything of an address that somebody typed.

A server that fetches what it is told to can be pointed at its own neighbours (SSRF): every
address is resolved first, refused unless all it resolves to is public, and the connection is
made to the very address that was checked, again after each redirect. Asking a name twice would
let its owner answer differently the second time.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from threading import Timer
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

MAX_REDIRECTS: Final = 5
AGENT: Final = "Mozilla/5.0 (compatible; Resonances; verification des liens)"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Failure(StrEnum):
    UNKNOWN_HOST = "unknown-host"
    OFFLINE = "offline"
    PRIVATE = "private"
    MALFORMED = "malformed"
    TIMEOUT = "timeout"
    TLS = "tls"
    BROKEN = "broken"
    REDIRECTS = "redirects"


class Unreachable(Exception):  # noqa: N818  (says what happened)
    """No answer came, or none may be asked for; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Answer:
    """`url` is where the redirects ended; `moved` tells a permanent one (301, 308) on the way."""

    status: int
    url: str
    moved: bool
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str


def is_public(address: _IP) -> bool:
    """Routable from anywhere: not this machine, its network, a cloud's metadata, a multicast."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
    return address.is_global and not address.is_multicast


def fetch(url: str, *, timeout: float = 6.0, max_bytes: int = 0) -> Answer:
    """GET a page, following redirects, in at most `timeout` seconds in all.

    `body` holds the first `max_bytes`; 0 reads none of it. Raises Unreachable.
    """
    end = time.monotonic() + timeout
    moved = False
    for _hop in range(MAX_REDIRECTS + 1):
        status, location, content_type, body = _ask(url, end, max_bytes)
        if status not in _REDIRECTS or not location:
            return Answer(status, url, moved, content_type, body)
        moved = moved or status in (301, 308)
        url = urljoin(url, location)
    raise Unreachable(Failure.REDIRECTS)


def _ask(url: str, end: float, max_bytes: int) -> tuple[int, str, str, bytes]:
    target = _target(url)
    address = _resolve(target)
    left = end - time.monotonic()
    if left <= 0:
        raise Unreachable(Failure.TIMEOUT)
    connection = _Pinned(target, address, left)
    # A server may drip one byte at a time and never meet the socket's own timeout.
    watchdog = Timer(left, connection.hang_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request("GET", target.path, headers={"User-Agent": AGENT, "Accept": "*/*"})
        response = connection.getresponse()
        body = response.read(max_bytes) if max_bytes else b""
        location = response.headers.get("Location", "")
        return response.status, location, response.headers.get("Content-Type", ""), body
    except ssl.SSLError as error:
        raise Unreachable(Failure.TLS) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() >= end
        raise Unreachable(Failure.TIMEOUT if late else Failure.BROKEN) from error
    finally:
        watchdog.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was checked, under the name that was asked for."""

    def __init__(self, target: _Target, address: str, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._address = address
        self._tls = ssl.create_default_context() if target.scheme == "https" else None
        self.default_port = 443 if self._tls else 80  # keeps « :443 » out of the Host header

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def hang_up(self) -> None:
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it was over already


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # a bad port, a label too long, « http://[ »
        raise Unreachable(Failure.MALFORMED) from error
    # A password in an address is a trick or a leak.
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Unreachable(Failure.MALFORMED)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return _Target(parts.scheme, host, port, path + query)


def _resolve(target: _Target) -> str:
    """One public address of the host. Raises Unreachable when any of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5))
        raise Unreachable(Failure.UNKNOWN_HOST if unknown else Failure.OFFLINE) from error
    addresses = [str(row[4][0]).partition("%")[0] for row in found]
    if not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise Unreachable(Failure.PRIVATE)
    return addresses[0]
