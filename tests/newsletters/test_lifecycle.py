from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model

import pytest
import time_machine

from newsletters import clock, lifecycle, rendering
from newsletters.delivery.answers import RelayUnavailable
from newsletters.models import Delivery, Mailing, SectionTemplate
from newsletters.rendering import LifecycleError, Rendering
from tests.builders import make_issue, make_mailing, make_readers, make_sending

pytestmark = pytest.mark.django_db
State = Mailing.State
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def user():
    return get_user_model().objects.create(username="redaction")


@pytest.fixture(autouse=True)
def plain_editions(monkeypatch):
    """The editions have their own tests; here a letter is its title."""

    def render(issue, correction=None) -> Rendering:
        link = "%%unsubscribe_url%%"
        return Rendering(issue.mail_subject, "", f"<p>{issue.title}</p>{link}\n", f"{link}\n")

    monkeypatch.setattr(rendering, "render", render)
    monkeypatch.setattr(lifecycle.preflight, "QUICK", ())
    monkeypatch.setattr(lifecycle.preflight, "SLOW", ())


def step(name: str, mailing: Mailing) -> None:
    arguments = {
        "approve": {"content_hash": mailing.content_hash, "user": None},
        "schedule": {"at": NOW + timedelta(hours=1), "user": None},
        "pause": {"reason": "le temps d'une relecture"},
        "resume": {},
        "cancel": {},
    }
    getattr(lifecycle, name)(mailing=mailing, **arguments[name])


# --- prepare --------------------------------------------------------------------------------


def test_preparing_freezes_what_the_issue_says_now(user):
    issue = make_issue(subject="Le numéro de mars")
    mailing = lifecycle.prepare(issue=issue, user=user)
    assert (mailing.state, mailing.subject) == (State.DRAFT, "Le numéro de mars")
    assert (mailing.from_name, mailing.from_email) == ("Centre de ressources", "lettre@example.org")
    assert mailing.content_hash == Mailing.objects.get().fingerprint()
    assert mailing.created_by == user


def test_preparing_takes_the_latest_revision():
    issue = make_issue()
    issue.title = "Titre corrigé"
    issue.save_revision()
    issue.refresh_from_db()
    assert "Titre corrigé" in lifecycle.prepare(issue=issue, user=None).html


def test_preparing_again_rewrites_the_draft():
    issue = make_issue()
    first = lifecycle.prepare(issue=issue, user=None)
    issue.title = "Titre corrigé"
    second = lifecycle.prepare(issue=issue, user=None)
    assert first.pk == second.pk
    assert first.content_hash != second.content_hash


@pytest.mark.parametrize("state", set(State) - {State.DRAFT, State.CANCELLED})
def test_an_issue_already_engaged_is_not_prepared_again(state: State):
    mailing = make_mailing(state=state, scheduled_at=NOW, audience=1)
    with pytest.raises(LifecycleError, match="déjà un envoi"):
        lifecycle.prepare(issue=mailing.issue, user=None)


def test_every_problem_of_the_issue_is_named_at_once():
    issue = make_issue()
    issue.first_month = None
    SectionTemplate.objects.filter(key__in=["fiche", "ressources"]).update(min_items=1)
    with pytest.raises(LifecycleError) as refused:
        lifecycle.prepare(issue=issue, user=None)
    message = str(refused.value)
    assert len(message.splitlines()) == 3
    for name in ("Période", "Fiche expérience", "Ressources"):
        assert name in message
    assert not Mailing.objects.exists()


def test_a_subject_too_long_for_a_mail_is_named():
    with pytest.raises(LifecycleError, match="Objet du courriel : 150"):
        lifecycle.prepare(issue=make_issue(title="Long " * 40), user=None)


# --- the steps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("approve", State.DRAFT, State.APPROVED),
        ("schedule", State.APPROVED, State.SCHEDULED),
        ("schedule", State.SCHEDULED, State.SCHEDULED),
        ("pause", State.SCHEDULED, State.PAUSED),
        ("pause", State.SENDING, State.PAUSED),
        ("resume", State.PAUSED, State.SENDING),
        ("cancel", State.DRAFT, State.CANCELLED),
        ("cancel", State.APPROVED, State.CANCELLED),
        ("cancel", State.SCHEDULED, State.CANCELLED),
        ("cancel", State.SENDING, State.CANCELLED),
        ("cancel", State.PAUSED, State.CANCELLED),
    ],
)
def test_a_step_leads_from_its_states_and_from_no_other(name: str, before: State, after: State):
    allowed = {
        "approve": {State.DRAFT},
        "schedule": {State.APPROVED, State.SCHEDULED},
        "pause": {State.SCHEDULED, State.SENDING},
        "resume": {State.PAUSED},
        "cancel": set(State) - {State.FINISHED, State.CANCELLED},
    }[name]
    with time_machine.travel(NOW, tick=False):
        mailing = make_mailing(state=before, scheduled_at=NOW, audience=1)
        step(name, mailing)
        assert mailing.state == Mailing.objects.get().state == after
        for other in set(State) - allowed:
            Mailing.objects.update(state=other)
            with pytest.raises(LifecycleError):
                step(name, mailing)
            assert Mailing.objects.get().state == other


def test_an_approval_is_of_the_content_that_was_shown(user):
    mailing = make_mailing(state=State.DRAFT, approved_hash="")
    lifecycle.approve(mailing=mailing, content_hash=mailing.content_hash, user=user)
    assert mailing.approved_hash == mailing.content_hash
    assert mailing.approved_by == user


@pytest.mark.parametrize("change", ["shown", "prepared again", "edited in the database"])
def test_an_approval_of_other_content_is_refused(change: str):
    mailing = make_mailing(state=State.DRAFT)
    shown = mailing.content_hash
    if change == "shown":
        shown = "0" * 64
    elif change == "prepared again":
        Mailing.objects.update(content_hash="0" * 64)
    else:
        mailing.html = "<p>autre</p>"
    with pytest.raises(LifecycleError):
        lifecycle.approve(mailing=mailing, content_hash=shown, user=None)
    assert Mailing.objects.get().state == State.DRAFT


def test_the_past_cannot_be_scheduled_but_now_can():
    with time_machine.travel(NOW, tick=False):
        mailing = make_mailing()
        with pytest.raises(LifecycleError, match="passée"):
            lifecycle.schedule(mailing=mailing, at=NOW - timedelta(hours=1), user=None)
        lifecycle.schedule(mailing=mailing, at=NOW, user=None)
        assert mailing.scheduled_at == NOW


@pytest.mark.parametrize(
    ("planned", "leaves"),
    [
        (None, NOW + timedelta(minutes=10)),
        (NOW - timedelta(hours=3), NOW + timedelta(minutes=10)),
        (NOW + timedelta(days=1), NOW + timedelta(days=1)),
    ],
)
def test_resuming_what_had_not_begun_keeps_its_date_and_the_time_to_undo(settings, planned, leaves):
    settings.NEWSLETTER_UNDO_MINUTES = 10
    with time_machine.travel(NOW, tick=False):
        mailing = make_mailing(state=State.PAUSED, pause_reason="en retard", scheduled_at=planned)
        lifecycle.resume(mailing=mailing)
    assert mailing.state == State.SCHEDULED
    assert (mailing.scheduled_at, mailing.pause_reason) == (leaves, "")


def test_cancelling_a_send_closes_its_equation():
    mailing = make_sending(3)
    first = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=first.pk).update(state=Delivery.State.ACCEPTED)
    lifecycle.cancel(mailing=mailing)
    equation = mailing.equation()
    assert (equation.accepted, equation.skipped, equation.remaining) == (1, 2, 0)
    assert equation.balances


@pytest.mark.parametrize("end", [lifecycle.cancel, lifecycle.withdraw])
def test_a_sending_that_ends_while_paused_promises_no_resumption(end):
    mailing = make_mailing(state=State.PAUSED, pause_reason="en panne", resume_at=NOW)
    end(mailing=mailing)
    assert (mailing.pause_reason, mailing.resume_at) == ("", None)


# --- schedules ------------------------------------------------------------------------------


def scheduled(at: datetime, readers: int = 2) -> Mailing:
    mailing = make_mailing(state=State.SCHEDULED, scheduled_at=at)
    make_readers(readers, periodical=mailing.issue.periodical)
    return mailing


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (timedelta(minutes=-1), State.SCHEDULED),
        (timedelta(0), State.SENDING),
        (timedelta(hours=2), State.SENDING),
        (timedelta(hours=2, seconds=1), State.PAUSED),
    ],
)
def test_a_schedule_leaves_at_its_time_and_asks_when_late(late: timedelta, state: State):
    with time_machine.travel(NOW, tick=False):
        mailing = scheduled(NOW - late)
        clock.launch_due()
    mailing.refresh_from_db()
    assert mailing.state == state
    assert Delivery.objects.exists() == (state == State.SENDING)
    if state == State.PAUSED:
        assert mailing.pause_reason.startswith("L'envoi était prévu le 02/03/2026 à 07:59")


def test_a_mailing_that_cannot_be_frozen_is_paused_with_the_reason():
    mailing = scheduled(datetime.now(UTC), readers=0)
    assert [m.pk for m in clock.launch_due()] == [mailing.pk]
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience) == (State.PAUSED, None)
    assert "Aucune personne" in mailing.pause_reason


# --- tests ----------------------------------------------------------------------------------


def test_a_test_send_is_marked_and_writes_no_ledger(monkeypatch):
    sent = []
    monkeypatch.setattr(lifecycle, "send_samples", lambda m, to: sent.append((m, to)) or len(to))
    issue = make_issue(subject="Mars")
    addresses = ["a@example.org", " b@example.org ", "a@example.org"]
    assert lifecycle.send_test(issue=issue, addresses=addresses, user=None) == 2
    [(mailing, to)] = sent
    assert (mailing.subject, to) == ("[TEST] Mars", ["a@example.org", "b@example.org"])
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ([], "au moins une"),
        (["a@example.org", "camille arobase example.org"], "« camille arobase example.org »"),
        (["a@example.org\nBcc: b@example.org"], "mal formée"),
        ([f"a{n}@example.org" for n in range(6)], "5 adresses au plus"),
    ],
)
def test_nothing_leaves_when_an_address_is_wrong(monkeypatch, addresses, told):
    monkeypatch.setattr(lifecycle, "send_samples", pytest.fail)
    with pytest.raises(LifecycleError, match=told):
        lifecycle.send_test(issue=make_issue(), addresses=addresses, user=None)


def test_a_test_tells_in_french_that_the_relay_is_down(monkeypatch):
    def down(mailing, addresses):
        raise RelayUnavailable("Le serveur d’envoi ne répond pas.", "timeout")

    monkeypatch.setattr(lifecycle, "send_samples", down)
    with pytest.raises(LifecycleError, match="ne répond pas"):
        lifecycle.send_test(issue=make_issue(), addresses=["a@example.org"], user=None)
