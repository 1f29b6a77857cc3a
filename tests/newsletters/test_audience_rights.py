"""Four rights and what each opens: nobody without the right ever reads an address."""

from django.contrib.auth.models import Group
from django.urls import reverse

from wagtail.models import ModelLogEntry

import pytest

from newsletters.consent import block
from newsletters.models import Subscriber, Subscription
from newsletters.wagtail_hooks import register_permissions
from pages.models import Theme
from tests.builders import make_periodical, make_subscription
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db
ADDRESS = "claire.martin@example.org"


@pytest.fixture
def person():
    subscription = make_subscription(ADDRESS, periodical=make_periodical())
    person = subscription.subscriber
    person.first_name, person.last_name, person.organisation = "Claire", "Martin", "La Rive"
    person.save()
    return person


def pages(person) -> dict[str, str]:
    """Every screen that is about people."""
    return {
        "liste": reverse("abonnes:index"),
        "résultats": reverse("abonnes:index_results") + "?q=claire",
        "recherche": reverse("abonnes:index") + "?q=claire.martin",
        "fiche": reverse("abonnes:inspect", args=[person.pk]),
        "historique": reverse("abonnes:history", args=[person.pk]),
        "usage": reverse("abonnes:usage", args=[person.pk]),
        "lot": reverse("abonnes:batch"),
        "exports": reverse("abonnes:open"),
        "ajout": reverse("abonnes:add"),
        "modification": reverse("abonnes:edit", args=[person.pk]),
        "suppression": reverse("abonnes:delete", args=[person.pk]),
        "numéros": reverse("mailings:received", args=[person.pk]),
        "statistiques": reverse("audience:index"),
        "segments": reverse("segments:index"),
        "journal": reverse("wagtailadmin_reports:site_history"),
        "recherche générale": reverse("wagtailadmin_pages:search") + "?q=claire.martin",
    }


RIGHTS = {
    "tout sauf voir": [
        "view_subscriber", "change_subscriber", "add_subscriber", "import_audience",
        "add_mailing", "view_mailing", "approve_mailing", "send_mailing",
        "add_segment", "change_segment", "view_segment",
    ],
    "rien": [],
    "lister": ["view_subscriber"],
}  # fmt: skip


@pytest.mark.parametrize("rights", RIGHTS.values(), ids=RIGHTS)
def test_without_the_right_no_screen_shows_who_they_are(client, person, rights):
    log_in(client, "see_addresses")
    client.get(pages(person)["fiche"])
    client.get(pages(person)["liste"])
    log_in(client, *rights)
    for name, url in pages(person).items():
        html = client.get(url, follow=True).content.decode()
        for secret in (ADDRESS, "Martin", "La Rive"):
            assert secret not in html.replace("?q=claire.martin", ""), (name, secret)


def test_without_the_right_a_search_is_not_an_answer(client, person):
    make_subscription("autre@example.org", periodical=Subscription.objects.get().periodical)
    log_in(client, "view_subscriber")
    html = client.get(reverse("abonnes:index") + "?q=claire").content.decode()
    assert html.count("Abonné·e n°") >= 2


def test_with_the_right_the_list_and_the_file_show_the_person(client, person):
    log_in(client, "see_addresses")
    for name in ("liste", "recherche", "fiche"):
        html = client.get(pages(person)[name]).content.decode()
        assert ADDRESS in html, name
        assert "La Rive" in html, name


def test_every_sight_of_addresses_is_in_the_history_without_an_address(client, person):
    user = log_in(client, "see_addresses", "view_mailing")
    client.get(reverse("abonnes:index"))
    client.get(reverse("abonnes:inspect", args=[person.pk]))
    client.get(reverse("mailings:received", args=[person.pk]))
    client.post(reverse("abonnes:export"), {"format": "csv"}).getvalue()
    client.post(reverse("abonnes:open"), {"what": "archive"}).getvalue()
    lines = list(ModelLogEntry.objects.filter(user=user).order_by("pk"))
    actions = [line.action.rpartition(".")[2] for line in lines]
    assert actions == ["listed", "opened", "opened", "exported", "exported"]
    assert [line.data["count"] for line in lines] == [1] * 5
    said = " ".join(f"{line.label} {line.data} {line.message}" for line in lines)
    assert "example.org" not in said
    assert "Martin" not in said
    assert "Sélection en CSV, 1" in said


def test_the_rights_are_offered_in_the_form_of_a_group(client):
    offered = set(register_permissions().values_list("codename", flat=True))
    assert offered >= {
        "approve_mailing", "send_mailing", "see_addresses", "import_audience", "add_mailing",
    }  # fmt: skip
    log_in(client, "add_group", "change_group")
    group = Group.objects.create(name="Accueil")
    html = client.get(reverse("wagtailusers_groups:edit", args=[group.pk])).content.decode()
    for label in ("Peut voir et exporter les adresses", "Peut programmer et envoyer"):
        assert label in html, label


ACTIONS = ["block", "unblock", "leave", "theme"]  # erasing: test_ticked_subscribers


def prepare(action, person):
    """The state in which the action changes something, and what tells whether it did."""
    theme = Theme.objects.create(code="sante", name="Santé")
    if action == "unblock":
        block(subscriber=person, reason="essai")

    def done() -> bool:
        fresh = Subscriber.objects.get(pk=person.pk)
        return {
            "block": bool(fresh.blocked_at),
            "unblock": not fresh.blocked_at,
            "leave": fresh.subscriptions.get().state == "left",
            "theme": fresh.themes.exists(),
        }[action]

    return {"action": action, "theme": theme.pk, "sure": "on"}, done


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_asks_the_right_to_change_and_leaves_a_proof(client, person, action):
    data, done = prepare(action, person)
    proofs = person.consent_events.count()
    url = f"{reverse('abonnes:batch')}?id={person.pk}"
    log_in(client, "see_addresses", "view_subscriber", "import_audience", "add_subscriber")
    client.post(url, data)
    assert not done()
    log_in(client, "change_subscriber", "view_subscriber")
    client.post(url, {key: value for key, value in data.items() if key != "sure"})
    assert not done()
    client.get(url, data)
    assert not done()
    client.post(url, data)
    assert done()
    assert person.consent_events.count() == proofs + 1


@pytest.mark.parametrize(
    ("right", "name", "data"),
    [
        ("see_addresses", "export", {"format": "csv"}),
        ("see_addresses", "open", {"what": "archive"}),
        ("see_addresses", "open", {"what": "refus"}),
    ],
)
def test_each_export_asks_the_right_to_see(client, person, right, name, data):
    log_in(client, *RIGHTS["tout sauf voir"])
    assert client.post(reverse(f"abonnes:{name}"), data).status_code == 302
    log_in(client, right)
    answer = client.post(reverse(f"abonnes:{name}"), data)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]


def test_adding_by_hand_asks_two_rights(client, person):
    url = reverse("abonnes:add")
    for rights in (["see_addresses"], ["add_subscriber"]):
        log_in(client, *rights)
        assert client.get(url).status_code == 302
    log_in(client, "see_addresses", "add_subscriber")
    assert client.get(url).status_code == 200
