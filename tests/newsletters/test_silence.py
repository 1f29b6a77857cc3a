"""Nobody learns who is on the list: equal answers, equal work, no address in logs or errors."""

import logging
import re
from datetime import timedelta

from django.apps import apps
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail.models import Site

import pytest

from newsletters import consent, errands
from newsletters.delivery.freeze import freeze
from newsletters.delivery.send import deliver
from newsletters.models import Attempt, Errand, MailLink, Subscriber, Subscription
from newsletters.rendering import fill as fill_mailing
from newsletters.rendering import latest
from newsletters.tokens import preferences_token, unsubscribe_token
from pages.models import CentreSettings
from tests.builders import make_home, make_issue, make_mailing, make_periodical, make_subscription
from tests.newsletters.reading import JOIN, LINK, fill, links_in, mails

pytestmark = pytest.mark.django_db
KINDS = ("new", "known", "pending", "blocked", "left", "suppressed", "erased")


@pytest.fixture
def letter():
    make_home()
    CentreSettings.for_site(Site.objects.get())  # made by the first page that asks for it
    letter = make_periodical()
    for kind in KINDS[1:]:
        held = make_subscription(
            f"{kind}@example.org",
            periodical=letter,
            state="pending" if kind == "pending" else "active",
        )
        if kind == "blocked":
            consent.block(subscriber=held.subscriber, reason="Inconnue")
        if kind == "left":
            consent.leave(subscription=held, origin="essai")
        if kind == "suppressed":
            consent.complain(subscriber=held.subscriber, origin="essai")
        if kind == "erased":
            consent.erase(subscriber=held.subscriber, origin="essai")
    return letter


def join(client, letter, email):
    return fill(client, email=email, letters=[letter.pk])


def ask_link(client, letter, email):
    return client.post(LINK, {"email": email})


def api_join(client, letter, email):
    offer = client.get("/api/v3/lettres/").json()
    return client.post(
        "/api/v3/lettres/demandes/",
        {"email": email, "letters": [letter.code], "notice_version": offer["notice"]["version"]},
        content_type="application/json",
    )


def api_link(client, letter, email):
    return client.post("/api/v3/lettres/liens/", {"email": email}, content_type="application/json")


DOORS = [join, ask_link, api_join, api_link]


@pytest.mark.parametrize("door", DOORS)
def test_the_answer_is_the_same_byte_for_byte_whoever_the_address_is(client, letter, door):
    answers, queries = {}, {}
    door(client, letter, "chauffe@example.org")  # sites and content types are cached
    for kind in KINDS:
        with CaptureQueriesContext(connection) as seen:
            response = door(client, letter, f"{kind}@example.org")
        headers = {name: value for name, value in response.items() if name != "Expires"}
        answers[kind] = (response.status_code, response.content, headers)
        queries[kind] = [re.sub(r"'[^']*'|\d+", "…", one["sql"]) for one in seen]
    assert len({str(answer) for answer in answers.values()}) == 1
    assert len({str(shape) for shape in queries.values()}) == 1
    # Seen at all: the use counted against the mailbox, and what is left to the worker.
    writes = [one for one in queries["new"] if one.startswith("INSERT")]
    assert any(Attempt._meta.db_table in one for one in writes)
    assert any(Errand._meta.db_table in one for one in writes)
    assert answers["new"][0] in (202, 302)
    assert Errand.objects.count() == len(KINDS) + 1


def test_who_gets_which_mail_is_known_to_their_mailbox_only(client, letter, relay):
    for kind in KINDS:
        join(client, letter, f"{kind}@example.org")
    errands.run_due()
    got = {mail["To"].partition("@")[0]: mail["Subject"][:8] for mail in mails(relay)}
    assert got == {
        "new": "Confirme", "pending": "Confirme", "left": "Confirme", "known": "Vous ête",
        # Who refused, or whose mailbox bounced, comes back by confirming, and not otherwise.
        "blocked": "Confirme", "suppressed": "Confirme", "erased": "Confirme",
    }  # fmt: skip
    mailable = Subscription.objects.mailable(letter)
    refused = mailable.exclude(subscriber__email_key="known@example.org")
    assert not refused.exists()


def test_the_link_goes_to_whom_we_may_write_and_to_nobody_unknown(client, letter, relay):
    for kind in KINDS:
        ask_link(client, letter, f"{kind}@example.org")
    errands.run_due()
    assert {mail["To"].partition("@")[0] for mail in mails(relay)} == {"known", "pending", "left"}
    assert not Errand.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_a_mistake_in_the_address_is_told_the_same_way(client, letter, door):
    first, second = (door(client, letter, bad).content for bad in ("known@", "autre@"))
    clean = [re.sub(rb'value="[^"]*"|known@|autre@', b"", one) for one in (first, second)]
    assert clean[0] == clean[1]


def test_no_log_line_holds_an_address(client, letter, relay, caplog):
    caplog.set_level(logging.DEBUG)
    for door in DOORS:
        for kind in KINDS:
            door(client, letter, f"{kind}@example.org")
    errands.run_due()
    said = "\n".join(
        record.getMessage()
        for record in caplog.records
        if "sql" not in record.name and record.name != "django.db.backends"
    )
    assert not [kind for kind in KINDS if f"{kind}@" in said]


def everything() -> str:
    """Every row of every table."""
    return "\n".join(
        serializers.serialize("json", model._base_manager.order_by("pk"))
        for model in apps.get_models()
    )


def test_a_scanner_that_opens_every_link_of_every_mail_changes_nothing(client, letter, relay):
    make_issue(periodical=letter)
    # All kinds of mail: confirmation, already, access, welcome, move.
    for kind in ("new", "known"):
        join(client, letter, f"{kind}@example.org")
    ask_link(client, letter, "known@example.org")
    errands.run_due()
    client.post(next(one for one in links_in(mails(relay)[0]) if "/confirmation/" in one))
    person = Subscriber.objects.get(email_key="known@example.org")
    consent.ask_move(subscriber=person, email="neuve@example.org")
    errands.run_due()
    received = mails(relay)
    assert len(received) == 5
    before = everything()
    opened = 0
    for _ in range(3):
        for mail in received:
            for link in links_in(mail):
                assert client.get(link).status_code == 200
                assert client.head(link).status_code == 200
                opened += 1
    assert opened == 3 * 7
    assert everything() == before
    assert not client.cookies


def test_a_scanner_in_a_letter_changes_nothing(client, letter):
    held = Subscription.objects.get(subscriber__email_key="known@example.org")
    before = everything()
    for _ in range(3):
        for path in (
            f"/lettre/desinscription/{unsubscribe_token(held.pk)}/",
            f"/lettre/desinscription/{unsubscribe_token(held.pk)}/raison/",
            f"/lettre/choix/{preferences_token(held.pk)}/",
        ):
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
    assert everything() == before


def test_a_scanner_in_the_letter_as_delivered_changes_nothing_but_the_count_of_clicks(
    client, letter, relay
):
    """Every link of both editions and of the headers; a click's link counts, and nothing more."""
    letter.counts_clicks = True
    letter.save()
    issue = make_issue(periodical=letter)
    mailing = make_mailing(issue=issue)
    fill_mailing(mailing, latest(issue))
    mailing.content_hash = mailing.approved_hash = mailing.fingerprint()
    mailing.save()
    freeze(mailing=mailing)
    deliver(mailing.pk)
    received = mails(relay)
    assert {mail["To"] for mail in received} == {"known@example.org"}
    links = links_in(received[0])
    assert {"/lettre/desinscription/", "/lettre/choix/"} <= {
        "/".join(link.split("/")[:3]) + "/" for link in links
    }
    before = everything()
    for link in [one for one in links if not one.startswith("/l/")] * 3:
        for ask in (client.get, client.head):
            assert ask(link).status_code in (200, 302)
    assert everything() == before
    clicks = [one for one in links if one.startswith("/l/")]
    assert clicks
    for link in clicks * 3:
        assert client.get(link).status_code == 302
        client.head(link)
    MailLink.objects.update(clicks=0)
    assert everything() == before


def test_a_scanner_in_the_question_of_the_retention_changes_nothing(client, letter, relay):
    old = timezone.now() - timedelta(days=36 * 31)
    Subscriber.objects.filter(email_key="known@example.org").update(last_action_at=old)
    assert consent.remind_silent(timezone.now()) == 1
    errands.run_due()
    (mail,) = mails(relay)
    links = links_in(mail)
    assert any(link.startswith("/lettre/continuer/") for link in links)
    before = everything()
    for link in links * 3:
        assert client.get(link).status_code == client.head(link).status_code == 200
    assert everything() == before


def test_the_form_keeps_neither_address_nor_network(client, letter):
    join(client, letter, "known@example.org")
    kept = str(list(Attempt.objects.values()))
    assert "known" not in kept
    assert "127.0.0.1" not in kept


def test_the_page_of_a_mistake_is_not_kept_by_caches(client, letter):
    response = client.post(JOIN, {"email": "known@"})
    assert "no-store" in response["Cache-Control"]
