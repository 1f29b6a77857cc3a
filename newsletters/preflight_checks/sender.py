"""The sender's domain, as mailbox providers look at it: SPF, DKIM and DMARC.

The envelope's sender is the letter's own address and its key is looked for under the same
domain: where the three records exist, they are aligned (RFC 7489 §3.1).
"""

import re
import time
from collections.abc import Callable, Iterator

from django.conf import settings

import dns.exception
import dns.resolver
from dns.nameserver import Do53Nameserver

from newsletters.preflight_checks.draft import Draft, Finding, Level

_WHY = "Gmail, Yahoo et La Poste refusent ou classent en indésirable ce qui n'est pas authentifié."
SECONDS = 3.0
# Somebody waits behind a web server that gives up after 30 s, links included.
SECONDS_IN_ALL = 6.0
_SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
# An empty « p= » takes a key back (RFC 6376 §3.6.1).
_DKIM_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*[A-Za-z0-9+/]")


class DnsSilent(Exception):  # noqa: N818  (says what happened)
    """No resolver answered: nothing is known, which is not the same as nothing published."""


def published(name: str) -> list[str]:
    """The TXT records of a name; empty when it has none. Raises DnsSilent."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise DnsSilent(name) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def _resolver() -> dns.resolver.Resolver:
    """The machine's own, or NEWSLETTER_DNS_RESOLVERS: addresses, each with « #port » if not 53."""
    chosen = settings.NEWSLETTER_DNS_RESOLVERS
    resolver = dns.resolver.Resolver(configure=not chosen)
    if chosen:
        parts = (one.partition("#") for one in chosen)
        resolver.nameservers = [Do53Nameserver(host, int(port or 53)) for host, _, port in parts]
    return resolver


def authentication(draft: Draft) -> Iterator[Finding]:
    domain = draft.issue.periodical.sender_email.rpartition("@")[2]
    if not domain:
        return
    if not settings.NEWSLETTER_ASK_OUTSIDE:
        yield _finding(draft, "sender-unchecked", f"Le domaine {domain} : non vérifié")
        return
    try:
        yield from _records(draft, domain, _within(SECONDS_IN_ALL))
    except (DnsSilent, dns.resolver.NoResolverConfiguration):
        yield _finding(draft, "sender-unchecked", f"Le domaine {domain} : non vérifié")


def _within(seconds: float) -> Callable[[str], list[str]]:
    """`published`, as long as there is time to begin. Raises DnsSilent past it."""
    end = time.monotonic() + seconds

    def ask(name: str) -> list[str]:
        if time.monotonic() >= end:
            raise DnsSilent(name)
        return published(name)

    return ask


def _records(draft: Draft, domain: str, ask: Callable[[str], list[str]]) -> Iterator[Finding]:
    spf = [text for text in ask(domain) if _SPF.match(text)]
    if len(spf) != 1:
        what = "n'a pas d'enregistrement SPF" if not spf else "a plusieurs enregistrements SPF"
        yield _finding(draft, "sender-spf", f"{domain} {what}")
    elif "+all" in spf[0].lower():
        yield _finding(draft, "sender-spf", f"Le SPF de {domain} autorise tout le monde (+all)")
    if not _dmarc(domain, ask):
        yield _finding(draft, "sender-dmarc", f"{domain} n'a pas de politique DMARC")
    selector = settings.NEWSLETTER_DKIM_SELECTOR
    if not selector:
        what = f"DKIM de {domain} : non vérifié (sélecteur non indiqué)"
        yield _finding(draft, "sender-unchecked", what)
    elif not any(_DKIM_KEY.search(text) for text in ask(f"{selector}._domainkey.{domain}")):
        yield _finding(draft, "sender-dkim", f"{domain} n'a pas de clé DKIM « {selector} »")


def _dmarc(domain: str, ask: Callable[[str], list[str]]) -> bool:
    """The domain's own policy, or that of a domain above it (RFC 7489 §6.6.3, without the list
    of public suffixes: a suffix publishes no policy of ours)."""
    labels = domain.split(".")
    names = [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
    return any(
        text.lower().startswith("v=dmarc1") for name in names for text in ask(f"_dmarc.{name}")
    )


def _finding(draft: Draft, code: str, message: str) -> Finding:
    return Finding(
        code,
        Level.WARN,
        message,
        draft.series,
        _WHY,
        "Demandez à la personne qui gère le nom de domaine de publier cet enregistrement.",
    )
