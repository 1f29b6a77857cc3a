"""The consent ledger is written once, and what is reported leaves its line in it."""

from django.db import IntegrityError, connection, transaction

import pytest

from newsletters import consent
from newsletters.models import AppendOnlyError, ConsentEvent, Subscriber, Subscription
from tests.builders import make_periodical, make_subscription

pytestmark = pytest.mark.django_db
Action = ConsentEvent.Action


@pytest.fixture
def line():
    person = make_subscription("lectrice@example.org", periodical=make_periodical()).subscriber
    return ConsentEvent.objects.create(subscriber=person, action=Action.ASKED, origin="Formulaire")


@pytest.mark.parametrize(
    "attempt",
    [
        lambda line: line.save(),
        lambda line: line.delete(),
        lambda line: ConsentEvent.objects.update(action=Action.LEFT),
        lambda line: ConsentEvent.objects.filter(pk=line.pk).delete(),
        lambda line: ConsentEvent.objects.bulk_update([line], ["action"]),
    ],
)
def test_a_line_is_neither_changed_nor_removed(line, attempt):
    with pytest.raises(AppendOnlyError):
        attempt(line)
    assert ConsentEvent.objects.get().action == Action.ASKED


@pytest.mark.parametrize(
    "change", ["action = 'left'", "notice_text = 'autre'", "at = '2001-01-01'"]
)
def test_the_database_refuses_to_rewrite_a_line(line, change):
    table = ConsentEvent._meta.db_table
    with (
        pytest.raises(IntegrityError, match="append only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {change}")
    assert ConsentEvent.objects.get().origin == "Formulaire"


def test_a_line_is_never_given_to_somebody_else(line):
    other = Subscriber.objects.create(email="autre@example.org")
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {ConsentEvent._meta.db_table} SET subscriber_id = %s", [other.pk])


def test_erasing_a_person_leaves_the_line_without_the_person(line):
    line.subscriber.delete()
    kept = ConsentEvent.objects.get()
    assert (kept.subscriber, kept.action, kept.origin) == (None, Action.ASKED, "Formulaire")


def test_blocking_unblocking_and_complaining_leave_their_lines(line):
    person = line.subscriber
    assert consent.block(subscriber=person, reason="Rebond définitif (brevo)")
    assert not consent.block(subscriber=person, reason="encore")
    assert consent.unblock(subscriber=person, origin="Adresse vérifiée")
    assert not consent.unblock(subscriber=person, origin="encore")
    consent.complain(subscriber=person, origin="Plainte (brevo)")
    lines = ConsentEvent.objects.exclude(pk=line.pk).values_list("action", "origin")
    assert list(lines) == [
        (Action.BLOCKED, "Rebond définitif (brevo)"),
        (Action.UNBLOCKED, "Adresse vérifiée"),
        (Action.LEFT, "Plainte (brevo)"),
        (Action.COMPLAINED, "Plainte (brevo)"),
    ]
    assert person.subscriptions.get().state == Subscription.State.LEFT
