"""The groups of a new site: each job's rights, and no other's."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse

from wagtail.models import Page

import pytest

from cms.roles import ROLES, create_roles
from newsletters.permissions import APPROVE, PREPARE, SEE_ADDRESSES, SEND

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
HELD_APART = {PREPARE, APPROVE, SEND, SEE_ADDRESSES}


def member(name: str):
    user = get_user_model().objects.create_user(name)
    user.groups.add(Group.objects.get(name=name))
    return user


@pytest.mark.parametrize(
    ("role", "rights", "on_pages"),
    [
        ("Rédaction", {PREPARE}, {"add", "change"}),
        ("Validation", {APPROVE}, {"add", "change", "publish"}),
        ("Envoi", {SEND}, set()),
        ("Gestion des abonné·es", {SEE_ADDRESSES}, set()),
    ],
)
def test_each_group_enters_the_admin_for_its_own_job(role, rights, on_pages):
    create_roles()
    user = member(role)
    assert user.has_perm("wagtailadmin.access_admin")
    assert {right for right in HELD_APART if user.has_perm(right)} == rights
    page = Page.objects.get(depth=2).permissions_for_user(user)
    allowed = {
        "add": page.can_add_subpage(),
        "change": page.can_edit(),
        "publish": page.can_publish(),
    }
    assert {name for name, may in allowed.items() if may} == on_pages


def test_every_right_named_exists():
    create_roles()
    for name, codenames in ROLES.items():
        held = Group.objects.get(name=name).permissions.values_list("codename", flat=True)
        assert set(held) == {*codenames, "access_admin"}, name


@pytest.mark.parametrize(
    "screen",
    ["sigles:index", "mots-voisins:add", "wagtailsearchpromotions:add", "search_report"],
)
def test_editors_look_after_what_visitors_find(client, screen):
    create_roles()
    for role, status in (("Rédaction", 200), ("Envoi", 302)):
        client.force_login(member(role))
        assert client.get(reverse(screen)).status_code == status, role


def test_a_group_the_site_has_changed_is_left_as_it_is(capsys):
    call_command("create_roles")
    Group.objects.get(name="Envoi").permissions.clear()
    capsys.readouterr()
    call_command("create_roles")
    assert "Envoi : existait, inchangé" in capsys.readouterr().out
    assert not Group.objects.get(name="Envoi").permissions.exists()
