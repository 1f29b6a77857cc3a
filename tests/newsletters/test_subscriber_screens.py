"""The list finds, filters and acts; the file of a person tells everything that was proved."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters import consent
from newsletters.audience_admin import actions, beginnings, listing, paging
from newsletters.audience_admin import people as listed_people
from newsletters.models import ConsentEvent, Subscriber, Subscription, Suppression
from newsletters.tokens import address_hashes
from pages.models import Territory, Theme
from tests.builders import make_periodical, make_readers, make_subscription
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return make_periodical()


@pytest.fixture
def people(letter):
    """Three people told apart by each filter."""
    county = Territory.objects.create(name="Val d'Oise", kind="departement")
    town = Territory.objects.create(name="Sarcelles", kind="commune")
    town.parents.add(county)
    town.save()
    theme = Theme.objects.create(code="sante", name="Santé")
    other = make_periodical(code="speciale", title="Spéciale")
    elue = make_subscription("elue@example.org", periodical=letter).subscriber
    elue.actor_type, elue.last_name = "elu", "Été"
    elue.created_at = timezone.now() - timedelta(days=400)
    elue.save()
    elue.territories.add(town)
    keen = make_subscription("sante@example.org", periodical=other, basis="interest").subscriber
    keen.organisation, keen.is_member = "Mission locale", True
    keen.save()
    keen.themes.add(theme)
    left = make_subscription("partie@example.org", periodical=letter)
    consent.leave(subscription=left, origin="lien")
    gone = Subscriber.objects.create(email="bloquee@example.org")
    consent.block(subscriber=gone, reason="550")
    return {"county": county.pk, "theme": theme.pk, "other": other.pk}


def shown(client, **query) -> set[str]:
    html = client.get(reverse("abonnes:index"), query).content.decode()
    names = ("elue", "sante", "partie", "bloquee")
    return {name for name in names if f"{name}@example.org" in html}


FOUND = [
    ({}, {"elue", "sante", "partie", "bloquee"}),
    ({"state": "active"}, {"elue", "sante"}),
    ({"state": "left"}, {"partie"}),
    ({"state": "blocked"}, {"bloquee"}),
    ({"state": "none"}, {"bloquee"}),
    ({"letter": "other"}, {"sante"}),
    ({"letter": "other", "state": "left"}, set()),
    ({"actor_type": "elu"}, {"elue"}),
    ({"place": "county"}, {"elue"}),
    ({"theme": "theme"}, {"sante"}),
    ({"basis": "interest"}, {"sante"}),
    ({"member": "oui"}, {"sante"}),
    ({"member": "non"}, {"elue", "partie", "bloquee"}),
    ({"until": "2026-01-01"}, {"elue"}),
    ({"since": "2026-01-01"}, {"sante", "partie", "bloquee"}),
    ({"q": "ELUE@"}, {"elue"}),
    ({"q": "mission"}, {"sante"}),
    ({"q": "été"}, {"elue"}),
    ({"q": "mission", "actor_type": "elu"}, set()),
    ({"q": "%"}, set()),
]


@pytest.mark.parametrize(("query", "expected"), FOUND)
def test_filters_and_search_find_the_few(client, people, query, expected):
    log_in(client, "see_addresses")
    named = {key: people.get(value, value) for key, value in query.items()}
    assert shown(client, **named) == expected


@pytest.mark.parametrize(("query", "expected"), FOUND)
def test_filters_and_search_find_the_same_when_most_of_the_file_matches(
    client, people, monkeypatch, query, expected
):
    for module, name in ((listing, "BOUND"), (listing, "_NARROW"), (beginnings, "_COMMON")):
        monkeypatch.setattr(module, name, 0)
    log_in(client, "see_addresses")
    named = {key: people.get(value, value) for key, value in query.items()}
    assert shown(client, **named) == expected


@pytest.mark.parametrize("common", [0, 100_000])
def test_a_common_name_is_found_among_the_few_that_filters_keep(client, monkeypatch, common):
    names = {"elue": ("Durand", "", "elu"), "sante": ("", "DURAND & fils", "elu"),
             "partie": ("durand", "", "etat"), "bloquee": ("Dupond", "", "elu")}  # fmt: skip
    for name, (last_name, organisation, actor_type) in names.items():
        Subscriber.objects.create(
            email=f"{name}@example.org", email_key=f"{name}@example.org", last_name=last_name,
            organisation=organisation, actor_type=actor_type,
        )  # fmt: skip
    monkeypatch.setattr(listing, "BOUND", 2)
    monkeypatch.setattr(beginnings, "_COMMON", common)
    log_in(client, "see_addresses")
    assert shown(client, q="durand", actor_type="elu") == {"elue", "sante"}


def test_a_long_list_is_bounded_and_says_so(client, letter, monkeypatch):
    for module in (listing, listed_people, paging):
        monkeypatch.setattr(module, "BOUND", 60)
    for module in (listed_people, paging):
        monkeypatch.setattr(module, "REACH", 55)
    make_readers(70, periodical=letter)
    log_in(client, "see_addresses")
    html = client.get(reverse("abonnes:index")).content.decode()
    assert "la liste montre les 55 premières. Cherchez ou filtrez pour" in html
    assert re.findall(r"lecteur\d+", html)[-1] == "lecteur00025"
    html = client.get(reverse("abonnes:index"), {"state": "active"}).content.decode()
    assert "Plus de 60 personnes" in html
    assert "correspondance" not in html
    html = client.get(reverse("abonnes:index"), {"p": 9}).content.decode()
    assert set(re.findall(r"lecteur\d+", html)) == {f"lecteur000{n}" for n in range(51, 56)}
    log_in(client, "view_subscriber")
    html = client.get(reverse("abonnes:index")).content.decode()
    assert "les 55 premières. Filtrez pour" in html


@pytest.mark.parametrize("order", ["email_key", "-email_key", "created_at", "-created_at"])
@pytest.mark.parametrize("asked", [{}, {"state": "active"}, {"text": "lecteur"}])
def test_pages_follow_one_another_in_order_whether_few_or_many_match(
    letter, monkeypatch, order, asked
):
    make_readers(12, periodical=letter)
    for person in Subscriber.objects.all():
        person.created_at += timedelta(minutes=(person.pk * 7) % 12)
        person.save()
    expected = list(Subscriber.objects.order_by(order))
    for bound, found in ((paging.BOUND, 12), (0, paging.BOUND + 1)):
        monkeypatch.setattr(listing, "BOUND", bound)
        shown = paging.Listing(listing.Choice(**asked), order)
        assert shown[0:5] + shown[5:10] + shown[10:15] == expected
        assert shown.found == found


def test_an_action_touches_only_what_the_filters_keep(client, people):
    log_in(client, "change_subscriber", "view_subscriber")
    url = f"{reverse('abonnes:batch')}?actor_type=elu&since=03/01/2020"
    page = client.get(url).content.decode()
    assert "1 personne" in page
    assert "Élu" in page
    assert "03/01/2020" in page
    client.post(url, {"action": "block", "sure": "on"})
    blocked = Subscriber.objects.exclude(blocked_at=None).values_list("email", flat=True)
    assert set(blocked) == {"elue@example.org", "bloquee@example.org"}


def test_an_action_on_too_many_people_does_nothing(client, people, monkeypatch):
    monkeypatch.setattr(actions, "LIMIT", 2)
    log_in(client, "change_subscriber", "view_subscriber")
    answer = client.post(reverse("abonnes:batch"), {"action": "leave", "sure": "on"})
    assert "2 personnes au plus" in answer.content.decode()
    assert "Appliquer" not in answer.content.decode()
    assert Subscription.objects.filter(state="active").count() == 2


def test_ids_that_are_none_select_nobody(client, people):
    log_in(client, "change_subscriber", "view_subscriber")
    for query in ("?id=all", "?id=", "?id=99999999999999999999"):
        client.post(reverse("abonnes:batch") + query, {"action": "leave", "sure": "on"})
    assert Subscription.objects.filter(state="active").count() == 2


@pytest.mark.parametrize("query", ["?since=hier", "?letter=99999", "?state=partis", "?theme=x"])
def test_an_unreadable_filter_acts_on_nobody_and_exports_nobody(client, people, query):
    log_in(client, "change_subscriber", "see_addresses")
    url = reverse("abonnes:batch") + query
    assert "Un filtre est illisible" in client.get(url).content.decode()
    client.post(url, {"action": "leave", "sure": "on"})
    assert Subscription.objects.filter(state="active").count() == 2
    answer = client.post(reverse("abonnes:export") + query, {"format": "csv"})
    assert "example.org" not in answer.getvalue().decode()


def test_an_action_confirmed_for_fewer_people_is_asked_again(client, people, letter):
    log_in(client, "change_subscriber", "view_subscriber")
    url = f"{reverse('abonnes:batch')}?state=active"
    assert 'name="seen" value="2"' in client.get(url).content.decode()
    make_subscription("entretemps@example.org", periodical=letter)
    data = {"action": "leave", "sure": "on", "seen": "2"}
    page = client.post(url, data).content.decode()
    assert "La liste a changé entre-temps" in page
    assert 'name="seen" value="3"' in page
    assert Subscription.objects.filter(state="active").count() == 3
    client.post(url, data | {"seen": "3"})
    assert not Subscription.objects.filter(state="active").exists()


def test_the_file_of_a_person_shows_the_proof_and_the_letters(client, people):
    log_in(client, "see_addresses")
    person = Subscriber.objects.get(email="partie@example.org")
    html = client.get(reverse("abonnes:inspect", args=[person.pk])).content.decode()
    assert "Preuve du consentement" in html
    assert "Désinscription" in html
    assert "Numéros reçus" in html


def by_hand(letter, **values):
    return {
        "email": "neuve@example.org", "periodicals": [letter.pk], "source": "Bulletin d'adhésion",
        "basis": "membership",
    } | values  # fmt: skip


def test_a_person_added_by_hand_has_a_basis_and_a_proof(client, letter):
    log_in(client, "see_addresses", "add_subscriber")
    client.post(reverse("abonnes:add"), by_hand(letter, last_name="Diop"))
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.basis) == ("active", "membership")
    event = ConsentEvent.objects.get()
    assert (event.basis, event.origin) == (
        "membership",
        "Inscription à la main – Bulletin d'adhésion",
    )


def test_nobody_known_or_refused_comes_back_by_hand(client, letter):
    left = make_subscription("partie@example.org", periodical=letter)
    consent.leave(subscription=left, origin="lien")
    digest = address_hashes("refus@example.org")[0]
    Suppression.objects.create(address_hash=digest, reason="demande")
    log_in(client, "see_addresses", "add_subscriber")
    for email, said in (
        ("Partie@example.org", "déjà au fichier"),
        ("refus@example.org", "repoussoir"),
    ):
        answer = client.post(reverse("abonnes:add"), by_hand(letter, email=email))
        assert said in answer.content.decode()
    assert Subscription.objects.get().state == "left"
