"""Messages whose answer was lost: a person says what becomes of them, and nobody else."""

from collections import Counter
from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters import doubts, lifecycle
from newsletters.delivery.answers import Answer, Outcome
from newsletters.delivery.claim import Claimed, Settled, mark
from newsletters.delivery.send import run
from newsletters.models import Delivery, Mailing
from newsletters.rendering import LifecycleError
from newsletters.tokens import message_token
from tests.builders import make_sending
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("journal")]
LOST = "lecteur00002@example.org"
State = Mailing.State


@pytest.fixture
def mailing() -> Mailing:
    mailing = make_sending(4)
    run(mailing.pk, transport=FakeTransport({LOST: [Outcome.UNCERTAIN]}))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.equation().uncertain) == (State.FINISHED, 1)
    return mailing


@pytest.fixture
def sender(client):
    user = User.objects.create_user("agent")
    wanted = ["access_admin", "send_mailing"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(user)
    return client


def press(client, mailing: Mailing, action: str) -> None:
    client.post(reverse("mailings:action", args=[mailing.pk, action]))
    mailing.refresh_from_db()


def screen(client, mailing: Mailing) -> str:
    return client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()


def test_a_doubt_held_as_received_closes_the_report_and_says_by_whom(sender, mailing):
    assert "Tenir pour remis" in screen(sender, mailing)
    press(sender, mailing, "remis")
    assert mailing.state == State.FINISHED
    equation = mailing.equation()
    assert (equation.accepted, equation.uncertain, equation.balances) == (4, 0, True)
    assert Delivery.objects.get(email=LOST).reply_text == doubts.BY_HAND
    assert "Tenir pour remis" not in screen(sender, mailing)


def test_a_doubt_is_sent_again_to_that_person_only_under_the_same_message_id(sender, mailing):
    Mailing.objects.update(stop_after=timezone.now() - timedelta(minutes=1))
    press(sender, mailing, "renvoyer")
    assert mailing.state == State.SENDING
    again = FakeTransport()
    run(mailing.pk, transport=again)
    assert Counter(again.accepted) == Counter([LOST])
    mailing.refresh_from_db()
    assert (mailing.state, mailing.equation().accepted) == (State.FINISHED, 4)
    row = Delivery.objects.get(email=LOST)
    reference = f"<{mailing.pk}.{row.pk}.{message_token(row.pk)}@example.org>"
    assert f"Message-ID: {reference}\r\n".encode() in again.messages[0]


@pytest.mark.parametrize("decide", [doubts.hold_as_received, doubts.send_again])
def test_nothing_is_decided_while_a_worker_may_still_know(decide):
    mailing = make_sending(2)
    Delivery.objects.update(state="uncertain")
    with pytest.raises(LifecycleError, match="pas terminé"):
        decide(mailing=mailing)
    assert mailing.equation().uncertain == 2


def test_a_cancelled_sending_is_not_begun_again_by_its_doubts(mailing):
    Mailing.objects.update(state=State.CANCELLED)
    with pytest.raises(LifecycleError):
        doubts.send_again(mailing=mailing)
    assert doubts.hold_as_received(mailing=mailing) == 1
    assert Mailing.objects.get().state == State.CANCELLED


def test_two_clicks_decide_once(sender, mailing):
    press(sender, mailing, "remis")
    press(sender, mailing, "renvoyer")
    assert (mailing.state, mailing.equation().accepted) == (State.FINISHED, 4)


def test_a_worker_that_wakes_from_the_dead_has_no_more_to_say(mailing):
    row = Delivery.objects.get(email=LOST)
    worker = row.worker
    doubts.hold_as_received(mailing=mailing)
    claimed = Claimed(row.pk, row.email, 0, row.subscription_id)
    mark(worker, [Settled(claimed, Answer(Outcome.REFUSED, 550, "", ""))])
    row.refresh_from_db()
    assert row.state == Delivery.State.ACCEPTED


def test_the_right_to_send_is_needed(client, mailing):
    user = User.objects.create_user("lectrice")
    wanted = ["access_admin", "view_mailing"]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(user)
    assert "Tenir pour remis" not in screen(client, mailing)
    press(client, mailing, "remis")
    assert mailing.equation().uncertain == 1


def test_a_time_limit_of_the_first_departure_does_not_hold_the_rest(mailing):
    Mailing.objects.update(stop_after=timezone.now() - timedelta(minutes=1))
    Delivery.objects.filter(email="lecteur00001@example.org").update(
        state="refused", reply_code=451
    )
    mailing.refresh_from_db()
    assert lifecycle.send_rest(mailing=mailing) == 1
    assert run(mailing.pk, transport=FakeTransport()).fault == ""
