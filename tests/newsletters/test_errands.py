"""The worker of the forms' errands: once, in order, whatever the relay or a kill does."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

import pytest
import time_machine

from newsletters import consent, errands
from newsletters.consent import Demand
from newsletters.models import Errand, Subscriber, Subscription
from tests.builders import make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, link_in, mails
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


@pytest.mark.parametrize("known", [False, True])
def test_an_address_is_said_to_be_forgotten_only_if_it_would_be(demand, relay, known):
    if known:
        make_subscription(ADDRESS, periodical=make_periodical(code="autre"), state="left")
    errands.run_due()
    (mail,) = mails(relay)
    said = " ".join(mail.get_body(("plain",)).get_content().split())
    assert ("votre adresse sera oubliée" in said) is not known
    assert ("rien ne changera" in said) is known


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


@pytest.mark.parametrize("refusal", ["erase", "complain", "block"])
def test_whoever_refused_may_come_back_by_their_own_mailbox_only(letter, relay, refusal):
    person = make_subscription(ADDRESS, periodical=letter).subscriber
    if refusal == "block":
        consent.block(subscriber=person, reason="n'existe plus")
    else:
        getattr(consent, refusal)(subscriber=person, origin="essai")
    asked = Demand(email=ADDRESS, letters=(letter.pk,))
    Errand.objects.create(kind=Errand.Kind.ASK, details=asked.as_details())
    errands.run_due()
    (mail,) = mails(relay)
    Client().get(link_in(mail))
    assert Subscription.objects.mailable(letter).count() == 0
    Client().post(link_in(mail))
    assert Subscription.objects.mailable(letter).count() == 1


def test_the_question_of_the_retention_rule_is_answered_by_a_button(letter, relay):
    person = make_subscription(ADDRESS, periodical=letter).subscriber
    Subscriber.objects.update(last_action_at=timezone.now() - timedelta(days=1080))
    assert consent.remind_silent(timezone.now()) == 1
    errands.run_due()
    (mail,) = mails(relay)
    link = link_in(mail, "/lettre/continuer/")
    for _ in range(2):
        assert "Oui, je souhaite continuer" in Client().get(link).content.decode()
    person.refresh_from_db()
    assert person.reminded_at is not None
    assert "C’est noté" in Client().post(link).content.decode()
    person.refresh_from_db()
    assert person.reminded_at is None
    consent.erase(subscriber=person, origin="essai")
    assert Client().get(link).status_code == 410
