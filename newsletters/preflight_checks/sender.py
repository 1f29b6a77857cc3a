"""The sender's domain, as mailbox providers look at it: SPF, DKIM and DMARC.

SPF is looked for under the domain of the envelope's sender (RFC 7208 §2.4): the letter's own, or
NEWSLETTER_BOUNCE_ADDRESS, which must then be aligned with the letter's (RFC 7489 §3.1.2). The key
is looked for under the letter's domain, hence aligned.
"""

import re
import time
from collections.abc import Callable, Iterator
from itertools import takewhile

from django.conf import settings

import dns.exception
import dns.resolver
from dns.nameserver import Do53Nameserver

from newsletters.preflight_checks.draft import Draft, Finding, Level

_WHY = "Gmail, Yahoo et La Poste refusent ou classent en indésirable ce qui n'est pas authentifié."
_PUBLISH = "Demandez à la personne qui gère le nom de domaine de publier cet enregistrement."
_ALIGN = "Choisissez pour NEWSLETTER_BOUNCE_ADDRESS une adresse du domaine de la lettre."
SECONDS = 3.0
# Somebody waits behind a web server that gives up after 30 s, links included.
SECONDS_IN_ALL = 6.0
_SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_STRICT = re.compile(r";\s*aspf\s*=\s*s\s*(?:;|$)", re.IGNORECASE)
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
    envelope = _envelope_domain() or domain
    spf = [text for text in ask(envelope) if _SPF.match(text)]
    if len(spf) != 1:
        what = "n'a pas d'enregistrement SPF" if not spf else "a plusieurs enregistrements SPF"
        yield _finding(draft, "sender-spf", f"{envelope} {what}")
    elif "+all" in spf[0].lower():
        yield _finding(draft, "sender-spf", f"Le SPF de {envelope} autorise tout le monde (+all)")
    policy = _dmarc(domain, ask)
    if not policy:
        yield _finding(draft, "sender-dmarc", f"{domain} n'a pas de politique DMARC")
    if not _aligned(envelope.lower(), domain, policy, ask):
        what = f"Les rebonds reviennent à {envelope}, qui n’est pas aligné sur {domain} (DMARC)"
        yield _finding(draft, "sender-alignment", what, _ALIGN)
    selector = settings.NEWSLETTER_DKIM_SELECTOR
    if not selector:
        what = f"DKIM de {domain} : non vérifié (sélecteur non indiqué)"
        yield _finding(draft, "sender-unchecked", what)
    elif not any(_DKIM_KEY.search(text) for text in ask(f"{selector}._domainkey.{domain}")):
        yield _finding(draft, "sender-dkim", f"{domain} n'a pas de clé DKIM « {selector} »")


def _envelope_domain() -> str:
    """That of the installation's own envelope sender; "" when it is the letter's, or a provider's,
    which aligns it by itself."""
    if settings.NEWSLETTER_TRANSPORT == "provider":
        return ""
    return settings.NEWSLETTER_BOUNCE_ADDRESS.rpartition("@")[2].lower()


def _aligned(envelope: str, domain: str, policy: str, ask: Callable[[str], list[str]]) -> bool:
    """RFC 7489 §3.1.2: the same domain, or, unless « aspf=s », one of the same organisation."""
    if envelope == domain.lower():
        return True
    if _STRICT.search(policy):
        return False
    pairs = zip(reversed(envelope.split(".")), reversed(domain.lower().split(".")), strict=False)
    shared = [one for one, other in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    top = ".".join(reversed(shared))
    # A neighbour is of the same house when what is above both is a house, and no public suffix.
    return top in (envelope, domain.lower()) or (len(shared) > 1 and bool(_published(top, ask)))


def _dmarc(domain: str, ask: Callable[[str], list[str]]) -> str:
    """The domain's own policy, or that of a domain above it (RFC 7489 §6.6.3, without the list
    of public suffixes: a suffix publishes no policy of ours)."""
    labels = domain.split(".")
    names = (".".join(labels[start:]) for start in range(max(1, len(labels) - 1)))
    return next(filter(None, (_published(name, ask) for name in names)), "")


def _published(name: str, ask: Callable[[str], list[str]]) -> str:
    texts = (text for text in ask(f"_dmarc.{name}") if text.lower().startswith("v=dmarc1"))
    return next(texts, "")


def _finding(draft: Draft, code: str, message: str, how: str = _PUBLISH) -> Finding:
    return Finding(
        code,
        Level.WARN,
        message,
        draft.series,
        _WHY,
        how,
    )
