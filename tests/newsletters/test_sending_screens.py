"""The sending screens: four rights held apart, POST only, and nothing leaves by accident."""

from django.contrib.auth.models import Permission, User

import pytest

from newsletters import lifecycle
from newsletters.models import Mailing
from tests.builders import make_issue, make_periodical, make_subscription
from tests.newsletters.test_approval import BODY

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
State = Mailing.State


@pytest.fixture
def issue():
    periodical = make_periodical()
    make_subscription("lecteur@example.org", periodical=periodical)
    return make_issue(periodical=periodical, body=BODY)


@pytest.fixture
def mailing(issue):
    return lifecycle.prepare(issue=issue, user=None)


@pytest.fixture
def as_user(client):
    """Log in somebody who may enter the admin and has these rights only."""

    def log_in(*codenames):
        user = User.objects.create_user("quelqu.un", "quelqu.un@example.org")
        rights = Permission.objects.filter(codename__in=["access_admin", *codenames])
        user.user_permissions.set(rights)
        client.force_login(user)
        return client

    return log_in


def act(client, mailing, action, **data):
    return client.post(f"/admin/envois/{mailing.pk}/{action}/", data)


def test_somebody_without_any_right_sees_nothing(as_user, mailing):
    client = as_user()
    for path in ("", f"{mailing.pk}/", f"{mailing.pk}/courriel/", f"{mailing.pk}/avancement/"):
        assert client.get(f"/admin/envois/{path}").status_code in (302, 403)


def test_following_does_not_allow_acting(as_user, mailing):
    client = as_user("view_mailing")
    assert client.get(f"/admin/envois/{mailing.pk}/").status_code == 200
    for action in ("approuver", "programmer", "pause", "reprendre", "annuler"):
        act(client, mailing, action, content_hash=mailing.content_hash)
        mailing.refresh_from_db()
        assert mailing.state == State.DRAFT


def test_approving_does_not_allow_sending(as_user, mailing):
    client = as_user("view_mailing", "approve_mailing")
    act(client, mailing, "approuver", content_hash=mailing.content_hash)
    mailing.refresh_from_db()
    assert mailing.state == State.APPROVED
    act(client, mailing, "programmer")
    mailing.refresh_from_db()
    assert mailing.state == State.APPROVED


def test_sending_does_not_allow_approving(as_user, mailing):
    client = as_user("view_mailing", "send_mailing")
    act(client, mailing, "approuver", content_hash=mailing.content_hash)
    mailing.refresh_from_db()
    assert mailing.state == State.DRAFT


def test_approval_is_bound_to_the_content_that_was_shown(as_user, mailing):
    client = as_user("view_mailing", "approve_mailing")
    response = act(client, mailing, "approuver", content_hash="autre")
    assert response.status_code == 302
    mailing.refresh_from_db()
    assert mailing.state == State.DRAFT


def test_a_get_never_acts(admin_client, mailing):
    for action in ("approuver", "programmer", "annuler"):
        assert admin_client.get(f"/admin/envois/{mailing.pk}/{action}/").status_code == 405
    mailing.refresh_from_db()
    assert mailing.state == State.DRAFT


def test_the_whole_way_by_clicking(admin_client, issue):
    admin_client.post(f"/admin/envois/preparer/{issue.pk}/")
    mailing = Mailing.objects.get()
    act(admin_client, mailing, "approuver", content_hash=mailing.content_hash)
    act(admin_client, mailing, "programmer", at="", content_hash=mailing.content_hash)
    mailing.refresh_from_db()
    assert mailing.state == State.SCHEDULED
    act(admin_client, mailing, "annuler")
    mailing.refresh_from_db()
    assert mailing.state == State.CANCELLED


def test_an_issue_outside_its_template_says_why_and_prepares_nothing(admin_client, issue):
    issue.periodical.sections.filter(key="fiche").update(min_items=1)
    page = admin_client.post(f"/admin/envois/preparer/{issue.pk}/").content.decode()
    assert "Rubrique « Fiche expérience »" in page
    assert not Mailing.objects.exists()


def test_a_malformed_test_address_is_named_at_its_field(admin_client, issue, mailoutbox):
    page = admin_client.post(
        f"/admin/envois/preparer/{issue.pk}/", {"test": "1", "addresses": "pas-une-adresse"}
    ).content.decode()
    assert "« pas-une-adresse » n&#x27;est pas une adresse valide" in page.replace(
        "&#39;", "&#x27;"
    )
    assert not mailoutbox


def test_a_date_in_the_past_is_refused(admin_client, mailing):
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    act(admin_client, mailing, "programmer", at="2020-01-01 10:00")
    mailing.refresh_from_db()
    assert mailing.state == State.APPROVED


def test_the_frozen_mail_is_shown_in_a_sandbox(admin_client, mailing):
    response = admin_client.get(f"/admin/envois/{mailing.pk}/courriel/")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "%%" not in response.content.decode()


def test_progress_is_counts_without_addresses(as_user, mailing):
    body = as_user("view_mailing").get(f"/admin/envois/{mailing.pk}/avancement/").json()
    assert body["state"] == "draft"
    assert "@" not in str(body)


@pytest.mark.parametrize("right", ["view_mailing", "send_mailing", "approve_mailing"])
def test_addresses_are_seen_with_their_own_right_only(as_user, issue, right):
    client = as_user(right)
    response = client.get("/admin/abonnes/")
    assert response.status_code in (302, 403)


def test_the_right_to_see_addresses_opens_the_list_but_no_form(as_user, issue):
    client = as_user("see_addresses")
    assert "lecteur@example.org" in client.get("/admin/abonnes/").content.decode()
    assert client.get("/admin/abonnes/new/").status_code in (302, 403)
