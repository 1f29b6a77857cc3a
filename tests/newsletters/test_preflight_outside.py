"""Links and the sender's domain: what the network answered, and what to say of it."""

from threading import Event

from django.core.cache import cache

import pytest

from newsletters import outside
from newsletters.outside import Answer, Failure, Unreachable
from newsletters.preflight_checks import links, sender
from newsletters.preflight_checks.draft import Draft, Level
from tests.builders import make_issue, make_periodical

pytestmark = pytest.mark.django_db
URL = "https://example.org/lire"


@pytest.fixture(autouse=True)
def connected(settings):
    settings.NEWSLETTER_ASK_OUTSIDE = True
    cache.clear()


def draft_of(*urls: str) -> Draft:
    items = [("text", {"title": f"T{n}", "url": url}) for n, url in enumerate(urls)]
    body = [("section", {"key": "pole", "title": "P", "intro": "", "items": items})]
    return Draft(make_issue(body=body))


def answers(monkeypatch, **outcome):
    asked = []

    def fetch(url, **options):
        asked.append(url)
        if "failure" in outcome:
            raise Unreachable(outcome["failure"])
        return Answer(
            outcome.get("status", 200),
            outcome.get("url", url),
            outcome.get("moved", False),
            "",
            b"",
        )

    monkeypatch.setattr(outside, "fetch", fetch)
    return asked


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({}, []),
        ({"status": 404}, [("link-gone", Level.BLOCK)]),
        ({"status": 410}, [("link-gone", Level.BLOCK)]),
        ({"status": 403}, [("link-refused", Level.WARN)]),
        ({"status": 500}, [("link-refused", Level.WARN)]),
        ({"failure": Failure.UNKNOWN_HOST}, [("link-unknown-host", Level.BLOCK)]),
        ({"failure": Failure.PRIVATE}, [("link-private", Level.BLOCK)]),
        ({"failure": Failure.TIMEOUT}, [("link-timeout", Level.WARN)]),
        ({"failure": Failure.TLS}, [("link-broken", Level.WARN)]),
        ({"failure": Failure.OFFLINE}, [("links-unchecked", Level.WARN)]),
        ({"url": "https://example.org/autre", "moved": True}, [("link-moved", Level.WARN)]),
        ({"url": "https://example.org/lire/", "moved": True}, []),
        ({"url": "https://example.org/login", "moved": False}, []),
    ],
)
def test_an_answer_becomes_a_finding(monkeypatch, outcome, expected):
    answers(monkeypatch, **outcome)
    found = list(links.external(draft_of(URL)))
    assert [(f.code, f.level) for f in found] == expected


def test_a_link_is_asked_once_and_remembered(monkeypatch):
    asked = answers(monkeypatch)
    draft = draft_of(URL, URL, "https://example.org/deux", "http://testserver/")
    list(links.external(draft))
    list(links.external(draft))
    assert sorted(asked) == ["https://example.org/deux", URL]


def test_links_beyond_the_bound_are_said_to_be_unchecked(monkeypatch):
    answers(monkeypatch)
    monkeypatch.setattr(links, "MAX_LINKS", 1)
    [found] = links.external(draft_of(URL, "https://example.org/deux"))
    assert found.message.startswith("1 lien(s)")


def records(monkeypatch, table):
    monkeypatch.setattr(sender, "published", lambda name: table.get(name, []))


def draft_from(address: str) -> Draft:
    return Draft(make_issue(periodical=make_periodical(sender_email=address)))


COMPLETE = {
    "lettre.example.org": ["v=spf1 include:relais.example.org -all"],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
    "s1._domainkey.lettre.example.org": ["v=DKIM1; p=MIGf"],
}


@pytest.mark.parametrize(
    ("removed", "added", "expected"),
    [
        ("", {}, []),
        ("lettre.example.org", {}, ["sender-spf"]),
        ("", {"lettre.example.org": ["v=spf1 -all", "v=spf1 ~all"]}, ["sender-spf"]),
        ("", {"lettre.example.org": ["v=spf1 +all"]}, ["sender-spf"]),
        ("_dmarc.example.org", {}, ["sender-dmarc"]),
        ("s1._domainkey.lettre.example.org", {}, ["sender-dkim"]),
    ],
)
def test_the_sender_s_domain_is_looked_at_as_providers_do(
    monkeypatch, settings, removed, added, expected
):
    settings.NEWSLETTER_DKIM_SELECTOR = "s1"
    table = {name: texts for name, texts in COMPLETE.items() if name != removed} | added
    records(monkeypatch, table)
    found = list(sender.authentication(draft_from("info@lettre.example.org")))
    assert [f.code for f in found] == expected
    assert all(f.level is Level.WARN for f in found)


def test_a_silent_resolver_is_not_taken_for_a_missing_record(settings):
    settings.NEWSLETTER_DNS_RESOLVERS = ["127.0.0.1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sender, "SECONDS", 0.2)
        [found] = sender.authentication(draft_from("info@example.org"))
    assert found.code == "sender-unchecked"
    assert "non vérifié" in found.message


def test_the_sender_s_domain_is_left_unverified_when_time_runs_out(monkeypatch):
    """One slow answer after another would outlast the web server's own patience."""
    asked = []
    monkeypatch.setattr(sender.time, "monotonic", lambda: 4.0 * len(asked))
    monkeypatch.setattr(sender, "published", lambda name: asked.append(name) or ["v=spf1 -all"])
    found = list(sender.authentication(draft_from("lettre@news.centre.example.org")))
    assert [finding.code for finding in found] == ["sender-unchecked"]
    assert len(asked) == 2


def test_links_that_do_not_answer_in_time_are_said_to_be_unchecked(monkeypatch):
    released = Event()
    monkeypatch.setattr(links, "SECONDS_IN_ALL", 0.01)
    monkeypatch.setattr(links, "_look", lambda url: released.wait(30) or links.Verdict(200, url))
    try:
        found = list(links.external(draft_of(URL)))
    finally:
        released.set()
    assert [(finding.code, finding.blocks) for finding in found] == [("links-unchecked", False)]
