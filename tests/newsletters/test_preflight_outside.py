"""Links: what the network answered, and what to say of it."""

from threading import Event

import pytest

from newsletters import outside
from newsletters.outside import Answer, Failure, Unreachable
from newsletters.preflight_checks import links
from newsletters.preflight_checks.draft import Draft, Level
from tests.builders import make_issue

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
URL = "https://example.org/lire"


@pytest.fixture(autouse=True)
def connected(settings):
    settings.NEWSLETTER_ASK_OUTSIDE = True


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


def test_links_that_do_not_answer_in_time_are_said_to_be_unchecked(monkeypatch):
    released = Event()
    monkeypatch.setattr(links, "SECONDS_IN_ALL", 0.01)
    monkeypatch.setattr(links, "_look", lambda url: released.wait(30) or links.Verdict(200, url))
    try:
        found = list(links.external(draft_of(URL)))
    finally:
        released.set()
    assert [(finding.code, finding.blocks) for finding in found] == [("links-unchecked", False)]
