"""Each action of composing asks the right on that page; without it nothing changes."""

from functools import partial

from wagtail.models import Revision

import pytest

from newsletters import preflight
from newsletters.models import IssuePage, Mailing, PeriodicalPage
from tests.builders import make_experience, make_issue, make_mailing
from tests.newsletters.roles import give_pages, log_in
from tests.newsletters.test_approval import finished

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# action: (method, address, right on the pages of the series that opens it)
ACTIONS = {
    "duplicate the last": ("post", "composer/serie/{archive}/dupliquer/", "add_page"),
    "new issue": ("post", "composer/serie/{archive}/nouveau/", "add_page"),
    "duplicate this one": ("post", "composer/dupliquer/{issue}/", "add_page"),
    "what it would make": ("get", "composer/dupliquer/{issue}/", "add_page"),
    "refresh from the site": ("post", "composer/actualiser/{issue}/", "change_page"),
    "check everything": ("post", "composer/controler/{issue}/", "change_page"),
    "download the HTML": ("get", "composer/fichier/{issue}/", "change_page"),
    "see as a reader": ("get", "envois/comme/{issue}/", "change_page"),
    "the mail they see": ("get", "envois/comme/{issue}/courriel/", "change_page"),
}
OTHER = ["approve_mailing", "send_mailing", "view_mailing", "see_addresses", "add_mailing"]
FOLLOWING = ("download the HTML", "see as a reader", "the mail they see")


@pytest.fixture
def issue():
    item = ("text", {"title": "Une rencontre", "text": "<p>Le 12 mars.</p>"})
    body = [("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": [item]})]
    issue = make_issue(body=body)
    issue.save_revision().publish()
    return issue


@pytest.fixture
def act(client, issue, monkeypatch):
    """Does an action; gives what it answered. `act.checked`: the slow checks that ran."""
    checked: list[int] = []
    slow = partial(_noted, checked)
    monkeypatch.setattr(preflight, "SLOW", (slow,))

    def run(action):
        method, address, _right = ACTIONS[action]
        url = "/admin/" + address.format(issue=issue.pk, archive=issue.get_parent().pk)
        return getattr(client, method)(url)

    run.checked = checked
    return run


def _noted(checked, draft):
    checked.append(draft.issue.pk)
    return []


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (IssuePage, Revision, Mailing))


def refused(answer) -> bool:
    sent_back = answer.status_code == 302 and (
        answer.url.startswith("/admin/login/") or answer.url == "/admin/"
    )
    return sent_back or answer.status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_without_the_right_on_the_page_nothing_is_shown_and_nothing_changes(
    client, issue, act, action
):
    before = everything()
    assert refused(act(action))
    # Every right on the sendings, and the right on pages that are not this series'.
    rights = [] if action in FOLLOWING else OTHER
    elsewhere = make_experience().get_parent()
    before = everything()
    give_pages(log_in(client, *rights), "add_page", "change_page", below=elsewhere)
    assert refused(act(action))
    assert everything() == before
    assert act.checked == []


@pytest.mark.parametrize("action", ACTIONS)
def test_with_the_right_on_the_page_it_is_done(client, issue, act, action):
    method, _address, right = ACTIONS[action]
    give_pages(log_in(client), right, below=PeriodicalPage.objects.get())
    before = everything()
    answer = act(action)
    assert not refused(answer)
    makes = action in ("duplicate the last", "new issue", "duplicate this one")
    assert everything()[0] == before[0] + makes
    assert act.checked == ([issue.pk] if action == "check everything" else [])
    assert method == "post" or everything() == before


@pytest.mark.parametrize("action", FOLLOWING)
def test_who_takes_part_in_the_sending_may_look_without_editing(client, act, action):
    log_in(client, "view_mailing")
    assert act(action).status_code == 200


def test_everything_is_checked_before_a_sending_by_who_takes_part_in_it(client, issue, act):
    url = f"/admin/envois/preparer/{issue.pk}/?complet=1"
    give_pages(log_in(client), "add_page", "change_page")
    assert refused(client.get(url))
    assert act.checked == []
    log_in(client, "view_mailing")
    assert client.get(url).status_code == 200
    assert act.checked == [issue.pk]


def test_what_was_sent_is_given_to_who_takes_part_and_as_it_was_sent(client, issue, act):
    mailing = make_mailing(issue=issue, html="<p>Tel que parti %%unsubscribe_url%%</p>")
    Mailing.objects.update(state=Mailing.State.APPROVED, approved_hash=mailing.content_hash)
    url = f"/admin/envois/{mailing.pk}/fichier/"
    assert refused(client.get(url))
    give_pages(log_in(client), "change_page")
    assert refused(client.get(url))
    of_the_issue = act("download the HTML")
    assert of_the_issue["Content-Disposition"] == f'attachment; filename="{issue.slug}.html"'
    log_in(client, "view_mailing")
    for answer in (client.get(url), of_the_issue):
        assert answer.content.startswith(b"<p>Tel que parti mailto:")


def test_a_draft_is_given_under_a_name_that_says_so_and_refused_while_it_is_broken(
    client, issue, act
):
    give_pages(log_in(client), "change_page")
    answer = act("download the HTML")
    assert f'filename="{issue.slug}-brouillon.html"' in answer["Content-Disposition"]
    assert "%%" not in answer.content.decode()
    IssuePage.objects.update(year=None, latest_revision=None)
    answer = act("download the HTML")
    assert answer.url == f"/admin/pages/{issue.pk}/edit/"


def test_the_web_edition_is_corrected_by_who_may_publish_and_the_mail_stays(client):
    mailing = finished()
    issue, sent = mailing.issue, mailing.html
    fields = {"corrected_on": "2026-03-10", "correction_note": "la date"}
    give_pages(log_in(client, *OTHER), "add_page")
    editor = client.get(f"/admin/pages/{issue.pk}/edit/")
    assert refused(editor)
    assert refused(client.post(f"/admin/pages/{issue.pk}/edit/", fields))
    page = IssuePage.objects.get(pk=issue.pk)
    page.corrected_on, page.correction_note = "2026-03-10", "la date"
    page.save_revision().publish()
    client.logout()
    assert "Corrigé le" in client.get(issue.url).content.decode()
    mailing.refresh_from_db()
    assert mailing.html == sent


def test_the_rest_is_sent_by_who_may_send(client):
    mailing = finished()
    url = f"/admin/envois/{mailing.pk}/reste/"
    assert refused(client.post(url))
    log_in(client, "view_mailing", "approve_mailing", "add_mailing")
    client.post(url)
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
