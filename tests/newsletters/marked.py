"""An audience in which every word about a person carries a mark, in every table that holds one."""

from typing import Final

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletters import consent, errands, import_tasks, importing
from newsletters.delivery.events import Kind, Notice, record
from newsletters.delivery.freeze import freeze
from newsletters.delivery.send import deliver
from newsletters.models import (
    Delivery,
    Errand,
    Mailing,
    Periodical,
    Segment,
    Subscriber,
    SubscriberImport,
)
from newsletters.rendering import fill, latest
from newsletters.tokens import Dated, message_token
from tests.builders import make_issue, make_mailing, make_periodical
from tests.smtp_session import Rule

# Long enough never to occur in a random token.
MARK: Final = "zxqmarque"
STATES: Final = (
    "new", "pending", "active", "left", "blocked", "complained", "erased", "moving", "moved",
    "reminded", "silent", "refused", "bounced", "retry", "byhand",
)  # fmt: skip
_PERSON: Final = {
    name: f"{MARK.title()}-{name}"
    for name in ("first_name", "last_name", "organisation", "job_title")
}


def address(state: str) -> str:
    return f"{MARK}-{state}@{MARK}.example.org"


def person(state: str) -> Subscriber:
    return Subscriber.objects.get(email_key=address(state))


class Marked:
    """Everybody of STATES, a letter sent to them, imports, errands and the history of it all."""

    def __init__(self, relay) -> None:
        self.letter: Periodical = make_periodical()
        self.issue = make_issue(periodical=self.letter)
        self.issue.save_revision().publish()
        for state in STATES:
            self._enrol(state)
        self._live_through()
        self.import_of: SubscriberImport = self._import()
        self.mailing: Mailing = self._send(relay)
        self.segment = Segment.objects.create(name="Élu·es", rules={"match": "all"})
        self._leave_errands()
        self._look_at_everything()

    def demand(self, email: str) -> consent.Demand:
        return consent.Demand(email=email, letters=(self.letter.pk,), **_PERSON)

    def _enrol(self, state: str) -> None:
        if state == "byhand":
            consent.enrol_by_hand(
                email=address(state), values=_PERSON, letters=[self.letter], territories=[],
                themes=[], basis="membership", source="Bulletin", notified_at=None,
                notice_text="Notice",
            )  # fmt: skip
            return
        at = timezone.now()
        consent.ask(demand=self.demand(address(state)), at=at)
        if state not in ("new", "pending"):
            consent.confirm(asked=Dated(person(state).pk, at, (self.letter.pk,)))

    def _live_through(self) -> None:
        consent.leave_all(subscriber=person("left"), origin="Lien de désinscription")
        consent.block(subscriber=person("blocked"), reason="Rebond définitif (avis)")
        consent.complain(subscriber=person("complained"), origin="Plainte (rapport)")
        consent.ask_move(subscriber=person("moving"), email=f"{MARK}-ailleurs@{MARK}.example.org")
        Subscriber.objects.filter(pk=person("reminded").pk).update(reminded_at=timezone.now())
        consent.refuse_all(lines=[address("inconnue")], reason="Liste importée")

    def _send(self, relay) -> Mailing:
        """Some addresses are refused by a relay that repeats them, whole or in part."""
        mailing = make_mailing(issue=self.issue)
        fill(mailing, latest(self.issue))
        mailing.content_hash = mailing.approved_hash = mailing.fingerprint()
        mailing.save()
        said = address("refused")
        relay.rules += [
            Rule("rcpt", f"550 5.1.1 <{said}>: {said.partition('@')[0]} unknown", match=said),
            Rule("rcpt", f"450 4.2.0 {address('retry')} later", match=address("retry")),
        ]
        freeze(mailing=mailing)
        deliver(mailing.pk)
        row = Delivery.objects.get(subscriber=person("bounced"))
        reference = f"{row.pk}.{message_token(row.pk)}"
        words = f"550 {address('bounced').upper()} gone; {MARK}-bounced"
        record(Notice(Kind.BOUNCED, timezone.now(), "avis", (reference,), detail=words))
        consent.erase(subscriber=person("erased"), origin="Effacement demandé")
        mailing.refresh_from_db()
        return mailing

    def _import(self) -> SubscriberImport:
        """Taken in, with a line in doubt, an invalid one, a known and a refused one."""
        name = _PERSON["last_name"]
        lines = [
            f"{address('imported')};{name};Argenteuil", f"{MARK}-invalide@;{name};",
            f"{address('left')};{name};", f"{address('complained')};{name};",
            f"{address('imported')};{name};", f"{address('doubt')};{name};{address('commune')}",
        ]  # fmt: skip
        row = importing.receive(
            chunks=[("Courriel;Nom;Commune\n" + "\n".join(lines) + "\n").encode()],
            file_name="emargement.csv", periodicals=[self.letter], basis="consent",
            source="Colloque", notified_on=None, notice_text="Notice", user=None,
        )  # fmt: skip
        for step in ("check", "commit"):
            row.refresh_from_db()
            importing.claim(row=row, step=step)
            import_tasks.run_step.call(row.pk, step)
        row.refresh_from_db()
        return row

    def _leave_errands(self) -> None:
        errands.run_due()
        demand = self.demand(address("typed"))
        Errand.objects.create(kind=Errand.Kind.ASK, details=demand.as_details())
        Errand.objects.create(kind=Errand.Kind.LINK, details={"email_key": address("typed")})
        consent.ask_access(person=person("active"))

    def _look_at_everything(self) -> None:
        """Somebody with every right leaves the lines of the history."""
        client, user = Client(), get_user_model().objects.create_superuser("directrice")
        client.force_login(user)
        key = person("active").pk
        for path in (
            reverse("abonnes:index") + f"?q={MARK}",
            reverse("abonnes:inspect", args=[key]),
            reverse("mailings:received", args=[key]),
            reverse("mailings:recipients", args=[self.mailing.pk]),
            reverse("segments:inspect", args=[self.segment.pk]),
        ):
            assert client.get(path).status_code == 200, path
        client.post(reverse("abonnes:export"), {"format": "csv"}).getvalue()
        act = {"action": "block", "sure": "on"}
        client.post(f"{reverse('abonnes:batch')}?id={person('silent').pk}", act)
