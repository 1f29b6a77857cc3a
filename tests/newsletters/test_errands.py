"""The worker of the forms' errands: once, in order, whatever the relay or a kill does."""

from datetime import timedelta

from django.utils import timezone

import pytest
import time_machine

from newsletters import errands
from newsletters.consent import Demand
from newsletters.models import Errand, Subscription
from tests.builders import make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, mails
from tests.smtp_session import Rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return make_periodical()


@pytest.fixture
def demand(letter) -> Errand:
    asked = Demand(email=ADDRESS, letters=(letter.pk,), themes=(99,), territories=(99,))
    return Errand.objects.create(kind=Errand.Kind.ASK, details=asked.as_details())


@pytest.mark.parametrize(
    "fault",
    [
        Rule("connect", "drop", times=1),
        Rule("mail", "451 4.3.0 plus tard", times=1),
        Rule("rcpt", "450 4.2.0 liste grise", times=1),
        Rule("dot", "drop", times=1, accepting=True),
    ],
    ids=lambda rule: rule.stage,
)
def test_a_relay_in_trouble_is_asked_again_under_the_same_message_id(demand, relay, fault):
    relay.rules = [fault]
    errands.run_due()
    (waiting,) = Errand.objects.all()
    assert waiting.kind == Errand.Kind.CONFIRMATION
    assert waiting.not_before > timezone.now()
    assert errands.run_due() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        errands.run_due()
    assert not Errand.objects.exists()
    assert len({accepted.message_id for accepted in relay.accepted}) == 1


def test_a_mailbox_that_does_not_exist_is_not_asked_again(demand, relay):
    relay.rules = [Rule("rcpt", "550 5.1.1 inconnu")]
    errands.run_due()
    assert not Errand.objects.exists()
    assert not relay.accepted


def test_a_relay_that_never_answers_is_given_up_in_the_end(demand, relay, settings, caplog):
    relay.rules = [Rule("connect", "drop")]
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(errands.MOST_ATTEMPTS + 1):
            errands.run_due()
            clock.shift(timedelta(hours=3))
    assert not Errand.objects.exists()
    assert "event=errand_given_up" in caplog.text
    assert ADDRESS not in caplog.text


def test_an_errand_held_by_a_dead_worker_is_done_by_the_next(demand, relay):
    Errand.objects.update(not_before=timezone.now() + timedelta(minutes=5), attempts=1)
    assert errands.run_due() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        errands.run_due()
    assert len(relay.accepted) == 1
    assert Subscription.objects.count() == 1


def test_an_errand_is_taken_by_one_of_two_workers(demand, monkeypatch):
    seen = Errand.objects.get()
    assert errands._take().pk == seen.pk
    # The second read the same row before the first had taken it.
    monkeypatch.setattr(type(Errand.objects.all()), "due", lambda self: [seen])
    assert errands._take() is None


def test_words_removed_since_the_form_are_left_out(demand, relay):
    errands.run_due()
    person = Subscription.objects.get().subscriber
    assert not person.themes.exists()
    assert not person.territories.exists()


def test_a_damaged_errand_does_not_stop_the_others(demand, relay):
    Errand.objects.create(kind=Errand.Kind.ASK, details={}, created_at=timezone.now())
    first = Errand.objects.order_by("pk").first()
    Errand.objects.filter(pk=first.pk).update(details={"email": 3})
    Errand.objects.filter(pk=first.pk + 1).update(details=demand.details)
    errands.run_due()
    assert len(relay.accepted) == 1
    assert Errand.objects.get().pk == first.pk


def test_a_person_who_left_in_between_is_not_welcomed(letter, relay):
    held = make_subscription(ADDRESS, periodical=letter, state="left")
    Errand.objects.create(
        kind=Errand.Kind.WELCOME, subscriber=held.subscriber, details={"letters": [letter.pk]}
    )
    errands.run_due()
    assert not relay.accepted
    assert not Errand.objects.exists()


def test_service_mails_have_both_forms_a_sender_and_no_list_headers(demand, relay, letter):
    letter.reply_to = "reponse@example.org"
    letter.save()
    errands.run_due()
    (mail,) = mails(relay)
    assert mail["From"].addresses[0].addr_spec == "lettre@example.org"
    assert mail["Reply-To"] == "reponse@example.org"
    assert not mail["List-Unsubscribe"]
    html = mail.get_body(preferencelist=("html",)).get_content()
    assert '<html lang="fr"' in html
    assert "src=" not in html
    text = mail.get_body(preferencelist=("plain",)).get_content()
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 72
