import re

from django.test import Client
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters.consent import leave
from newsletters.models import ConsentEvent, Subscription
from newsletters.tokens import unsubscribe_token
from tests.builders import make_home, make_periodical, make_subscription

pytestmark = pytest.mark.django_db
ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def subscription() -> Subscription:
    make_home()
    return make_subscription("camille@example.org", periodical=make_periodical())


def link(token: str) -> str:
    return reverse("newsletters:unsubscribe", args=[token])


def state() -> str:
    return Subscription.objects.get().state


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(client, subscription, method):
    response = getattr(client, method)(link(unsubscribe_token(subscription.pk)))
    assert response.status_code == 200
    assert state() == "active"
    assert not ConsentEvent.objects.exists()
    assert not response.cookies
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_the_page_names_the_letter_and_not_the_person(client, subscription):
    page = client.get(link(unsubscribe_token(subscription.pk))).content.decode()
    assert '<form method="post">' in page
    assert "Résonances" in page
    assert "camille" not in page


def test_the_button_ends_the_subscription_and_says_so(client, subscription):
    response = client.post(link(unsubscribe_token(subscription.pk)))
    assert response.status_code == 200
    assert "Vous êtes désinscrit·e" in response.content.decode()
    assert not response.cookies
    event = ConsentEvent.objects.get()
    assert (event.action, event.origin) == ("left", "Lien de désinscription")
    assert (event.subscriber, event.periodical) == (
        subscription.subscriber,
        subscription.periodical,
    )
    left = Subscription.objects.get()
    assert (left.state, left.left_at) == ("left", event.at)


def test_one_click_acts_at_once_without_cookie_token_or_redirect(client, subscription):
    url = link(unsubscribe_token(subscription.pk))
    response = client.post(url, ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    assert not response.cookies
    assert state() == "left"
    assert ConsentEvent.objects.get().origin == "Désinscription en un clic"


def test_one_click_in_a_multipart_body_also_acts(client, subscription):
    url = link(unsubscribe_token(subscription.pk))
    assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert state() == "left"


@pytest.mark.parametrize("body", ["", ONE_CLICK])
def test_leaving_twice_leaves_one_proof(client, subscription, body):
    for _ in range(2):
        response = client.post(link(unsubscribe_token(subscription.pk)), body, content_type=FORM)
        assert response.status_code == 200
    assert ConsentEvent.objects.count() == 1


def test_the_page_of_someone_already_gone_has_no_button(client, subscription):
    leave(subscription=subscription, origin="test")
    page = client.get(link(unsubscribe_token(subscription.pk))).content.decode()
    assert "Me désinscrire" not in page
    assert "Vous êtes désinscrit·e" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_to_no_subscription_is_a_calm_page(client, subscription, method):
    response = getattr(client, method)(link(unsubscribe_token(0)))
    assert response.status_code == 200
    assert "Aucun abonnement" in response.content.decode()
    assert state() == "active"


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("token", ["x", "1.forged", "%E2%98%83", "1" * 500])
def test_a_forged_link_is_a_calm_404_that_changes_nothing(client, subscription, method, token):
    response = getattr(client, method)(link("TOKEN").replace("TOKEN", token))
    assert response.status_code == 404
    assert state() == "active"
    assert not response.cookies
    if method != "head":
        assert "Ce lien n’est pas reconnu" in response.content.decode()


def test_the_link_of_another_does_not_serve(client, subscription):
    other = make_subscription("noa@example.org", periodical=subscription.periodical)
    client.post(link(unsubscribe_token(subscription.pk)))
    other.refresh_from_db()
    assert other.state == "active"
    forged = unsubscribe_token(subscription.pk).replace(f"{subscription.pk}.", f"{other.pk}.")
    assert client.post(link(forged)).status_code == 404


def test_leaving_every_letter_by_mistake_is_taken_back_as_a_whole(client, subscription):
    other = make_periodical(code="speciale", title="Spéciale")
    subscription.subscriber.subscriptions.create(periodical=other, state="active")
    Subscription.objects.update(confirmed_at=timezone.now())
    page = client.post(link(unsubscribe_token(subscription.pk)), {"all": "1"}).content.decode()
    assert set(Subscription.objects.values_list("state", flat=True)) == {"left"}
    slip = re.search(r'action="([^"]*desinscription-annulee[^"]*)"', page)[1]
    undone = client.post(slip).content.decode()
    assert "<strong>Résonances</strong> et <strong>Spéciale</strong>" in undone
    assert set(Subscription.objects.values_list("state", flat=True)) == {"active"}


def test_a_letter_that_waits_to_be_confirmed_is_not_said_to_be_received(client, subscription):
    other = make_periodical(code="speciale", title="Spéciale")
    subscription.subscriber.subscriptions.create(periodical=other, state="pending")
    page = client.post(link(unsubscribe_token(subscription.pk))).content.decode()
    assert "ni aucune autre de nous" in page
    assert "Vous recevez encore" not in page


def test_a_pending_subscription_can_be_left(subscription):
    Subscription.objects.update(state="pending")
    subscription.refresh_from_db()
    leave(subscription=subscription, origin="test")
    assert subscription.state == "left"
    assert subscription.left_at is not None
