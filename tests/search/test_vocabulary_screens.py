"""Who may do what with the glossary and the near words, action by action."""

from django.contrib.auth.models import Permission, User
from django.urls import reverse

import pytest

from search.models import Acronym, NearWords

pytestmark = pytest.mark.django_db

SCREENS = {"index": {"view", "add", "change", "delete"}, "add": {"add"}, "edit": {"change"}}
SCREENS["delete"] = {"delete"}
MODELS = {"sigles": ("acronym", Acronym), "mots-voisins": ("nearwords", NearWords)}
VALUES = {"sigles": {"acronym": "CLS", "expansion": "contrat local de santé"}}
VALUES["mots-voisins"] = {"words": "vélo, bicyclette"}


def signed_in(client, *rights: str):
    user = User.objects.create_user("documentaliste")
    wanted = ["access_admin", *rights]
    user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    client.force_login(user)
    return client


def address(name: str, screen: str, row) -> str:
    return reverse(f"{name}:{screen}", args=[row.pk] if screen in ("edit", "delete") else [])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("right", ["view", "add", "change", "delete", ""])
def test_each_right_opens_its_screens_and_no_other(client, name, right):
    code, model = MODELS[name]
    row = model.objects.create(**VALUES[name])
    agent = signed_in(client, f"{right}_{code}")
    opened = {s for s in SCREENS if agent.get(address(name, s, row)).status_code == 200}
    assert opened == {screen for screen, rights in SCREENS.items() if right in rights}


@pytest.mark.parametrize("name", MODELS)
def test_without_the_right_nothing_is_written(client, name):
    code, model = MODELS[name]
    row = model.objects.create(**VALUES[name])
    before = list(model.objects.values())
    agent = signed_in(client, f"view_{code}")
    for screen in ("add", "edit", "delete"):
        agent.post(address(name, screen, row), dict.fromkeys(VALUES[name], "autre, texte"))
    assert list(model.objects.values()) == before


@pytest.mark.parametrize(("words", "kept"), [("vélo", False), ("vélo, ", False), ("a, b", True)])
def test_a_group_of_near_words_has_at_least_two(client, words, kept):
    agent = signed_in(client, "add_nearwords")
    page = agent.post(reverse("mots-voisins:add"), {"words": words})
    assert NearWords.objects.exists() is kept
    assert (page.status_code == 302) is kept
