from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

import pytest
import time_machine

from newsletters.consent import leave
from newsletters.delivery.answers import Answer, Outcome
from newsletters.delivery.claim import (
    LEASE,
    Settled,
    _claim_sql,
    claim,
    extend,
    mark,
    release,
)
from newsletters.delivery.rest import rest_of
from newsletters.delivery.thresholds import rates
from newsletters.models import Delivery, Mailing, Subscriber, Suppression
from newsletters.tokens import address_hashes
from tests.builders import make_sending

pytestmark = pytest.mark.django_db
State = Delivery.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

ACCEPTED = Answer(Outcome.ACCEPTED, 250, "2.0.0", "Ok: queued as 4F2A")
GREYLISTED = Answer(Outcome.RETRY, 451, "4.7.1", "essayez plus tard")
REFUSED = Answer(Outcome.REFUSED, 550, "5.1.1", "inconnu")
UNCERTAIN = Answer(Outcome.UNCERTAIN, 0, "", "réponse perdue")


def test_a_claim_takes_the_next_rows_of_the_ledger():
    mailing = make_sending(5)
    batch = claim(mailing.pk, "w", limit=3)
    assert [row.email for row in batch.rows] == [f"lecteur0000{n}@example.org" for n in (1, 2, 3)]
    rows = Delivery.objects.filter(state=State.CLAIMED)
    assert rows.count() == rows.filter(worker="w", lease_until__isnull=False).count() == 3


def test_no_row_is_claimed_twice():
    mailing = make_sending(5)
    taken = [row.pk for worker in "abc" for row in claim(mailing.pk, worker, limit=2).rows]
    assert len(taken) == len(set(taken)) == 5
    assert not claim(mailing.pk, "d")


@pytest.mark.parametrize("state", set(Mailing.State) - {Mailing.State.SENDING})
def test_only_a_mailing_being_sent_is_claimed(state: Mailing.State):
    mailing = make_sending(2)
    Mailing.objects.update(state=state, scheduled_at=NOW)
    assert not claim(mailing.pk, "w")
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PLANNED}


def test_whoever_may_no_longer_be_written_to_is_skipped_with_the_reason():
    mailing = make_sending(6)
    left, blocked, erased, suppressed, both, _ = list(Delivery.objects.order_by("pk"))
    leave(subscription=left.subscription, origin="test")
    Subscriber.objects.filter(pk=blocked.subscriber_id).update(blocked_at=NOW)
    Subscriber.objects.get(pk=erased.subscriber_id).delete()
    Suppression.objects.create(address_hash=address_hashes(suppressed.email)[0], reason="effacé")
    leave(subscription=both.subscription, origin="test")
    Subscriber.objects.filter(pk=both.subscriber_id).update(blocked_at=NOW)

    batch = claim(mailing.pk, "w")

    assert [row.email for row in batch.rows] == ["lecteur00006@example.org"]
    assert batch.skipped == 5
    skipped = Delivery.objects.filter(state=State.SKIPPED, settled_at__isnull=False)
    reasons = list(skipped.order_by("pk").values_list("skip_reason", flat=True))
    assert reasons == ["left", "blocked", "erased", "erased", "blocked"]
    equation = mailing.equation()
    assert (equation.skipped, equation.remaining) == (5, 1)
    assert equation.balances


def test_a_batch_of_people_who_all_left_is_not_the_end():
    mailing = make_sending(3)
    for row in Delivery.objects.order_by("pk")[:2]:
        leave(subscription=row.subscription, origin="test")
    batch = claim(mailing.pk, "w", limit=2)
    assert not batch.rows
    assert batch
    assert len(claim(mailing.pk, "w", limit=2).rows) == 1


def test_a_claim_writes_as_many_queries_whatever_its_size(django_assert_num_queries):
    mailing = make_sending(150)
    with django_assert_num_queries(4):  # savepoint, claim, suppressions, release
        claim(mailing.pk, "w")


@pytest.mark.parametrize(
    ("answer", "state", "code", "text"),
    [
        (ACCEPTED, State.ACCEPTED, 250, ""),
        (REFUSED, State.REFUSED, 550, "5.1.1 inconnu"),
        (UNCERTAIN, State.UNCERTAIN, None, "réponse perdue"),
        (GREYLISTED, State.RETRY, 451, "4.7.1 essayez plus tard"),
    ],
)
def test_an_answer_becomes_a_state(answer: Answer, state: State, code: int | None, text: str):
    mailing = make_sending(1)
    batch = claim(mailing.pk, "w")
    mark("w", [Settled(batch.rows[0], answer)])
    row = Delivery.objects.get()
    assert (row.state, row.reply_code, row.reply_text) == (state, code, text)
    assert (row.attempts, row.lease_until) == (1, None)
    assert (row.settled_at is None) == (state == State.RETRY)


@pytest.mark.parametrize("state", [State.PLANNED, State.ACCEPTED, State.SKIPPED])
def test_a_mark_touches_only_rows_in_hand(state: State):
    mailing = make_sending(1)
    batch = claim(mailing.pk, "w")
    Delivery.objects.update(state=state)
    mark("w", [Settled(batch.rows[0], REFUSED)])
    assert Delivery.objects.get().state == state


def test_a_worker_cannot_mark_nor_release_the_row_of_another():
    mailing = make_sending(1)
    batch = claim(mailing.pk, "a")
    mark("b", [Settled(batch.rows[0], ACCEPTED)])
    release("b", [batch.rows[0].pk])
    assert Delivery.objects.get().state == State.CLAIMED


def test_a_worker_taken_for_dead_still_settles_what_was_called_uncertain():
    mailing = make_sending(1)
    batch = claim(mailing.pk, "w")
    Delivery.objects.update(state=State.UNCERTAIN)
    mark("w", [Settled(batch.rows[0], ACCEPTED)])
    assert Delivery.objects.get().state == State.ACCEPTED


def test_temporary_refusals_wait_longer_each_time_and_end_as_a_refusal():
    mailing = make_sending(1)
    waits = []
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            batch = claim(mailing.pk, "w")
            mark("w", [Settled(batch.rows[0], GREYLISTED)])
            row = Delivery.objects.get()
            if row.not_before:
                wait = row.not_before - timezone.now()
                clock.shift(wait - timedelta(seconds=1))
                assert not claim(mailing.pk, "w"), "claimed before its time"
                clock.shift(1)
                waits.append(wait.total_seconds() / 60)
    assert waits == [1, 5, 15, 60]
    assert (row.state, row.reply_code, row.attempts) == (State.REFUSED, 451, 5)
    assert mailing.equation().refused == 1


def test_who_was_never_answered_counts_neither_as_a_bad_address_nor_as_done():
    mailing = make_sending(1)
    Delivery.objects.update(attempts=4)
    cut = Answer(Outcome.RETRY, 0, "", "connexion perdue avant la fin du message")
    mark("w", [Settled(claim(mailing.pk, "w").rows[0], cut)])
    assert Delivery.objects.get().state == State.REFUSED
    assert rates(mailing).hard == 0
    assert rest_of(mailing).put_off == 1


def test_a_worker_taken_for_dead_gives_back_what_it_had_not_offered():
    mailing = make_sending(2)
    batch = claim(mailing.pk, "w")
    mark("w", [Settled(row, UNCERTAIN) for row in batch.rows])  # as another machine does
    release("w", [batch.rows[1].pk])
    assert list(Delivery.objects.order_by("pk").values_list("state", "attempts")) == [
        (State.UNCERTAIN, 1),
        (State.PLANNED, 0),
    ]
    assert Mailing.objects.get().state == Mailing.State.SENDING


def test_a_released_row_is_claimed_again_at_once():
    mailing = make_sending(2)
    batch = claim(mailing.pk, "a")
    release("a", [row.pk for row in batch.rows])
    assert [row.attempts for row in claim(mailing.pk, "b").rows] == [0, 0]


def test_a_heartbeat_extends_only_its_own_leases():
    mailing = make_sending(2)
    with time_machine.travel(NOW, tick=False) as clock:
        claim(mailing.pk, "a", limit=1)
        claim(mailing.pk, "b", limit=1)
        clock.shift(60)
        extend("a")
    leases = dict(Delivery.objects.values_list("worker", "lease_until"))
    assert leases == {"a": NOW + LEASE + timedelta(seconds=60), "b": NOW + LEASE}


def test_rows_released_by_a_cancelled_mailing_are_struck_out():
    mailing = make_sending(2)
    batch = claim(mailing.pk, "w", limit=1)
    Mailing.objects.update(state=Mailing.State.CANCELLED)
    release("w", [batch.rows[0].pk])
    skipped = Delivery.objects.filter(state=State.SKIPPED, skip_reason="cancelled")
    assert skipped.count() == 2
    assert mailing.equation().balances


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plan propre à SQLite")
def test_the_claim_reads_the_partial_index():
    mailing = make_sending(3)
    sql = "EXPLAIN QUERY PLAN " + _claim_sql("sqlite")
    with connection.cursor() as cursor:
        cursor.execute(sql, [mailing.pk, "z", mailing.pk, 10, "z", "w", "z"])
        plan = " ".join(str(row[3]) for row in cursor.fetchall())
    assert "USING INDEX delivery_to_claim" in plan
    assert "TEMP B-TREE" not in plan
