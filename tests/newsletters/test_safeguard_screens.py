"""What may hold or stop a sending is shown on its screen, and answered there."""

import html
from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

import pytest
import time_machine

from newsletters import clock, lifecycle
from newsletters.delivery.send import run
from newsletters.delivery.thresholds import trip
from newsletters.models import Delivery, Mailing, RateLimit, SendingRules
from tests.builders import make_mailing, make_readers, make_sending, make_subscription
from tests.fakes import FakeTransport

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("journal")]
State = Mailing.State


@pytest.fixture
def sign_in(client):
    def log_in(*rights: str):
        user = User.objects.create_user("agent")
        wanted = ["access_admin", "view_mailing", *rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def sender(sign_in):
    return sign_in("send_mailing")


def screen(client, mailing: Mailing) -> str:
    return client.get(reverse("mailings:detail", args=[mailing.pk])).content.decode()


def press(client, mailing: Mailing, action: str) -> None:
    client.post(reverse("mailings:action", args=[mailing.pk, action]))
    mailing.refresh_from_db()


def rules(**values: object) -> None:
    SendingRules.objects.update_or_create(defaults=values)


def paused(mailing: Mailing, page: str) -> str:
    """The reason of the pause, after checking that the screen gives it."""
    mailing.refresh_from_db()
    assert mailing.state == State.PAUSED
    assert html.escape(mailing.pause_reason) in page
    return mailing.pause_reason


def test_the_safeguards_of_a_sending_are_shown_as_they_stand(sign_in):
    rules(canary_size=3, canary_minutes=15, hard_percent=50, complaint_percent=0.25, sample=20)
    RateLimit.objects.create(per_second=2.5)
    RateLimit.objects.create(domain="orange.fr", per_hour=900)
    mailing = make_sending(8)
    limit = timezone.now() + timedelta(hours=3)
    Mailing.objects.update(stop_after=limit)
    Delivery.objects.filter(email__contains="00001").update(state="refused", reply_code=550)
    client = sign_in()
    page = screen(client, mailing)
    live = client.get(reverse("mailings:progress", args=[mailing.pk])).json()
    shown = {
        "first_group": "3 personnes, puis 15 min d’observation",
        "breaker": "rebonds définitifs 100 % (seuil 50 %), plaintes 0 % (seuil 0,25 %) ;"
        " jugés après 20 réponses".replace(" %", "\u00a0%"),
        "faults": "pause après 3 coupures ou silences du relais de suite, ou 50 reports ;"
        " reprise automatique, de plus en plus espacée",
        "limits": "Tous les messages : 2,5 par seconde ; orange.fr : 900 par heure",
        "stop_after": f"{timezone.localtime(limit):%d/%m/%Y à %H:%M}, puis une question",
    }
    for name, words in shown.items():
        assert words in page
        assert live[name] == words


@pytest.mark.parametrize("right", ["change_sendingrules", "view_ratelimit"])
def test_the_screen_leads_to_the_rules_that_one_may_change(sign_in, right):
    page = screen(sign_in(right), make_sending(2))
    assert (reverse("debits:index") in page) is (right == "view_ratelimit")
    rules_url = reverse("wagtailsettings:edit", args=["newsletters", "sendingrules"])
    assert (rules_url in page) is (right == "change_sendingrules")


def test_the_first_group_and_the_breaker_are_answered_on_the_screen(sender):
    rules(canary_size=20, canary_minutes=10, hard_percent=2, sample=20)
    mailing = make_sending(60)
    run(mailing.pk, transport=FakeTransport())
    page = screen(sender, mailing)
    assert "20 premiers messages" in paused(mailing, page)
    assert "Reprise automatique" in page
    press(sender, mailing, "reprendre")
    assert "20 personnes, observation terminée" in screen(sender, mailing)
    Delivery.objects.filter(email__contains="0001").update(state="refused", reply_code=550)
    assert trip(mailing)
    assert "Trop d’adresses refusées" in paused(mailing, screen(sender, mailing))
    press(sender, mailing, "reprendre")
    assert "levé pour cet envoi" in screen(sender, mailing)


def test_a_yes_to_one_pause_is_no_yes_to_another(sender):
    mailing = make_sending(5)
    Mailing.objects.update(state=State.PAUSED, pause_kind="fault", pause_reason="Panne.")
    assert 'name="pause_kind" value="fault"' in screen(sender, mailing)
    Mailing.objects.update(pause_kind="breaker", pause_reason="Trop de rebonds.")
    url = reverse("mailings:action", args=[mailing.pk, "reprendre"])
    page = sender.post(url, {"pause_kind": "fault"}, follow=True).content.decode()
    assert "relisez-la" in page
    mailing.refresh_from_db()
    assert (mailing.state, mailing.breaker_off) == (State.PAUSED, False)
    sender.post(url, {"pause_kind": "breaker"})
    mailing.refresh_from_db()
    assert (mailing.state, mailing.breaker_off) == (State.SENDING, True)


def test_a_late_departure_is_a_question_on_the_screen(sender):
    mailing = make_mailing()
    make_readers(2, periodical=mailing.issue.periodical)
    lifecycle.schedule(mailing=mailing, at=timezone.now(), user=None)
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        clock.launch_due()
        assert "Faut-il encore l'envoyer" in paused(mailing, screen(sender, mailing))
        press(sender, mailing, "reprendre")
        assert mailing.state == State.SCHEDULED


def test_a_copy_of_the_database_is_a_question_on_the_screen(sender, settings):
    mailing = make_sending(2)
    settings.NEWSLETTER_ENVIRONMENT = "copie"
    run(mailing.pk, transport=FakeTransport())
    assert "autre installation" in paused(mailing, screen(sender, mailing))
    press(sender, mailing, "reprendre")
    assert run(mailing.pk, transport=FakeTransport()).equation.accepted == 2


def test_the_time_limit_is_a_question_on_the_screen(sender):
    mailing = make_sending(2)
    Mailing.objects.update(stop_after=timezone.now() - timedelta(minutes=1))
    run(mailing.pk, transport=FakeTransport())
    assert "heure limite" in paused(mailing, screen(sender, mailing))
    press(sender, mailing, "reprendre")
    assert (mailing.state, mailing.stop_after) == (State.SENDING, None)


def test_the_rest_is_offered_with_its_numbers_and_leaves_at_a_click(sender):
    mailing = make_sending(3)
    run(mailing.pk, transport=FakeTransport())
    assert "Envoyer au reste" not in screen(sender, mailing)
    make_subscription("tardif@example.org", periodical=mailing.issue.periodical)
    assert "Envoyer au reste : 1 arrivé·e depuis" in screen(sender, mailing)
    press(sender, mailing, "reste")
    transport = FakeTransport()
    run(mailing.pk, transport=transport)
    assert transport.accepted == ["tardif@example.org"]
