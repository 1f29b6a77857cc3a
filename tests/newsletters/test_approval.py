"""An approval is of one content; sending takes a pause; an erratum reaches its own readers only."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.db import connection

import pytest
import time_machine

from newsletters import clock, errata, lifecycle
from newsletters.delivery.freeze import freeze
from newsletters.letter import compose
from newsletters.models import Delivery, IssuePage, Mailing, Subscription
from newsletters.preflight_checks import links, sender
from newsletters.rendering import LifecycleError, has_changed
from tests.builders import make_issue, make_readers
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db
State = Mailing.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BODY = [
    ("section", {"key": "pole", "title": "Le Pôle", "intro": "", "items": [
        ("text", {"title": "Une rencontre", "text": "<p>Le 12 mars à Cergy.</p>"})]}),
]  # fmt: skip


@pytest.fixture
def people():
    make = get_user_model().objects.create
    return make(username="redaction"), make(username="validation")


def prepared(user=None, **fields) -> Mailing:
    issue = make_issue(**{"body": BODY} | fields)
    issue.save_revision().publish()
    issue.refresh_from_db()
    return lifecycle.prepare(issue=issue, user=user)


def approved(user=None) -> Mailing:
    mailing = prepared(user)
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)
    return mailing


def edit(mailing: Mailing, **fields) -> None:
    issue = IssuePage.objects.get(pk=mailing.issue_id)
    for name, value in fields.items():
        setattr(issue, name, value)
    issue.save_revision()


EDITS = [{"title": "Autre titre"}, {"editorial": "<p>Ajout.</p>"}, {"preheader": "Autre"}]


@pytest.mark.parametrize("change", EDITS)
def test_an_edit_after_the_approval_voids_it(change):
    mailing = approved()
    assert not has_changed(mailing=mailing)
    edit(mailing, **change)
    assert has_changed(mailing=mailing)
    with pytest.raises(LifecycleError, match="a changé depuis l'approbation"):
        lifecycle.schedule(mailing=mailing, at=datetime.now(UTC), user=None)
    assert Mailing.objects.get().state == State.APPROVED


def test_an_edit_that_changes_nothing_the_readers_receive_voids_nothing():
    mailing = approved()
    edit(mailing, search_description="Pour les moteurs", corrected_on="2026-03-10")
    assert not has_changed(mailing=mailing)


def test_an_edit_between_preparation_and_approval_is_seen():
    mailing = prepared()
    edit(mailing, title="Autre titre")
    with pytest.raises(LifecycleError, match="a changé depuis la préparation"):
        lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)


def test_an_edit_after_the_schedule_stops_the_send_and_says_so():
    with time_machine.travel(NOW, tick=False):
        mailing = approved()
        make_readers(2, periodical=mailing.issue.periodical)
        lifecycle.schedule(mailing=mailing, at=NOW, user=None)
        edit(mailing, title="Autre titre")
        clock.launch_due()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience) == (State.PAUSED, None)
    assert "a changé" in mailing.pause_reason
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("state", [State.APPROVED, State.SCHEDULED, State.PAUSED])
def test_a_mailing_goes_back_to_preparation_and_loses_its_approval(state):
    mailing = approved()
    Mailing.objects.update(state=state, scheduled_at=NOW)
    lifecycle.withdraw(mailing=mailing)
    assert (mailing.state, mailing.approved_hash, mailing.scheduled_at) == (State.DRAFT, "", None)
    edit(mailing, title="Autre titre")
    again = lifecycle.prepare(issue=IssuePage.objects.get(), user=None)
    assert again.pk == mailing.pk
    assert "Autre titre" in again.html


def test_a_mailing_that_has_begun_never_goes_back():
    mailing = approved()
    make_readers(1, periodical=mailing.issue.periodical)
    freeze(mailing=mailing)
    mailing.refresh_from_db()
    with pytest.raises(LifecycleError, match="a commencé"):
        lifecycle.withdraw(mailing=mailing)


# --- preflight ------------------------------------------------------------------------------


def test_what_blocks_is_refused_at_the_preparation():
    # A draft: a page with such a marker cannot be live at all.
    draft = make_issue(title="Mars (??)", live=False, body=BODY)
    with pytest.raises(LifecycleError, match=r"^Titre : .* restée : « \(\?\?\)"):
        lifecycle.prepare(issue=draft, user=None)
    assert not Mailing.objects.exists()


def test_what_blocks_is_refused_at_the_approval(monkeypatch):
    mailing = prepared()
    finding = lifecycle.preflight.run(make_issue(slug="vide", first_month=5, body=[]))[0]
    monkeypatch.setattr(lifecycle.preflight, "QUICK", (lambda draft: [finding],))
    with pytest.raises(LifecycleError, match="Le numéro est vide"):
        lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)


# --- four eyes, undo ------------------------------------------------------------------------


@pytest.mark.parametrize(("four_eyes", "same", "allowed"), [
    (False, True, True), (True, False, True), (True, True, False),
])  # fmt: skip
def test_the_preparer_does_not_approve_when_four_eyes_are_asked(
    settings, people, four_eyes, same, allowed
):
    settings.NEWSLETTER_FOUR_EYES = four_eyes
    writer, approver = people
    mailing = prepared(writer)
    arguments = {"content_hash": mailing.content_hash, "user": writer if same else approver}
    if allowed:
        lifecycle.approve(mailing=mailing, **arguments)
        assert mailing.state == State.APPROVED
    else:
        with pytest.raises(LifecycleError, match="une autre personne"):
            lifecycle.approve(mailing=mailing, **arguments)


def test_nobody_in_particular_is_not_a_second_pair_of_eyes(settings):
    settings.NEWSLETTER_FOUR_EYES = True
    mailing = prepared()
    with pytest.raises(LifecycleError, match="une autre personne"):
        lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=None)


@pytest.mark.parametrize(
    ("window", "asked", "leaves"),
    [
        (10, timedelta(0), timedelta(minutes=10)),
        (10, timedelta(minutes=4), timedelta(minutes=10)),
        (10, timedelta(hours=1), timedelta(hours=1)),
        (0, timedelta(0), timedelta(0)),
    ],
)
def test_nothing_leaves_before_the_undo_window_has_passed(settings, window, asked, leaves):
    settings.NEWSLETTER_UNDO_MINUTES = window
    with time_machine.travel(NOW, tick=False):
        mailing = approved()
        lifecycle.schedule(mailing=mailing, at=NOW + asked, user=None)
        assert mailing.scheduled_at == NOW + leaves
        lifecycle.cancel(mailing=mailing)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert clock.launch_due() == []


# --- errata ---------------------------------------------------------------------------------


def finished(readers: int = 3) -> Mailing:
    mailing = approved()
    make_readers(readers, periodical=mailing.issue.periodical)
    freeze(mailing=mailing)
    Delivery.objects.update(state=Delivery.State.ACCEPTED)
    Mailing.objects.update(state=State.FINISHED)
    mailing.refresh_from_db()
    return mailing


def test_an_erratum_goes_only_to_those_who_received_the_wrong_one():
    mailing = finished(3)
    refused, left, _kept = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=refused.pk).update(state=Delivery.State.REFUSED)
    Subscription.objects.filter(pk=left.subscription_id).update(state=Subscription.State.LEFT)
    newcomer = Subscription.objects.get(pk=refused.subscription_id)
    erratum = errata.prepare_erratum(mailing=mailing, correction="La date est le 13.", user=None)
    assert errata.expected(erratum) == 1
    lifecycle.approve(mailing=erratum, content_hash=erratum.content_hash, user=None)
    assert freeze(mailing=erratum).audience == 1
    assert not erratum.deliveries.filter(subscription=newcomer).exists()


@pytest.mark.parametrize("outcome", Delivery.State)
def test_only_what_the_relay_accepted_is_known_to_be_received(outcome):
    """An uncertain row is nobody's correction: telling them of a letter they may never have had
    would be the first they hear of it."""
    mailing = finished(2)
    one = Delivery.objects.order_by("pk")[0]
    reason = Delivery.SkipReason.LEFT if outcome == Delivery.State.SKIPPED else ""
    Delivery.objects.filter(pk=one.pk).update(state=outcome, skip_reason=reason)
    erratum = errata.prepare_erratum(mailing=mailing, correction="La date est le 13.", user=None)
    lifecycle.approve(mailing=erratum, content_hash=erratum.content_hash, user=None)
    freeze(mailing=erratum)
    reached = set(erratum.deliveries.values_list("subscription_id", flat=True))
    assert (one.subscription_id in reached) == (outcome == Delivery.State.ACCEPTED)
    assert len(reached) == 1 + (outcome == Delivery.State.ACCEPTED)


def test_the_letter_is_read_online_by_anybody_at_an_address_without_token(client):
    mailing = finished()
    address = compose(mailing.issue).web_url
    assert f'href="{address}"' in mailing.html
    assert urlsplit(address).query == ""
    assert "Une rencontre" in client.get(urlsplit(address).path).content.decode()


def test_nobody_else_is_asked_while_the_database_is_held(client, monkeypatch, settings):
    """A slow server elsewhere must not keep a lock here, at the preparation or the approval."""
    settings.NEWSLETTER_ASK_OUTSIDE = True
    outer = len(connection.atomic_blocks)
    held = []

    def note(answer):
        held.append(len(connection.atomic_blocks) - outer)
        return answer

    monkeypatch.setattr(links, "look", lambda urls: note({}))
    monkeypatch.setattr(sender, "published", lambda name: note([]))
    item = ("text", {"title": "T", "url": "https://example.org/a"})
    issue = make_issue(body=[("section", {"key": "pole", "title": "P", "items": [item]})])
    issue.save_revision().publish()
    log_in(client, "add_mailing", "approve_mailing")
    client.post(f"/admin/envois/preparer/{issue.pk}/")
    asked = len(held)
    mailing = Mailing.objects.get()
    data = {"content_hash": mailing.content_hash}
    client.post(f"/admin/envois/{mailing.pk}/approuver/", data)
    mailing.refresh_from_db()
    assert mailing.state == State.APPROVED
    assert len(held) == 2 * asked > 2
    assert set(held) == {0}


def test_an_erratum_says_what_it_corrects_and_keeps_the_first_mail():
    mailing = finished()
    kept = mailing.html
    edit(mailing, editorial="<p>Le 13 mars.</p>")
    erratum = errata.prepare_erratum(
        mailing=mailing, correction="La rencontre a lieu le 13 <mars>\nà Cergy.", user=None
    )
    assert erratum.subject == "Rectificatif : Résonances – mars 2026"
    assert "Rectificatif.</b> La rencontre a lieu le 13 &lt;mars&gt; à Cergy." in erratum.html
    assert "Le 13 mars." in erratum.html
    assert "Rectificatif. La rencontre" in erratum.text
    mailing.refresh_from_db()
    assert mailing.html == kept
    assert not has_changed(mailing=erratum)


@pytest.mark.parametrize(
    ("state", "note", "told"),
    [
        (State.SENDING, "La date.", "terminé"),
        (State.DRAFT, "La date.", "terminé"),
        (State.FINISHED, " \n", "une phrase"),
    ],
)
def test_an_erratum_needs_a_mailing_that_has_ended_and_a_reason(state, note, told):
    mailing = finished()
    mailing.state = state
    with pytest.raises(LifecycleError, match=told):
        errata.prepare_erratum(mailing=mailing, correction=note, user=None)


def test_preparing_an_erratum_again_rewrites_it_and_it_has_none_of_its_own():
    mailing = finished()
    first = errata.prepare_erratum(mailing=mailing, correction="La date.", user=None)
    second = errata.prepare_erratum(mailing=mailing, correction="Le lieu.", user=None)
    assert first.pk == second.pk
    Mailing.objects.filter(pk=second.pk).update(state=State.FINISHED, audience=1)
    second.refresh_from_db()
    with pytest.raises(LifecycleError, match="d'origine"):
        errata.prepare_erratum(mailing=second, correction="Encore.", user=None)
