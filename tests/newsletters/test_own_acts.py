"""What one operation at a time does to a person, and what it leaves as it was."""

from datetime import UTC, datetime, timedelta

from django.urls import reverse

import pytest
import time_machine

from newsletters import consent, errands
from newsletters.audience_admin.months import keep_last_month, months_of
from newsletters.consent.access import access_to
from newsletters.models import AudienceMonth, ConsentEvent, Errand, Subscriber, Subscription
from newsletters.tokens import Dated, unsubscribe_token
from pages.models import Theme
from tests.builders import make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, mails
from tests.newsletters.roles import log_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(days=400)
NEW = "neuve@example.org"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def held():
    """A reader who has done nothing for a year, and was asked whether they stay."""
    held = make_subscription(ADDRESS, periodical=make_periodical())
    Subscriber.objects.update(last_action_at=BEFORE, reminded_at=NOW - timedelta(days=3))
    held.subscriber.refresh_from_db()
    return held


def person() -> Subscriber:
    return Subscriber.objects.get(pk=Subscription.objects.order_by("pk")[0].subscriber_id)


def ledger() -> list[str]:
    return list(ConsentEvent.objects.order_by("pk").values_list("action", flat=True))


def choices(held, **values):
    kept = {
        "letters": [held.periodical], "themes": [], "territories": [], "proved": True,
        "notice": consent.joining_notice("Le centre"),
    }  # fmt: skip
    consent.choose(subscriber=held.subscriber, **(kept | values))


OWN = {
    "leave": lambda held: consent.leave(subscription=held, origin="Lien"),
    "leave_all": lambda held: consent.leave_all(subscriber=held.subscriber, origin="Lien"),
    "by mail": lambda held: consent.leave_by_mail(
        f"Subject: desinscription {unsubscribe_token(held.pk)}\n\n".encode()
    ),
    "complain": lambda held: consent.complain(subscriber=held.subscriber, origin="Plainte"),
    "choose": choices,
    "describe": lambda held: consent.describe(
        subscriber=held.subscriber,
        values=dict.fromkeys(
            ("first_name", "last_name", "organisation", "job_title", "actor_type"), ""
        ),
    ),
    "stay": lambda held: consent.stay(subscriber=held.subscriber),
}
NOT_OWN = {
    "staff": lambda held: consent.leave_all(
        subscriber=held.subscriber, origin="Équipe", own_act=False
    ),
    "refusals": lambda held: consent.refuse_all(lines=[ADDRESS], reason="Import"),
    "block": lambda held: consent.block(subscriber=held.subscriber, reason="Inconnue"),
    "ask_access": lambda held: consent.ask_access(person=held.subscriber),
    "ask_move": lambda held: consent.ask_move(subscriber=held.subscriber, email=NEW),
    "theme": lambda held: consent.add_theme(
        people=[held.subscriber], theme=Theme.objects.create(code="t", name="T"), origin="Équipe"
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_an_act_of_their_own_starts_the_clock_again(held, name):
    OWN[name](held)
    assert (person().last_action_at, person().reminded_at) == (NOW, None)


@pytest.mark.parametrize("name", NOT_OWN)
def test_what_others_do_does_not_pass_for_their_act(held, name):
    NOT_OWN[name](held)
    assert person().last_action_at == BEFORE
    assert person().reminded_at is not None


def test_the_staff_unsubscribes_without_acting_for_the_person(client, held):
    log_in(client, "view_subscriber", "change_subscriber", "see_addresses")
    url = f"{reverse('abonnes:batch')}?id={held.subscriber_id}"
    client.post(url, {"action": "leave", "sure": "on"})
    held.refresh_from_db()
    assert held.state == "left"
    assert person().last_action_at == BEFORE


def test_a_letter_added_starts_at_once_when_the_mailbox_was_proved(held):
    other = make_periodical(code="speciale", title="Spéciale")
    choices(held, letters=[held.periodical, other])
    assert Subscription.objects.get(periodical=other).state == "active"
    assert not Errand.objects.exists()
    assert "Le centre, responsable" in ConsentEvent.objects.get(action="confirmed").notice_text


def test_a_letter_added_by_a_link_that_may_have_been_forwarded_waits(held):
    other = make_periodical(code="speciale", title="Spéciale")
    choices(held, letters=[held.periodical, other], proved=False)
    assert Subscription.objects.get(periodical=other).state == "pending"
    assert Errand.objects.get().details == {"letters": [other.pk]}
    assert ledger() == ["asked"]


def test_the_ledger_names_what_was_corrected_and_never_the_value(held):
    values = {name: getattr(held.subscriber, name) for name in ("first_name", "last_name")}
    values |= {"organisation": "La Rive", "job_title": "", "actor_type": ""}
    consent.describe(subscriber=held.subscriber, values=values)
    line = ConsentEvent.objects.get()
    assert "organisme" in line.origin
    assert "Rive" not in line.origin


@pytest.mark.parametrize("days", [8, 40])
def test_a_link_too_old_is_renewed_and_the_new_one_confirms(held, at_noon, days):
    Subscription.objects.update(state="pending")
    asked = Dated(held.subscriber_id, NOW - timedelta(days=days), (held.periodical_id,))
    with pytest.raises(consent.LinkClosed):
        consent.confirm(asked=asked)
    consent.renew(asked=asked)
    errand = Errand.objects.get()
    assert (errand.kind, errand.details) == ("confirmation", {"letters": [held.periodical_id]})
    consent.confirm(asked=Dated(held.subscriber_id, errand.created_at, asked.numbers))
    held.refresh_from_db()
    assert held.state == "active"
    assert ledger() == ["asked", "confirmed"]


def test_nothing_is_renewed_for_who_is_gone(held):
    asked = Dated(held.subscriber_id, NOW, (held.periodical_id,))
    consent.erase(subscriber=held.subscriber, origin="essai")
    with pytest.raises(consent.LinkClosed):
        consent.renew(asked=asked)
    assert not Errand.objects.exists()


def move_asked(held, at=NOW) -> Dated:
    consent.ask_move(subscriber=held.subscriber, email=NEW)
    return Dated(held.subscriber_id, at, (consent.address_number(NEW),))


def refuse_new() -> None:
    consent.refuse_all(lines=[NEW], reason="Import")


REFUSED = {
    "too old": (lambda held: move_asked(held, NOW - timedelta(days=8)), consent.LinkClosed),
    "another asked since": (
        lambda held: (
            move_asked(held),
            consent.ask_move(subscriber=held.subscriber, email="autre@example.org"),
        )[0],
        consent.LinkClosed,
    ),
    "refused since": (lambda held: (move_asked(held), refuse_new())[0], consent.LinkClosed),
    "taken": (
        lambda held: (
            move_asked(held),
            make_subscription(NEW, periodical=held.periodical),
        )[0],
        consent.AddressTaken,
    ),
    "erased": (
        lambda held: (
            move_asked(held),
            consent.erase(subscriber=held.subscriber, origin="essai"),
        )[0],
        consent.LinkClosed,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_address_does_not_move(held, case):
    prepare, refusal = REFUSED[case]
    asked = prepare(held)
    with pytest.raises(refusal):
        consent.move(asked=asked)
    assert not Subscriber.objects.filter(pk=held.subscriber_id, email=NEW).exists()
    assert not Errand.objects.filter(kind="moved").exists()


def test_the_old_mailbox_is_told_and_not_where_to(held, relay):
    asked = move_asked(held)
    Errand.objects.all().delete()
    for _ in range(2):
        consent.move(asked=asked)
    errands.run_due()
    (mail,) = mails(relay)
    assert mail["To"] == ADDRESS
    for kind in ("plain", "html"):
        said = mail.get_body(preferencelist=(kind,)).get_content()
        assert NEW not in said
        assert "Ce n’était pas vous" in said
    assert person().email == NEW
    # Asked, then done.
    assert ledger() == ["changed", "changed"]


@pytest.mark.parametrize(("days", "kept"), [(6, NEW), (8, "")])
def test_a_new_address_that_never_answered_is_forgotten_with_its_line(held, at_noon, days, kept):
    move_asked(held)
    at_noon.move_to(NOW + timedelta(days=days))
    assert [consent.forget_unanswered_moves() for _ in range(2)] == [1 - bool(kept), 0]
    assert (person().wanted_email, person().email) == (kept, ADDRESS)
    assert ledger() == ["changed"] * (1 if kept else 2)
    assert NEW not in str(list(ConsentEvent.objects.values()))


def test_a_complaint_still_holds_after_a_change_of_address(held, at_noon):
    consent.leave(subscription=held, origin="Lien")
    slip = Dated(held.pk, NOW)
    at_noon.shift(timedelta(minutes=1))
    consent.complain(subscriber=held.subscriber, origin="Plainte")
    at_noon.shift(timedelta(minutes=1))
    consent.move(asked=move_asked(held, NOW + timedelta(minutes=2)))
    with pytest.raises(consent.LinkClosed):
        consent.undo_leaving(slip=slip)


@pytest.mark.parametrize("proved", [True, False])
def test_a_letter_that_waits_is_not_asked_for_again_by_saving(held, proved):
    other = make_periodical(code="speciale", title="Spéciale")
    for _ in range(2):
        choices(held, letters=[held.periodical, other], proved=False)
    assert Errand.objects.count() == 1
    choices(held, letters=[held.periodical, other], proved=proved)
    assert Errand.objects.count() == 1
    state = Subscription.objects.get(periodical=other).state
    assert state == ("active" if proved else "pending")


@pytest.mark.parametrize("case", ["blocked", "suppressed"])
def test_an_old_mailbox_that_is_dead_or_refuses_is_not_written_to(held, relay, case):
    if case == "blocked":
        consent.block(subscriber=held.subscriber, reason="Inconnue")
    else:
        consent.refuse_all(lines=[ADDRESS], reason="Import")
    consent.move(asked=move_asked(held))
    Errand.objects.filter(kind="move").delete()
    errands.run_due()
    assert mails(relay) == []
    assert not Errand.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        "Subject: desinscription {forged}\n\n",
        "Subject: Re: la lettre\n\n> http://testserver/lettre/desinscription/{token}/\n",
        "Content-Type: multipart/report; boundary=x\nSubject: desinscription {token}\n\n--x--\n",
        "Subject: =?x-unknown?q?{forged}?=\n\n",
        "\n",
    ],
)
def test_no_other_message_unsubscribes(held, raw):
    token = unsubscribe_token(held.pk)
    forged = f"{held.pk}.{'A' * 20}"
    assert not consent.leave_by_mail(raw.format(token=token, forged=forged).encode())
    held.refresh_from_db()
    assert held.state == "active"
    assert ledger() == []


def test_a_reason_is_kept_once_and_only_of_who_left(held):
    consent.explain(subscription=held, reason="other")
    assert ledger() == []
    consent.leave(subscription=held, origin="Lien")
    for _ in range(2):
        consent.explain(subscription=held, reason="other")
    assert ledger() == ["left", "changed"]
    with pytest.raises(ValueError, match="n'importe quoi"):
        consent.explain(subscription=held, reason="n'importe quoi")


def test_the_copy_of_ones_data_says_when_one_was_asked_to_stay(held):
    data = consent.personal_data(held.subscriber)
    assert data["coordonnées"]["relancé·e le"] == "2026-03-07T13:00:00+01:00"
    # Clicks are counted by link, never by person: there is nothing to give.
    assert "clic" not in str(data).lower()


def test_the_file_of_a_person_says_when_they_were_asked(client, held):
    log_in(client, "view_subscriber")
    page = client.get(reverse("abonnes:inspect", args=[held.subscriber_id])).content.decode()
    assert "Relancé·e le</dt><dd>07/03/2026" in page
    assert ADDRESS not in page


def test_the_link_to_ones_data_dies_with_the_address_it_was_sent_to(held):
    access = access_to(held.subscriber, NOW)
    assert consent.bearer(access=access) == held.subscriber
    consent.move(asked=move_asked(held))
    with pytest.raises(consent.LinkClosed):
        consent.bearer(access=access)


def test_an_erasure_counts_as_a_departure_of_each_letter_still_received(held):
    other = make_periodical(code="speciale", title="Spéciale")
    Subscription.objects.create(subscriber=held.subscriber, periodical=other, state="left")
    letter = held.periodical
    assert months_of(letter)[-1].left == 0
    assert consent.erase_silent(NOW + timedelta(days=1200)) == 1
    assert (months_of(letter)[-1].left, months_of(other)[-1].left) == (1, 0)


def test_a_demand_that_expired_is_neither_an_arrival_nor_a_departure(held):
    Subscription.objects.update(state="pending", asked_at=NOW - timedelta(days=31))
    consent.purge_unconfirmed()
    assert ledger() == ["expired"]
    month = months_of(held.periodical)[-1]
    assert (month.joined, month.left) == (0, 0)


def test_the_month_that_ended_is_kept_once(held):
    consent.leave(subscription=held, origin="Lien")
    consent.explain(subscription=held, reason="other")
    gone = make_subscription("autre@example.org", periodical=held.periodical)
    consent.erase(subscriber=gone.subscriber, origin="essai")
    make_subscription("reste@example.org", periodical=held.periodical)
    april = datetime(2026, 4, 1, 6, tzinfo=UTC)
    with time_machine.travel(april, tick=False):
        assert [keep_last_month(april) for _ in range(2)] == [1, 0]
    kept = AudienceMonth.objects.get()
    assert (kept.left, kept.erased, kept.active, kept.reasons) == (1, 1, 1, {"other": 1})
