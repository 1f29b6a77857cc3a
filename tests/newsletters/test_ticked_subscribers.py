"""People ticked in the list: what may be done to them, by whom, after what question."""

from django.urls import reverse
from django.utils import timezone

from wagtail.models import ModelLogEntry

import pytest

from newsletters.models import ConsentEvent, Subscriber, Subscription, Suppression
from newsletters.tokens import address_hashes
from tests.builders import make_periodical, make_readers
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db

OFFERED = {
    ("view_subscriber",): set(),
    ("see_addresses",): {"export"},
    ("view_subscriber", "change_subscriber"): {"leave", "other"},
    ("view_subscriber", "delete_subscriber"): {"erase"},
    ("see_addresses", "change_subscriber", "delete_subscriber"): {
        "leave", "export", "erase", "other",
    },
}  # fmt: skip


@pytest.fixture
def people():
    """Four readers; the first two are those ticked."""
    make_readers(4, periodical=make_periodical())
    return list(Subscriber.objects.order_by("pk"))


def ticked(people, action):
    ids = "&".join(f"id={person.pk}" for person in people[:2])
    return f"{reverse('abonnes:batch_on', args=[action])}?{ids}"


@pytest.mark.parametrize(("rights", "expected"), OFFERED.items(), ids=str)
def test_the_list_offers_what_one_may_do_and_boxes_only_then(client, people, rights, expected):
    log_in(client, *rights)
    html = client.get(reverse("abonnes:index")).content.decode()
    actions = ("leave", "export", "erase", "other")
    urls = {action: reverse("abonnes:batch_on", args=[action]) for action in actions}
    assert {action for action in actions if f'href="{urls[action]}"' in html} == expected
    assert ("data-bulk-action-checkbox" in html) == bool(expected)


@pytest.mark.parametrize("action", ["leave", "erase"])
def test_the_action_chosen_is_asked_about_with_a_count(client, people, action):
    log_in(client, "change_subscriber", "delete_subscriber", "view_subscriber")
    html = client.get(ticked(people, action)).content.decode()
    assert "2 personnes" in html
    assert "2 fiche(s) cochée(s)" in html
    chosen = [line for line in html.splitlines() if f'value="{action}"' in line]
    assert len(chosen) == 1
    assert "checked" in chosen[0]
    assert Subscription.objects.filter(state="active").count() == 4


def test_only_those_ticked_leave_and_one_comes_back_to_the_same_list(client, people):
    log_in(client, "change_subscriber", "view_subscriber")
    back = f"{reverse('abonnes:index')}?state=active"
    url = f"{ticked(people, 'leave')}&next={back}"
    answer = client.post(url, {"action": "leave", "sure": "on"})
    assert answer.url == back
    left = Subscription.objects.filter(state="left").values_list("subscriber", flat=True)
    assert set(left) == {person.pk for person in people[:2]}
    elsewhere = f"{ticked(people, 'leave')}&next=https://example.com/"
    answer = client.post(elsewhere, {"action": "leave", "sure": "on"})
    assert answer.url.startswith(reverse("abonnes:index"))


def test_erasing_takes_its_own_right_and_leaves_a_refusal_and_no_name(client, people):
    emails = [person.email for person in people[:2]]
    asked = {"action": "erase", "sure": "on"}
    log_in(client, "see_addresses", "change_subscriber", "import_audience", "add_subscriber")
    client.post(ticked(people, "erase"), asked)
    assert Subscriber.objects.count() == 4
    log_in(client, "delete_subscriber", "view_subscriber")
    client.post(ticked(people, "erase"), {"action": "erase"})
    client.post(ticked(people, "erase"), {"action": "leave", "sure": "on"})
    assert Subscription.objects.filter(state="active").count() == 4
    client.post(ticked(people, "erase"), asked)
    assert list(Subscriber.objects.order_by("pk")) == people[2:]
    assert ConsentEvent.objects.filter(action="erased", subscriber=None).count() == 2
    entry = ModelLogEntry.objects.first()
    assert entry.action == "newsletters.audience.acted"
    assert entry.data["count"] == 2
    assert not any(email in f"{entry.label}{entry.data}" for email in emails)
    for email in emails:
        assert Suppression.objects.filter(address_hash__in=address_hashes(email)).exists()


def test_only_those_ticked_are_exported(client, people):
    log_in(client, "see_addresses")
    ids = ticked(people, "export").partition("?")[2]
    answer = client.post(f"{reverse('abonnes:export')}?{ids}", {"format": "csv"})
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2
    assert ModelLogEntry.objects.first().data["count"] == 2


def test_who_was_asked_again_is_marked_in_the_list_and_the_file(client, people):
    people[0].reminded_at = timezone.now().replace(year=2026, month=3, day=5, hour=12)
    people[0].save()
    log_in(client, "view_subscriber")
    pages = (reverse("abonnes:index"), reverse("abonnes:inspect", args=[people[0].pk]))
    for page in pages:
        assert "relancé·e le 05/03/2026" in client.get(page).content.decode()
