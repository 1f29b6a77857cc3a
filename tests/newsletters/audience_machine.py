"""What a test knows of an audience: who refused which letter and when, in its own simpler way."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.test import Client
from django.utils import timezone

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from newsletters import consent
from newsletters.delivery.claim import claim
from newsletters.delivery.freeze import freeze
from newsletters.models import ConsentEvent, IssuePage, Periodical, Subscriber, Subscription
from newsletters.tokens import Dated
from tests.builders import make_issue, make_mailing, make_periodical

ADDRESSES = ("camille@example.org", "dominique@example.org")
NEW = "neuve@example.org"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Pair = tuple[str, int]


def two_letters() -> None:
    """The letters that every sequence begins with, each with an issue to send."""
    with time_machine.travel(START, tick=False):
        make_issue(periodical=make_periodical())
        make_issue(periodical=make_periodical(title="Lettre spéciale", code="speciale"))


class Known(RuleBasedStateMachine):
    """`refused`: (address, letter) → when its owner, or nobody for them, last said no.

    Over `two_letters`, which each sequence finds as they were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.letters = list(Periodical.objects.order_by("pk"))
        self.issues = [IssuePage.objects.get(periodical=letter) for letter in self.letters]
        self.api = Client()
        self.refused: dict[Pair, datetime] = {}
        self.complained: dict[int, datetime] = {}
        self.frozen: list[tuple[int, int]] = []
        # Two people read everything, so that the first acts already matter.
        for address in ADDRESSES:
            consent.confirm(asked=self.demand(address, (0, 1)))
        self.seen = self.states()
        self.last = ConsentEvent.objects.latest("pk").pk

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.clock.stop()

    # --- what the machine knows

    def person(self, address: str) -> Subscriber | None:
        return Subscriber.objects.filter(email_key=address).first()

    def subscription(self, address: str, letter: int) -> Subscription | None:
        chosen = Subscription.objects.filter(periodical=self.letters[letter])
        return chosen.filter(subscriber__email_key=address).first()

    def receives(self, address: str, letter: int) -> bool:
        one = self.subscription(address, letter)
        return one is not None and one.state == Subscription.State.ACTIVE

    def refuse(self, address: str, letters: tuple[int, ...]) -> None:
        for letter in letters:
            self.refused[address, letter] = timezone.now()

    def held(self, address: str) -> tuple[int, ...]:
        """The letters that this address may still leave: leaving twice moves no date."""
        found = {letter: self.subscription(address, letter) for letter in (0, 1)}
        left = Subscription.State.LEFT
        return tuple(letter for letter, one in found.items() if one and one.state != left)

    def active(self, address: str, letters: tuple[int, ...]) -> tuple[int, ...]:
        found = {letter: self.subscription(address, letter) for letter in letters}
        active = Subscription.State.ACTIVE
        return tuple(letter for letter, one in found.items() if one and one.state == active)

    def accept(self, address: str, letters: tuple[int, ...], asked: datetime) -> None:
        """A mailbox's owner pressed a button of a link asked for at that moment."""
        for letter in letters:
            if self.refused.get((address, letter), asked) <= asked:
                self.refused.pop((address, letter), None)

    def pks(self, letters: tuple[int, ...]) -> list[Periodical]:
        return [self.letters[letter] for letter in letters]

    def states(self) -> set[tuple[tuple[int, int], object]]:
        """What must not change without a line: ((person, letter or 0), state, block or address)."""
        letters = Subscription.objects.values_list("subscriber", "periodical", "state")
        people = Subscriber.objects.values_list("pk", "email_key", "blocked_at", "wanted_email")
        return {((one, letter), state) for one, letter, state in letters} | {
            ((one, 0), (key, bool(blocked), wanted)) for one, key, blocked, wanted in people
        }

    def demand(self, address: str, letters: tuple[int, ...]) -> Dated:
        """Fill in the form; what the link of the mail then written says."""
        at = timezone.now()
        chosen = tuple(letter.pk for letter in self.pks(letters))
        consent.ask(demand=consent.Demand(email=address, letters=chosen), at=at)
        return Dated(Subscriber.objects.get(email_key=address).pk, at, chosen)

    def may_be_asked(self, person: Subscriber) -> bool:
        active = person.subscriptions.filter(state=Subscription.State.ACTIVE)
        return person.blocked_at is None and active.exists()

    def tick(self, minutes: int = 1) -> None:
        self.now.shift(timedelta(minutes=minutes))


class Sending(Known):
    @rule(letter=st.sampled_from([0, 1]))
    def prepare_a_sending(self, letter: int) -> None:
        """Freezes today's readers; what they do later must still be respected."""
        self.tick()
        mailing = make_mailing(issue=self.issues[letter])
        if mailing.readers().exists():
            freeze(mailing=mailing)
            self.frozen.append((mailing.pk, letter))

    @invariant()
    def nobody_who_refused_is_written_to(self) -> None:
        if not self.refused:
            return
        with transaction.atomic():
            fresh = [make_mailing(issue=issue) for issue in self.issues]
            for mailing in fresh:
                if mailing.readers().exists():
                    freeze(mailing=mailing)
            sendings = [*self.frozen, *((one.pk, n) for n, one in enumerate(fresh))]
            written = {
                (row.email, letter) for pk, letter in sendings for row in claim(pk, "essai").rows
            }
            transaction.set_rollback(True)
        assert not written & set(self.refused)

    @invariant()
    def nobody_who_refused_is_subscribed(self) -> None:
        """Not only unwritten to: the claim, which looks again, would hide a file let in."""
        active = Subscription.objects.active().values_list("subscriber__email_key", "periodical")
        numbers = {letter.pk: number for number, letter in enumerate(self.letters)}
        assert not {(address, numbers[pk]) for address, pk in active} & set(self.refused)

    @invariant()
    def every_change_left_its_line(self) -> None:
        """A line that names the person and the letter; of somebody gone, one that names the letter
        or none, as many as there were people."""
        states, last = self.states(), self.last
        self.last = ConsentEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        added = ConsentEvent.objects.filter(pk__gt=last)
        lines = list(added.values_list("subscriber", "periodical"))
        there = {key[0] for key, _state in states if not key[1]}
        changed = {key for key, _state in self.seen ^ states}
        for person, letter in changed:
            if person in there:
                whose = [one for who, one in lines if who == person]
                assert letter in whose if letter else whose, ((person, letter), lines)
        gone = {person for person, _letter in changed} - there
        assert len([who for who, _one in lines if who is None]) >= len(gone), (gone, lines)
        self.seen = states
