"""No sequence of acts leads to a mail for someone who refused, nor to a change without its proof.

The machine keeps its own, simpler idea of who refused what, and plays long sequences of what
people, forms, files and relays do; after each step the database is compared with that idea.
Derandomised: the same sequences in every run.
"""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    invariant,
    rule,
    run_state_machine_as_test,
)

from newsletters import consent
from newsletters.audience_files.people import Person
from newsletters.consent.importing import judge, take, take_back
from newsletters.consent.restoring import restore
from newsletters.models import (
    Errand,
    Subscriber,
    SubscriberImport,
    Subscription,
)
from newsletters.tokens import Dated, unsubscribe_token
from tests.newsletters.audience_machine import ADDRESSES, NEW, Known, Sending, two_letters

API = "/api/v3/lettres/"

# Two people to begin with, who may move to a third address or to each other's.
addresses = st.sampled_from((*ADDRESSES, *ADDRESSES, NEW))
everywhere = st.sampled_from((*ADDRESSES, NEW))
# Which of the two letters: never none.
choices = st.sampled_from([(0,), (1,), (0, 1)])


links, imports = Bundle("links"), Bundle("imports")


class Joining(Known):
    @rule(target=links, address=addresses, letters=choices)
    def ask(self, address: str, letters: tuple[int, ...]) -> tuple[str, Dated]:
        self.tick()
        return address, self.demand(address, letters)

    @rule(link=links)
    def confirm(self, link: tuple[str, Dated]) -> None:
        self.tick()
        address, asked = link
        try:
            consent.confirm(asked=asked)
        except consent.LinkClosed:
            return
        by_key = {letter.pk: number for number, letter in enumerate(self.letters)}
        self.accept(address, tuple(by_key[pk] for pk in asked.numbers), asked.at)

    @rule(target=links, link=links)
    def renew(self, link: tuple[str, Dated]) -> tuple[str, Dated]:
        self.tick()
        address, asked = link
        try:
            consent.renew(asked=asked)
        except consent.LinkClosed:
            return link
        errand = Errand.objects.latest("pk")
        return address, Dated(asked.key, errand.created_at, tuple(errand.details["letters"]))

    @rule(target=links, address=everywhere, letters=choices)
    def join_by_the_api(self, address: str, letters: tuple[int, ...]) -> tuple[str, Dated]:
        """As another front end does; the worker looks the address up some minutes later."""
        self.tick(30)
        asked = {
            "email": address.title(),
            "letters": [letter.code for letter in self.pks(letters)],
            "notice_version": self.api.get(API).json()["notice"]["version"],
        }
        done = self.api.post(f"{API}demandes/", asked, content_type="application/json")
        assert done.status_code == 202
        errand = Errand.objects.get(kind=Errand.Kind.ASK)
        self.tick(5)
        consent.ask(demand=consent.Demand.from_details(errand.details), at=errand.created_at)
        errand.delete()
        chosen = tuple(letter.pk for letter in self.pks(letters))
        return address, Dated(self.person(address).pk, errand.created_at, chosen)


class Leaving(Known):
    @rule(address=addresses, letter=st.sampled_from([0, 1]), by_mail=st.booleans())
    def leave(self, address: str, letter: int, by_mail: bool) -> None:
        self.tick()
        subscription = self.subscription(address, letter)
        if subscription is None:
            return
        held = self.held(address)
        if by_mail:
            token = unsubscribe_token(subscription.pk)
            assert consent.leave_by_mail(f"Subject: unsubscribe {token}\n\n".encode())
        else:
            consent.leave(subscription=subscription, origin="essai")
        self.refuse(address, tuple({letter} & set(held)))

    @rule(address=addresses)
    def leave_all(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            held = self.held(address)
            consent.leave_all(subscriber=person, origin="essai")
            self.refuse(address, held)

    @rule(address=addresses, letter=st.sampled_from([0, 1]), minutes=st.sampled_from([1, 90]))
    def take_the_departure_back(self, address: str, letter: int, minutes: int) -> None:
        self.tick()
        subscription = self.subscription(address, letter)
        if subscription is None or subscription.left_at is None:
            return
        both = Subscription.objects.filter(subscriber=subscription.subscriber_id)
        slip = Dated(subscription.pk, subscription.left_at, tuple(one.pk for one in both))
        gone = {0, 1} - {number for number in (0, 1) if self.receives(address, number)}
        self.tick(minutes)
        try:
            consent.undo_leaving(slip=slip)
        except consent.LinkClosed:
            return
        # The very departure is undone; never another refusal, of which nothing would remain.
        for number in gone:
            if self.receives(address, number):
                assert self.refused.pop((address, number), slip.at) == slip.at

    @invariant()
    def no_departure_that_a_complaint_made_or_followed_is_undone(self) -> None:
        gone = Subscription.objects.filter(subscriber__in=self.complained).exclude(left_at=None)
        for one in gone:
            if self.complained[one.subscriber_id] >= one.left_at:
                with pytest.raises(consent.LinkClosed):
                    consent.undo_leaving(slip=Dated(one.pk, one.left_at))

    @rule(address=addresses, letters=choices, proved=st.booleans())
    def choose(self, address: str, letters: tuple[int, ...], proved: bool) -> None:
        self.tick()
        person = self.person(address)
        if person is None:
            return
        held = self.held(address)
        consent.choose(
            subscriber=person,
            letters=self.pks(letters),
            themes=[],
            territories=[],
            notice=consent.joining_notice("Le centre"),
            proved=proved,
        )
        if proved:
            self.accept(address, self.active(address, letters), timezone.now())
        self.refuse(address, tuple(n for n in held if n not in letters))


class Moving(Known):
    @rule(address=addresses, new=everywhere, days=st.sampled_from([0, 3, 9]), again=st.booleans())
    def move(self, address: str, new: str, days: int, again: bool) -> None:
        """Ask for another address; its owner answers in time or too late, once or twice.

        A refusal follows the person; to the address they leave, nobody writes any more.
        """
        self.tick()
        person = self.person(address)
        if person is None or address == new:
            return
        asked = Dated(person.pk, timezone.now(), (consent.address_number(new),))
        consent.ask_move(subscriber=person, email=new.upper())
        self.tick(days * 24 * 60)
        try:
            for _ in range(1 + again):
                consent.move(asked=asked)
        except (consent.LinkClosed, consent.AddressTaken):
            assert days > 7 or self.person(new), "an answer in time moves the letters"
            return
        for letter in (0, 1):
            refused = self.refused.get((address, letter))
            self.refused.pop((new, letter), None)
            if refused:
                self.refused[new, letter] = refused
        self.refuse(address, (0, 1))


class Refusing(Known):
    @rule(address=addresses)
    def complain(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            consent.complain(subscriber=person, origin="essai")
            self.refuse(address, (0, 1))
            self.complained[person.pk] = timezone.now()

    @rule(address=addresses)
    def erase(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            consent.erase(subscriber=person, origin="essai")
            self.refuse(address, (0, 1))

    @rule(address=addresses)
    def bounce(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            consent.block(subscriber=person, reason="n'existe pas")

    @rule(address=addresses)
    def staff_unblocks(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            consent.unblock(subscriber=person, origin="essai")


class Filing(Known):
    @rule(target=imports, named=st.sets(everywhere, min_size=1), letters=choices)
    def import_file(self, named: set[str], letters: tuple[int, ...]) -> int:
        self.tick()
        return self.imported(named, letters)

    def imported(self, named: set[str], letters: tuple[int, ...]) -> int:
        row = SubscriberImport.objects.create(source="Colloque", basis="consent")
        people = [Person(line=n, email=one, key=one) for n, one in enumerate(sorted(named), 1)]
        rulings = judge(people=people, series=[letter.pk for letter in self.pks(letters)])
        at = timezone.now()
        take(rulings=rulings, batch_of=row, at=at)
        SubscriberImport.objects.filter(pk=row.pk).update(committed_at=at)
        return row.pk

    @invariant()
    def no_file_would_bring_back_who_refused(self) -> None:
        """Whatever came before: tried at each step with everybody, by every door, then undone."""
        seen, last, everybody = self.seen, self.last, {*ADDRESSES, NEW}
        with transaction.atomic():
            number = self.imported(everybody, (0, 1))
            self.nobody_who_refused_is_subscribed()
            self.every_change_left_its_line()
            take_back(batch_of=SubscriberImport.objects.get(pk=number))
            self.every_change_left_its_line()
            for door in (self._enrolled, self._by_hand, self._restored):
                door(everybody)
                self.nobody_who_refused_is_subscribed()
            self.every_change_left_its_line()
            self.nobody_who_refused_is_written_to()
            transaction.set_rollback(True)
        self.seen, self.last = seen, last

    def _enrolled(self, everybody: set[str]) -> None:
        people = [{"email": address} for address in sorted(everybody)]
        for letter in self.letters:
            consent.enrol(
                periodical=letter, people=people, territories={}, themes={}, origin="", notice=""
            )

    def _by_hand(self, everybody: set[str]) -> None:
        for address in everybody:
            with suppress(consent.NotEnrolled):
                consent.enrol_by_hand(
                    email=address.upper(), values={}, letters=self.letters, territories=[],
                    themes=[], basis="consent", source="essai", notified_at=None, notice_text="",
                )  # fmt: skip

    def _restored(self, everybody: set[str]) -> None:
        held = [{"letter": letter.code, "state": "active"} for letter in self.letters]
        proofs = [{"letter": letter.code, "action": "imported"} for letter in self.letters]
        people = [
            (line, {"email": address, "subscriptions": held, "proofs": proofs})
            for line, address in enumerate(sorted(everybody), 1)
        ]
        restore(people=people, refusals=[])

    @rule(number=imports)
    def undo_import(self, number: int) -> None:
        self.tick()
        take_back(batch_of=SubscriberImport.objects.get(pk=number))


class Ageing(Known):
    @rule()
    def years_pass(self) -> None:
        self.time_passes(1070)

    @rule(days=st.sampled_from([1, 8, 31, 400]))
    def some_days_pass(self, days: int) -> None:
        self.time_passes(days)

    def time_passes(self, days: int) -> None:
        """And the night work with it; what it erases may be joined again by its owner only."""
        self.tick(minutes=days * 24 * 60)
        consent.purge_unconfirmed()
        consent.forget_unanswered_moves()
        for address in self.erased_tonight():
            self.refuse(address, (0, 1))
        consent.remind_silent(timezone.now())

    @invariant()
    def tonight_would_erase_nobody_too_soon(self) -> None:
        with transaction.atomic():
            self.erased_tonight()
            transaction.set_rollback(True)

    def erased_tonight(self) -> list[str]:
        """35 months are at least 1,064 days; asked first, whoever could be, and waited for."""
        before = {one.email_key: (one, self.may_be_asked(one)) for one in Subscriber.objects.all()}
        Errand.objects.filter(kind=Errand.Kind.RENEWAL).delete()  # the question has left
        erased = consent.erase_silent(timezone.now())
        gone = [one for one in before if not self.person(one)]
        assert erased == len(gone)
        for address in gone:
            person, reachable = before[address]
            silent = timezone.now() - person.last_action_at
            asked = person.reminded_at and timezone.now() - person.reminded_at
            assert silent > timedelta(days=1064)
            assert asked >= timedelta(days=30) if asked else not reachable
        return gone

    @rule(address=addresses)
    def stay(self, address: str) -> None:
        self.tick()
        if person := self.person(address):
            consent.stay(subscriber=person)


class Forms(Sending, Joining, Leaving, Refusing):
    """Whoever left, complained or was erased comes back by their own mailbox only."""


class Files(Sending, Filing, Moving, Leaving, Refusing):
    """No file changes what people decided, nor writes to an address they left."""


class Years(Sending, Ageing, Leaving, Refusing):
    """Silence ends in one question, a month, and an erasure that lasts."""


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Forms, Files, Years])
def test_any_sequence_of_acts_respects_who_refused(machine):
    two_letters()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=16,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
