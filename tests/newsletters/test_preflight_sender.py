"""The sender's domain, asked of a real name server: what providers will find there."""

import dns.rcode
import pytest

from newsletters.preflight_checks import sender
from newsletters.preflight_checks.draft import Draft, Level
from tests.builders import make_issue, make_periodical
from tests.dns_zone import DnsZone

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqh" * 30  # a 2,048-bit key takes two strings
SPF, DMARC, DKIM = "lettre.example.org", "_dmarc.example.org", "s1._domainkey.lettre.example.org"
COMPLETE = {
    SPF: ["google-site-verification=x", "v=spf1 include:relais.example.org -all"],
    "_dmarc.lettre.example.org": [],
    DMARC: ["v=DMARC1; p=quarantine"],
    DKIM: [KEY],
}


@pytest.fixture
def findings(settings):
    """A function: what is found of a sender whose name server holds COMPLETE and `changes`."""
    settings.NEWSLETTER_ASK_OUTSIDE = True
    settings.NEWSLETTER_DKIM_SELECTOR = "s1"
    series = make_periodical(sender_email="info@lettre.example.org")
    draft = Draft(make_issue(periodical=series))

    def ask(changes):
        with DnsZone(COMPLETE | changes) as zone:
            settings.NEWSLETTER_DNS_RESOLVERS = [zone.address]
            found = list(sender.authentication(draft))
        ask.asked = zone.asked
        return found

    return ask


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({SPF: []}, ["sender-spf"]),
        ({SPF: dns.rcode.NXDOMAIN}, ["sender-spf"]),
        ({SPF: ["v=spf1 -all", "v=spf1 ~all"]}, ["sender-spf"]),
        ({SPF: ["v=spf1 +all"]}, ["sender-spf"]),
        ({SPF: ["v=spf10 -all"]}, ["sender-spf"]),
        ({DMARC: []}, ["sender-dmarc"]),
        ({DMARC: [], "_dmarc.lettre.example.org": ["v=DMARC1; p=none"]}, []),
        ({DKIM: []}, ["sender-dkim"]),
        ({DKIM: ["v=DKIM1; k=rsa; p="]}, ["sender-dkim"]),
        # The key of a neighbour does not sign for this domain.
        ({DKIM: [], "s1._domainkey.example.org": [KEY]}, ["sender-dkim"]),
        ({SPF: [], DMARC: [], DKIM: []}, ["sender-spf", "sender-dmarc", "sender-dkim"]),
    ],
)
def test_each_record_is_found_wanting_by_itself(findings, changes, expected):
    found = findings(changes)
    assert [f.code for f in found] == expected
    assert all(f.level is Level.WARN and f.where.url and f.how for f in found)


@pytest.mark.parametrize("silence", [None, dns.rcode.SERVFAIL, dns.rcode.REFUSED])
@pytest.mark.parametrize("name", [SPF, DMARC, DKIM])
def test_silence_is_not_taken_for_a_missing_record(findings, monkeypatch, name, silence):
    monkeypatch.setattr(sender, "SECONDS", 0.3)
    found = findings({name: silence})
    assert [f.code for f in found] == ["sender-unchecked"]
    assert "non vérifié" in found[0].message


def test_after_one_silence_nothing_more_is_asked(findings, monkeypatch):
    monkeypatch.setattr(sender, "SECONDS", 0.3)
    findings({SPF: None})
    assert set(findings.asked) == {SPF}


def test_without_a_selector_the_key_is_said_to_be_unchecked(findings, settings):
    settings.NEWSLETTER_DKIM_SELECTOR = ""
    [found] = findings({})
    assert "sélecteur non indiqué" in found.message


def test_a_server_forbidden_to_ask_asks_nobody(findings, settings):
    settings.NEWSLETTER_ASK_OUTSIDE = False
    [found] = findings({})
    assert (found.code, findings.asked) == ("sender-unchecked", [])


def test_the_sender_s_domain_is_left_unverified_when_time_runs_out(monkeypatch, settings):
    """One slow answer after another would outlast the web server's own patience."""
    settings.NEWSLETTER_ASK_OUTSIDE = True
    series = make_periodical(sender_email="lettre@news.centre.example.org")
    asked = []
    monkeypatch.setattr(sender.time, "monotonic", lambda: 4.0 * len(asked))
    monkeypatch.setattr(sender, "published", lambda name: asked.append(name) or ["v=spf1 -all"])
    found = list(sender.authentication(Draft(make_issue(periodical=series))))
    assert [finding.code for finding in found] == ["sender-unchecked"]
    assert len(asked) == 2


BOX = "retours.example.org"
GOOD = ["v=spf1 ip4:192.0.2.1 -all"]


@pytest.mark.parametrize(
    ("box", "changes", "expected"),
    [
        # Its own domain's SPF counts, and the letter's no longer does.
        (BOX, {BOX: GOOD, SPF: []}, []),
        (BOX, {BOX: []}, ["sender-spf"]),
        ("lettre.example.org", {}, []),
        ("rebonds.lettre.example.org", {"rebonds.lettre.example.org": GOOD}, []),
        ("example.org", {"example.org": GOOD}, []),
        # Another organisation's, or a strict policy.
        ("ailleurs.example.com", {"ailleurs.example.com": GOOD}, ["sender-alignment"]),
        (BOX, {BOX: GOOD, DMARC: ["v=DMARC1; p=none; aspf=s"]}, ["sender-alignment"]),
        ("lettre.example.org", {DMARC: ["v=DMARC1; p=none; aspf=s"]}, []),
        # A neighbour is of the same house when the domain above both publishes a policy.
        (BOX, {BOX: GOOD, "_dmarc.lettre.example.org": ["v=DMARC1; p=none"]}, []),
        (
            BOX,
            {BOX: GOOD, "_dmarc.lettre.example.org": ["v=DMARC1; p=none"], DMARC: []},
            ["sender-alignment"],
        ),
    ],
)
def test_the_spf_and_alignment_of_the_bounce_address_are_looked_at(
    findings, settings, box, changes, expected
):
    settings.NEWSLETTER_BOUNCE_ADDRESS = f"rebonds@{box}"
    assert [f.code for f in findings(changes)] == expected


def test_a_provider_has_its_own_envelope_sender(findings, settings):
    settings.NEWSLETTER_TRANSPORT = "provider"
    settings.NEWSLETTER_BOUNCE_ADDRESS = "rebonds@ailleurs.example.com"
    assert findings({}) == []
