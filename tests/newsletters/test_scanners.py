"""A mail filter opens every link of every mail we write, again and again: nothing changes.

The kinds of mail are those the code knows, so a new one must come here too.
"""

import hashlib
import re
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape

from django.apps import apps
from django.core import serializers
from django.utils import timezone

from wagtail.models import Site

import pytest

from newsletters import consent, errands, lifecycle
from newsletters.delivery.freeze import freeze
from newsletters.delivery.send import deliver
from newsletters.models import Attempt, Errand, Mailing, MailLink, Subscriber
from newsletters.rendering import fill, latest
from newsletters.service_notes import _NOTES
from pages.models import CentreSettings
from tests.builders import make_home, make_issue, make_mailing, make_periodical, make_subscription
from tests.newsletters.test_approval import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
READER = "camille@example.org"
# What filters send besides a plain GET and HEAD.
WAYS = [
    ("get", "", {}),
    ("head", "", {}),
    ("get", "?List-Unsubscribe=One-Click&all=1&what=choices", {}),
    ("get", "", {"HTTP_PURPOSE": "prefetch", "HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}),
    ("options", "", {}),
]


def digests() -> dict[str, str]:
    """A digest of every table, for a failure that names the one that changed."""
    return {
        model._meta.label: hashlib.sha256(
            serializers.serialize("json", model._base_manager.order_by("pk")).encode()
        ).hexdigest()
        for model in apps.get_models()
    }


def links(raw: bytes) -> list[str]:
    """Our links in all of a mail: headers, text, HTML."""
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    whole = unescape("\n".join([*map(str, mail.values()), *parts]))
    return list(dict.fromkeys(re.findall(r"https?://testserver(/[^\s>\"'<)]*)", whole)))


@pytest.fixture
def person():
    make_home()
    CentreSettings.for_site(Site.objects.get())
    letter = make_periodical(counts_clicks=True)
    person = make_subscription(READER, periodical=letter).subscriber
    issue = make_issue(periodical=letter, body=BODY)
    issue.save_revision().publish()
    return person


def written_by(relay, *, most: int = 99) -> list[bytes]:
    """Do the errands; the mails this brought."""
    before = len(relay.messages)
    errands.run_due()
    assert not Errand.objects.exists()
    return relay.messages[before : before + most]


def _note(kind: str, person: Subscriber) -> None:
    letters = {"letters": [person.subscriptions.get().periodical_id]}
    details = {"to": READER, "email_key": READER} if kind == "moved" else {}
    person.subscriptions.update(state="active")
    if kind == "move":
        Subscriber.objects.update(wanted_email="neuve@example.org")
    if kind == "renewal":
        Subscriber.objects.update(reminded_at=timezone.now())
    if kind == "confirmation":
        person.subscriptions.update(state="pending")
    Errand.objects.create(kind=kind, subscriber=person, details=letters | details)


def service(kind: str):
    def write(person: Subscriber, relay) -> bytes:
        _note(kind, person)
        (raw,) = written_by(relay)
        return raw

    return write


def _letter(mailing: Mailing, relay) -> bytes:
    mailing.content_hash = mailing.approved_hash = mailing.fingerprint()
    mailing.save()
    freeze(mailing=mailing)
    deliver(mailing.pk)
    return relay.messages[-1]


def issue(person: Subscriber, relay) -> bytes:
    mailing = make_mailing(issue=person.subscriptions.get().periodical.issues.get())
    fill(mailing, latest(mailing.issue))
    return _letter(mailing, relay)


def erratum(person: Subscriber, relay) -> bytes:
    issue(person, relay)
    first = Mailing.objects.get()
    second = Mailing(issue=first.issue, corrects=first, correction="Une date.", state="approved")
    fill(second, latest(first.issue))
    return _letter(second, relay)


def test_send(person: Subscriber, relay) -> bytes:
    issue = person.subscriptions.get().periodical.issues.get()
    lifecycle.send_test(issue=issue, addresses=[READER], user=None)
    return relay.messages[-1]


test_send.__test__ = False
MAILS = {
    **{kind.value: service(kind.value) for kind in _NOTES},
    "issue": issue, "erratum": erratum, "test": test_send,
}  # fmt: skip


@pytest.mark.parametrize("kind", MAILS)
def test_nothing_changes_however_often_a_filter_opens_the_links(client, person, relay, kind):
    raw = MAILS[kind](person, relay)
    found = links(raw)
    assert found or kind == "moved"
    before = digests()
    for _ in range(3):
        for link in found:
            for method, query, headers in WAYS:
                answer = getattr(client, method)(link + query, **headers)
                assert answer.status_code < (405 if method != "options" else 406), link
    after = digests()
    counted = "newsletters.MailLink"
    assert {name for name in after if after[name] != before[name]} <= {counted}
    assert (after[counted] != before[counted]) == any(link.startswith("/l/") for link in found)
    assert not client.cookies


def test_a_click_is_counted_for_a_reader_and_not_for_the_question_of_a_robot(client, person, relay):
    clicks = [link for link in links(issue(person, relay)) if link.startswith("/l/")]
    assert clicks
    for link in clicks:
        client.head(link)
        client.options(link)
    assert sum(MailLink.objects.values_list("clicks", flat=True)) == 0
    for link in clicks:
        client.get(link)
    assert sum(MailLink.objects.values_list("clicks", flat=True)) == len(clicks)


def test_the_pages_behind_the_links_lead_a_filter_nowhere_either(client, person, relay):
    """It also follows the links of those pages; only buttons act, and a filter presses none."""
    _note("access", person)
    found = links(written_by(relay)[0])
    pages = [client.get(link) for link in found]
    further = {
        unescape(one)
        for page in pages
        for one in re.findall(r'href="(/lettre/[^"]+|\?[^"]+)"', page.content.decode())
    }
    assert any("/copie/" in one for one in further)
    assert any("/suppression/" in one for one in further)
    before = digests()
    for link in further:
        client.get(link if link.startswith("/") else found[0] + link)
    assert digests() == before
    assert not Attempt.objects.exists()


def test_a_filter_that_comes_a_year_later_changes_nothing(client, person, relay):
    kinds = [kind for kind in MAILS if kind != "erratum"]
    found = [link for kind in kinds for link in links(MAILS[kind](person, relay))]
    consent.leave_all(subscriber=person, origin="Lien")
    type(person).objects.update(last_action_at=timezone.now() - timedelta(days=400))
    before = {name: value for name, value in digests().items() if "MailLink" not in name}
    for link in found:
        client.get(link)
        client.head(link)
    assert {name: value for name, value in digests().items() if "MailLink" not in name} == before
