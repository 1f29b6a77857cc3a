"""Each operation of `consent` alone: what it changes, its line, again, and on what it must not."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

import pytest
import time_machine

from newsletters import consent, errands
from newsletters.consent.suppression import suppress
from newsletters.models import (
    ConsentEvent,
    Errand,
    Periodical,
    Subscriber,
    Subscription,
    Suppression,
)
from newsletters.tokens import Dated, unsubscribe_token
from pages.models import Territory, Theme
from tests.builders import make_periodical, make_subscription
from tests.newsletters.reading import ADDRESS, mails

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OTHER, NEW = "dominique@example.org", "neuve@example.org"
State = Subscription.State


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def letters() -> list[Periodical]:
    codes = ("resonances", "chroniques", "speciale")
    return [make_periodical(title=code.title(), code=code) for code in codes]


@pytest.fixture
def held(letters) -> Subscription:
    """A reader of the first letter, who waits for the second and never asked for the third; and
    somebody else, who reads everything and of whom nothing may ever change."""
    held = make_subscription(ADDRESS, periodical=letters[0])
    waits = {"state": State.PENDING, "asked_at": NOW - timedelta(days=2)}
    Subscription.objects.create(subscriber=held.subscriber, periodical=letters[1], **waits)
    other = make_subscription(OTHER, periodical=letters[0]).subscriber
    for letter in letters[1:]:
        Subscription.objects.create(subscriber=other, periodical=letter, state=State.ACTIVE)
    return held


@pytest.fixture(autouse=True)
def nobody_else_changes(held):
    def others() -> list:
        rows = Subscription.objects.filter(subscriber__email_key=OTHER).order_by("pk")
        return [*rows.values(), *Subscriber.objects.filter(email_key=OTHER).values()]

    before = others()
    yield
    assert others() == before
    assert not ConsentEvent.objects.filter(subscriber__email_key=OTHER).exists()


def states() -> dict[str, str]:
    rows = Subscription.objects.filter(subscriber__email_key__in=[ADDRESS, NEW])
    return dict(rows.values_list("periodical__code", "state"))


def ledger() -> list[tuple[str, str]]:
    rows = ConsentEvent.objects.order_by("pk").select_related("periodical")
    return [(row.action, row.periodical.code if row.periodical else "") for row in rows]


def asked(held, *letters: Periodical, days: int = 0) -> Dated:
    numbers = tuple(letter.pk for letter in letters)
    return Dated(held.subscriber_id, NOW - timedelta(days=days), numbers)


def test_leaving_everything_ends_what_is_read_and_what_waits(held):
    for _ in range(2):
        consent.leave_all(subscriber=held.subscriber, origin="Lien")
    assert states() == {"resonances": "left", "chroniques": "left"}
    assert sorted(ledger()) == [("left", "chroniques"), ("left", "resonances")]
    assert {row.origin for row in ConsentEvent.objects.all()} == {"Lien"}


@pytest.mark.parametrize("form", ["Subject: {}", "To: lettre+{}@example.org", "Delivered-To: {}"])
def test_leaving_by_mail_ends_the_one_letter_named_and_once(held, form):
    raw = f"{form.format(unsubscribe_token(held.pk))}\n\n".encode()
    assert [consent.leave_by_mail(raw) for _ in range(2)] == [True, True]
    assert states() == {"resonances": "left", "chroniques": "pending"}
    assert ledger() == [("left", "resonances")]


def test_a_departure_by_mail_of_a_test_or_of_an_erased_person_ends_nothing(held):
    gone = unsubscribe_token(held.pk)
    consent.erase(subscriber=held.subscriber, origin="essai")
    lines = ledger()
    for token in (gone, unsubscribe_token(0)):
        assert not consent.leave_by_mail(f"Subject: desinscription {token}\n\n".encode())
    assert ledger() == lines


def test_a_reason_replaces_another_each_with_its_line_and_a_wrong_word_writes_nothing(held):
    consent.leave(subscription=held, origin="Lien")
    for reason in ("other", "too_many", "too_many"):
        consent.explain(subscription=held, reason=reason)
    with pytest.raises(ValueError, match="inventé"):
        consent.explain(subscription=held, reason="inventé")
    held.refresh_from_db()
    assert (held.left_reason, held.state) == ("too_many", "left")
    assert ledger() == [("left", "resonances"), *[("changed", "resonances")] * 2]


def test_a_link_is_written_again_for_what_still_waits_and_changes_no_state(held, letters):
    consent.renew(asked=asked(held, *letters, days=9))
    assert states() == {"resonances": "active", "chroniques": "pending"}
    assert ledger() == [("asked", "chroniques")]
    waiting = Subscription.objects.get(subscriber=held.subscriber, periodical=letters[1])
    assert waiting.asked_at == NOW
    # Not the third letter, which nobody asked for any more: its confirmation could do nothing.
    assert Errand.objects.get().details == {"letters": [letters[0].pk, letters[1].pk]}


def test_a_demand_that_was_forgotten_is_not_written_about_again(held, letters, relay):
    Subscription.objects.filter(periodical=letters[1], state=State.PENDING).delete()
    with pytest.raises(consent.LinkClosed):
        consent.renew(asked=asked(held, letters[1], letters[2], days=40))
    errands.run_due()
    assert mails(relay) == []
    assert ledger() == []


def choose(held, letters, **values) -> bool:
    kept = {
        "letters": letters, "themes": [], "territories": [], "proved": True,
        "notice": consent.joining_notice("Le centre"),
    }  # fmt: skip
    return consent.choose(subscriber=held.subscriber, **(kept | values))


def test_choosing_the_same_again_writes_nothing(held, letters):
    for _ in range(2):
        assert not choose(held, letters[:2])
    assert states() == {"resonances": "active", "chroniques": "active"}
    assert ledger() == [("confirmed", "chroniques")]


def test_choosing_nothing_leaves_everything(held):
    for _ in range(2):
        choose(held, [], proved=False)
    assert set(states().values()) == {"left"}
    assert sorted(ledger()) == [("left", "chroniques"), ("left", "resonances")]


def test_interests_are_one_line_that_names_what_changed(held, letters):
    theme = Theme.objects.create(code="sante", name="Santé")
    place = Territory.objects.create(name="Cergy", kind="commune")
    for _ in range(2):
        choose(held, letters[:2], themes=[theme], territories=[place])
    line = ConsentEvent.objects.get(action="changed")
    assert line.origin == "Page des préférences : thématiques, territoires"
    assert list(held.subscriber.themes.all()) == [theme]


def refuse(held) -> None:
    consent.complain(subscriber=held.subscriber, origin="Plainte")


def block(held) -> None:
    consent.block(subscriber=held.subscriber, reason="Inconnue")
    held.subscriber.refresh_from_db()


@pytest.mark.parametrize("act", [refuse, block])
def test_a_link_older_than_a_refusal_adds_a_letter_by_a_confirmation_only(held, letters, act):
    act(held)
    assert choose(held, letters)
    assert states()["speciale"] == "pending"
    assert not Subscription.objects.mailable(letters[2]).filter(subscriber=held.subscriber)
    errand = Errand.objects.get(kind="confirmation")
    link = Dated(held.subscriber_id, errand.created_at, tuple(errand.details["letters"]))
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        Suppression.objects.update(created_at=NOW - timedelta(hours=1))  # before the demand
        consent.confirm(asked=link)
    assert states()["speciale"] == "active"
    assert not consent.suppressed([ADDRESS])
    assert Subscription.objects.mailable(letters[2]).filter(subscriber=held.subscriber)


def test_a_departure_is_not_undone_once_the_reader_complained_of_the_letter(held, clock):
    held.confirmed_at = NOW
    held.save()
    consent.leave(subscription=held, origin="Lien")
    clock.shift(timedelta(minutes=5))
    refuse(held)
    with pytest.raises(consent.LinkClosed):
        consent.undo_leaving(slip=Dated(held.pk, NOW))
    assert states()["resonances"] == "left"


def test_details_are_corrected_once_and_all_or_none(held):
    names = ("first_name", "last_name", "organisation", "job_title", "actor_type")
    values = dict.fromkeys(names, "") | {"last_name": "Roy", "actor_type": "elu"}
    for _ in range(2):
        consent.describe(subscriber=held.subscriber, values=values)
    line = ConsentEvent.objects.get()
    assert line.origin == "Page des préférences : nom, type d'acteur"
    with pytest.raises(KeyError):
        consent.describe(subscriber=held.subscriber, values={"first_name": "Autre"})
    assert Subscriber.objects.get(pk=held.subscriber_id).first_name == ""
    assert ConsentEvent.objects.count() == 1


def move(held, at: datetime = NOW) -> None:
    consent.ask_move(subscriber=held.subscriber, email=f" {NEW.title()} ")
    consent.move(asked=Dated(held.subscriber_id, at, (consent.address_number(NEW),)))


def test_a_person_moves_with_their_letters_and_refusals_and_every_change_has_its_line(held, clock):
    consent.leave(subscription=held, origin="Lien")
    block(held)
    consent.refuse_all(lines=[NEW], reason="Import")
    clock.shift(timedelta(minutes=1))
    move(held, timezone.now())
    person = Subscriber.objects.get(pk=held.subscriber_id)
    assert (person.email_key, person.wanted_email, person.blocked_at) == (NEW, "", None)
    assert states() == {"resonances": "left", "chroniques": "pending"}
    lines = ["left", "blocked", "changed", "changed", "unblocked", "unblocked"]
    assert [action for action, _letter in ledger()] == lines
    assert "Liste repoussoir levée" in ConsentEvent.objects.latest("pk").origin
    assert consent.suppressed([NEW, ADDRESS]) == {ADDRESS}


def test_the_address_that_was_left_is_written_to_by_no_file_and_by_its_owner_s_own_act(
    held, letters, clock
):
    move(held)
    people = [{"email": ADDRESS}]
    nobody = {"territories": {}, "themes": {}, "origin": "Fichier", "notice": ""}
    assert consent.enrol(periodical=letters[2], people=people, **nobody) == 0
    clock.shift(timedelta(minutes=1))
    at = timezone.now()
    consent.ask(demand=consent.Demand(email=ADDRESS, letters=(letters[2].pk,)), at=at)
    newcomer = Subscriber.objects.get(email_key=ADDRESS)
    consent.confirm(asked=Dated(newcomer.pk, at, (letters[2].pk,)))
    assert not consent.suppressed([ADDRESS])
    assert newcomer.pk != held.subscriber_id


def test_a_complaint_of_the_old_mailbox_keeps_the_note_back(held, relay, clock):
    move(held)
    clock.shift(timedelta(minutes=1))
    suppress(ADDRESS, "Plainte")
    Errand.objects.exclude(kind="moved").delete()
    errands.run_due()
    assert mails(relay) == []


@pytest.mark.parametrize("number", [0, 7])
def test_nothing_moves_by_the_link_of_another_address_or_person(held, number):
    consent.ask_move(subscriber=held.subscriber, email=NEW)
    for key in (held.subscriber_id, 999_999):
        with pytest.raises(consent.LinkClosed):
            consent.move(asked=Dated(key, NOW, (number,) if number else ()))
    # That it was asked for, and nothing more.
    assert ledger() == [("changed", "")]
