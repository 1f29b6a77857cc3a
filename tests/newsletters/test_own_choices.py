"""Preferences, one's own data, and leaving: what each link opens, and what it does not."""

import json
from datetime import UTC, datetime, timedelta
from html import unescape

from django.utils import timezone

import pytest
import time_machine

from newsletters import errands
from newsletters.models import ConsentEvent, Errand, Subscriber, Subscription, Suppression
from newsletters.tokens import preferences_token, unsubscribe_token
from pages.models import Territory, Theme
from tests.builders import make_home, make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, LINK, link_in, mails

pytestmark = pytest.mark.django_db
DATA = "/lettre/mes-donnees/"


@pytest.fixture
def held() -> Subscription:
    make_home()
    held = make_subscription(
        ADDRESS, periodical=make_periodical(), confirmed_at=timezone.now() - timedelta(days=9)
    )
    Subscriber.objects.update(first_name="Camille", organisation="La Rive")
    return held


@pytest.fixture
def other():
    return make_periodical(title="Chroniques", code="chroniques")


@pytest.fixture
def own_link(held, client, relay) -> str:
    """The path of « Recevoir mon lien », asked for and received."""
    client.post(LINK, {"email": ADDRESS.upper()})
    errands.run_due()
    return link_in(mails(relay)[0], DATA)


def states() -> dict[str, str]:
    return dict(Subscription.objects.values_list("periodical__code", "state"))


def test_the_link_of_a_letter_opens_choices_and_no_personal_data(client, held, other):
    url = f"/lettre/choix/{preferences_token(held.pk)}/"
    page = client.get(url).content.decode()
    for personal in (ADDRESS, "Camille", "La Rive"):
        assert personal not in page
    theme = Theme.objects.create(code="sante", name="Santé")
    place = Territory.objects.create(name="Cergy", kind="commune")
    client.post(
        url,
        {
            "what": "choices",
            "letters": [held.periodical_id, other.pk],
            "themes": [theme.pk],
            "territory": place.pk,
        },
    )
    person = Subscriber.objects.get()
    assert list(person.themes.all()) == [theme]
    assert list(person.territories.all()) == [place]
    # A forwarded letter adds nothing for its owner: the added one waits for their mailbox.
    assert states() == {"resonances": "active", "chroniques": "pending"}
    assert Errand.objects.get().kind == Errand.Kind.CONFIRMATION
    proof = ConsentEvent.objects.get(action="asked")
    assert proof.notice_text in unescape(client.get(url).content.decode())
    assert proof.notice_version


def test_an_unticked_letter_is_left_and_a_kept_place_stays(client, held):
    place = Territory.objects.create(name="Cergy", kind="commune")
    held.subscriber.territories.set([place])
    url = f"/lettre/choix/{preferences_token(held.pk)}/"
    response = client.post(url, {"what": "choices", "letters": [], "places": [place.pk]})
    assert "enregistrés" in response.content.decode()
    assert states() == {"resonances": "left"}
    assert list(held.subscriber.territories.all()) == [place]


def test_the_letter_link_sends_the_own_link_to_its_owner_only(client, held, relay):
    client.post(f"/lettre/choix/{preferences_token(held.pk)}/", {"what": "link"})
    errands.run_due()
    (mail,) = mails(relay)
    assert mail["To"] == ADDRESS
    assert "Camille" in client.get(link_in(mail, DATA)).content.decode()


def test_a_forwarded_letter_cannot_flood_its_owner(client, held, other):
    url = f"/lettre/choix/{preferences_token(held.pk)}/"
    both = {"what": "choices", "letters": [held.periodical_id, other.pk]}
    pages = []
    for _ in range(5):
        pages.append(client.post(url, both).content.decode())
        client.post(url, both | {"letters": [held.periodical_id]})
        client.post(url, {"what": "link"})
    assert Errand.objects.count() == 3
    assert "déjà d’être demandés" not in pages[0]
    assert "déjà d’être demandés" in pages[-1]
    assert states() == {"resonances": "active", "chroniques": "left"}


def test_a_letter_that_waits_says_so(client, held, other):
    url = f"/lettre/choix/{preferences_token(held.pk)}/"
    both = {"what": "choices", "letters": [held.periodical_id, other.pk]}
    said = "Chroniques (en attente de votre confirmation"
    assert said not in client.get(url).content.decode()
    page = client.post(url, both).content.decode()
    assert said in page
    assert "une fois confirmée" in page
    again = client.post(url, both).content.decode()
    assert said in again
    assert "une fois confirmée" not in again


def test_a_change_of_address_cannot_write_to_many_nor_often(client, own_link):
    pages = [
        client.post(own_link, {"what": "move", "move-email": f"v{n}@example.org"}) for n in range(5)
    ]
    assert Errand.objects.filter(kind="move").count() == 3
    assert "déjà d’être demandés" in pages[-1].content.decode()
    assert Subscriber.objects.get().wanted_email == "v2@example.org"


def test_a_mailbox_asked_by_everybody_is_left_alone(client, own_link):
    for _ in range(3):
        client.post(LINK, {"email": "neuve@example.org"})
    page = client.post(own_link, {"what": "move", "move-email": "Neuve@example.org"})
    assert "vient d’être demandé" in page.content.decode()
    assert not Errand.objects.filter(kind="move").exists()


def test_details_are_corrected_and_a_letter_added_at_once_by_the_own_link(
    client, own_link, held, other
):
    client.post(own_link, {"what": "choices", "letters": [held.periodical_id, other.pk]})
    assert states() == {"resonances": "active", "chroniques": "active"}
    page = client.post(own_link, {"what": "details", "last_name": "Roy"}).content.decode()
    assert "sont enregistrées" in page
    person = Subscriber.objects.get()
    assert (person.first_name, person.last_name) == ("", "Roy")
    assert "nom" in ConsentEvent.objects.filter(action="changed").last().origin
    assert "Roy" not in str(list(ConsentEvent.objects.values()))


def test_an_address_changes_once_the_new_one_has_answered(client, own_link, relay):
    client.post(own_link, {"what": "move", "move-email": "neuve@example.org"})
    assert Subscriber.objects.get().email == ADDRESS
    errands.run_due()
    mail = mails(relay)[-1]
    assert mail["To"] == "neuve@example.org"
    link = link_in(mail, "/lettre/nouvelle-adresse/")
    client.get(link)
    assert Subscriber.objects.get().email == ADDRESS
    client.post(link)
    assert Subscriber.objects.get().email == "neuve@example.org"
    # The link received by the old mailbox opens nothing any more.
    assert client.get(own_link).status_code == 410


def test_a_change_to_an_address_that_has_its_own_letters_changes_nothing(client, own_link, relay):
    make_subscription("neuve@example.org", periodical=Subscription.objects.get().periodical)
    client.post(own_link, {"what": "move", "move-email": "neuve@example.org"})
    errands.run_due()
    response = client.post(link_in(mails(relay)[-1], "/lettre/nouvelle-adresse/"))
    assert response.status_code == 409
    assert Subscriber.objects.filter(email=ADDRESS).exists()


def test_the_data_are_read_and_taken_away(client, own_link, held):
    page = client.get(f"{own_link}copie/").content.decode()
    response = client.get(f"{own_link}copie/?format=json")
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    assert data["coordonnées"]["organisme"] == "La Rive"
    assert data["abonnements"][0]["lettre"] == "Résonances"
    for shown in (ADDRESS, "La Rive", "Résonances", "Camille"):
        assert shown in page


def test_everything_is_erased_by_a_button_and_not_by_a_look(client, own_link):
    url = f"{own_link}suppression/"
    client.get(url)
    assert Subscriber.objects.exists()
    assert "sont supprimées" in client.post(url).content.decode()
    assert not Subscriber.objects.exists()
    assert Suppression.objects.count() == 1
    assert client.get(own_link).status_code == 410


def test_the_own_link_serves_for_a_day(client, own_link):
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        response = client.get(own_link)
    assert response.status_code == 410
    assert ADDRESS not in response.content.decode()


@pytest.mark.parametrize(
    "path", ["choix", "mes-donnees", "confirmation", "nouvelle-adresse", "desinscription-annulee"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_is_a_calm_404_everywhere(client, held, path, method):
    for token in ("x", f"{held.pk}.{'A' * 20}", unsubscribe_token(held.pk), "☃"):
        response = getattr(client, method)(f"/lettre/{path}/{token}/")
        assert response.status_code == 404
        assert "n’est pas reconnu" in response.content.decode()
        assert not response.cookies


def test_the_reason_is_asked_after_and_the_departure_can_be_undone(client, held):
    url = f"/lettre/desinscription/{unsubscribe_token(held.pk)}/"
    assert "Trop de messages" not in client.get(url).content.decode()
    page = client.post(url).content.decode()
    assert "Trop de messages" in page
    client.post(f"{url}raison/", {"reason": "too_many"})
    assert Subscription.objects.get().left_reason == "too_many"
    undo = page.split('action="/lettre/desinscription-annulee/')[1].split('"')[0]
    client.get(f"/lettre/desinscription-annulee/{undo}")
    assert states() == {"resonances": "left"}
    assert "annulée" in client.post(f"/lettre/desinscription-annulee/{undo}").content.decode()
    assert states() == {"resonances": "active"}


@pytest.mark.parametrize("reason", ["", "x"])
def test_an_answer_that_is_none_keeps_the_departure(client, held, reason):
    url = f"/lettre/desinscription/{unsubscribe_token(held.pk)}/"
    client.post(url)
    assert client.post(f"{url}raison/", {"reason": reason}).status_code == 200
    assert (states(), Subscription.objects.get().left_reason) == ({"resonances": "left"}, "")


def test_a_reason_before_leaving_changes_nothing(client, held):
    client.post(f"/lettre/desinscription/{unsubscribe_token(held.pk)}/raison/", {"reason": "other"})
    assert (states(), Subscription.objects.get().left_reason) == ({"resonances": "active"}, "")


def test_every_letter_can_be_left_from_one(client, held, other):
    url = f"/lettre/desinscription/{unsubscribe_token(held.pk)}/"
    assert "aucune lettre" not in client.get(url).content.decode()
    Subscription.objects.create(subscriber=held.subscriber, periodical=other, state="active")
    assert "aucune lettre" in client.get(url).content.decode()
    client.post(url, {"all": "1"})
    assert set(states().values()) == {"left"}


def test_the_moments_of_the_copy_are_read_in_french(client, own_link, held):
    held.confirmed_at = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    held.save()
    assert "02/03/2026 à 09:05" in client.get(f"{own_link}copie/").content.decode()
