"""An import is written in parts: nobody waits for it, nobody receives half of it, and whatever
stops it leaves a state that goes on or is undone."""

import sqlite3
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

import pytest

from newsletters import consent, import_files, importing
from newsletters.consent import importing as writing
from newsletters.models import ConsentEvent, Subscriber, SubscriberImport, Subscription, Suppression
from tests.builders import make_issue, make_mailing, make_periodical, make_subscription
from tests.newsletters.roles import log_in

State = SubscriberImport.State
PEOPLE = 10


class Killed(BaseException):
    """As SIGKILL, nothing that catches it is left to run: see `kill`."""


@pytest.fixture(autouse=True)
def parts_of_three(settings, tmp_path, monkeypatch):
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    monkeypatch.setattr(writing, "BATCH", 3)


@pytest.fixture
def series(db):
    return make_periodical()


@pytest.fixture
def row(series):
    """A file of ten people, one of whom already reads another letter, after its dry run."""
    other = make_periodical(code="speciale", title="Spéciale")
    make_subscription("p3@example.org", periodical=other)
    lines = ["Courriel", *(f"p{number}@example.org" for number in range(PEOPLE))]
    row = importing.receive(
        chunks=["\n".join(lines).encode()], file_name="liste.csv", periodicals=[series],
        basis="consent", source="Forum", notified_on=None, notice_text="", user=None,
    )  # fmt: skip
    step(row, "check")
    return row


def step(row, name, **how):
    importing.claim(row=row, step=name)
    getattr(importing, name)(row=row, **how)


def fail_after(parts, monkeypatch, error):
    """The database refuses what comes after so many parts."""
    written, calls = importing.take, []

    def take(**values):
        if len(calls) == parts:
            raise error
        calls.append(1)
        return written(**values)

    monkeypatch.setattr(importing, "take", take)


def kill(row, monkeypatch, *, parts=2):
    """The process is killed after so many parts: neither `except` nor `finally` runs."""
    with monkeypatch.context() as patch:
        fail_after(parts, patch, Killed())
        patch.setattr(importing, "take_back", lambda **_: None)
        patch.setattr(importing, "_stopped", lambda *_: None)
        with pytest.raises(Killed):
            step(row, "commit")
    row.refresh_from_db()
    assert row.state == State.COMMITTING


def forget_the_time(row):
    import_files.forget(row.pk, "progress")
    SubscriberImport.objects.update(step_started_at=timezone.now() - timedelta(hours=1))
    row.refresh_from_db()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL écrit à plusieurs")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_others_may_write_between_two_parts(row):
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    shares = []

    def write(share):
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        shares.append(share)

    step(row, "commit", on_progress=write)
    other.close()
    assert len(shares) == 4
    assert row.counts["new"] == PEOPLE - 1


def test_an_import_may_be_taken_in_during_a_sending(row, series):
    make_mailing(issue=make_issue(periodical=series), state="sending", audience=0)
    step(row, "commit")
    assert (row.state, row.counts["new"], row.counts["added"]) == (State.COMMITTED, PEOPLE - 1, 1)


def test_nobody_of_a_half_written_import_receives_a_letter(row, series, monkeypatch):
    reader = make_subscription("lectrice@example.org", periodical=series)
    mailing = make_mailing(issue=make_issue(periodical=series))
    kill(row, monkeypatch)
    assert Subscription.objects.filter(periodical=series).count() == 7
    assert list(mailing.readers()) == [reader]
    forget_the_time(row)
    step(row, "commit")
    assert mailing.readers().count() == PEOPLE + 1
    SubscriberImport.objects.update(state=State.UNDOING)
    assert list(mailing.readers()) == [reader]


def test_a_killed_import_goes_on_with_the_same_counts_and_one_proof_each(row, series, monkeypatch):
    kill(row, monkeypatch)
    with pytest.raises(importing.ImportRefused):
        importing.claim(row=row, step="commit")
    forget_the_time(row)
    step(row, "commit")
    assert (row.state, row.counts["new"], row.counts["added"]) == (State.COMMITTED, PEOPLE - 1, 1)
    assert Subscription.objects.filter(periodical=series).count() == PEOPLE
    assert ConsentEvent.objects.filter(action="imported").count() == PEOPLE


def test_going_on_revives_nobody_who_left_meanwhile(row, series, monkeypatch):
    kill(row, monkeypatch)
    gone = Subscription.objects.get(subscriber__email="p0@example.org")
    consent.leave(subscription=gone, origin="lien")
    erased = Subscriber.objects.get(email="p1@example.org")
    consent.erase(subscriber=erased, origin="lien")
    forget_the_time(row)
    step(row, "commit")
    gone.refresh_from_db()
    assert gone.state == "left"
    assert not Subscriber.objects.filter(email="p1@example.org").exists()
    assert row.counts["suppressed"] == Suppression.objects.count() == 1


def test_a_killed_import_is_undone(row, series, monkeypatch):
    kill(row, monkeypatch)
    # A letter that left meanwhile took nobody of it: it does not close the undoing.
    make_mailing(issue=make_issue(periodical=series), started_at=timezone.now())
    forget_the_time(row)
    step(row, "undo")
    assert (row.state, row.counts["removed"], row.counts["kept"]) == (State.UNDONE, 6, 0)
    assert Subscriber.objects.get().email == "p3@example.org"


def test_what_stops_an_import_takes_out_what_it_wrote(row, monkeypatch):
    fail_after(2, monkeypatch, OSError("disque plein"))
    with pytest.raises(OSError, match="disque plein"):
        step(row, "commit")
    row.refresh_from_db()
    assert row.state == State.CHECKED
    assert "ce qui était écrit a été retiré" in row.fault
    assert Subscriber.objects.get().email == "p3@example.org"
    monkeypatch.undo()
    monkeypatch.setattr(writing, "BATCH", 3)
    step(row, "commit")
    assert Subscriber.objects.count() == PEOPLE


def test_who_joins_at_the_very_moment_is_judged_again(row, series, monkeypatch):
    written, joined = importing.take, []

    def take(**values):
        if not joined:
            joined.append(1)
            raise IntegrityError("UNIQUE")
        return written(**values)

    monkeypatch.setattr(importing, "take", take)
    step(row, "commit")
    assert row.state == State.COMMITTED
    assert Subscription.objects.filter(periodical=series).count() == PEOPLE


def test_an_undoing_that_stops_is_taken_up_again(row, monkeypatch):
    step(row, "commit")
    removed, calls = writing._remove, []

    def remove(*values):
        if len(calls) == 2:
            raise OSError("disque plein")
        calls.append(1)
        return removed(*values)

    monkeypatch.setattr(writing, "_remove", remove)
    with pytest.raises(OSError, match="disque"):
        step(row, "undo")
    assert row.state == State.UNDOING
    assert Subscription.objects.count() == PEOPLE - 5
    calls.clear()
    monkeypatch.setattr(writing, "_remove", removed)
    step(row, "undo")
    assert (row.state, row.counts["removed"], row.counts["kept"]) == (State.UNDONE, PEOPLE, 0)


def test_who_acts_while_the_import_is_written_is_kept_when_it_is_undone(row, series, monkeypatch):
    def leave(share):
        for subscription in Subscription.objects.filter(subscriber__email="p0@example.org"):
            consent.leave(subscription=subscription, origin="lien")

    step(row, "commit", on_progress=leave)
    step(row, "undo")
    assert (row.counts["removed"], row.counts["kept"]) == (PEOPLE - 1, 1)
    assert Subscription.objects.get(subscriber__email="p0@example.org").state == "left"


def test_two_do_not_take_the_same_stalled_step_over(row, monkeypatch):
    kill(row, monkeypatch)
    forget_the_time(row)
    twin = SubscriberImport.objects.get()
    importing.claim(row=row, step="commit")
    with pytest.raises(importing.ImportRefused):
        importing.claim(row=twin, step="undo")


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (State.CHECKING, {"Refaire l'essai à blanc"}),
        (State.COMMITTING, {"Reprendre l'import", "Annuler l'import"}),
        (State.UNDOING, {"Reprendre l'annulation"}),
    ],
)
def test_the_screen_of_a_stopped_step_says_what_may_be_done(client, row, state, buttons):
    offered = partial(_offered, client, row)
    log_in(client, "import_audience")
    SubscriberImport.objects.update(state=state, step_started_at=timezone.now())
    assert offered() == set()
    forget_the_time(row)
    assert offered() == buttons


def _offered(client, row):
    html = client.get(reverse("imports:detail", args=[row.pk])).content.decode()
    words = ("Refaire l'essai à blanc", "Reprendre l'import", "Annuler l'import",
             "Reprendre l'annulation")  # fmt: skip
    return {one for one in words if f">{one}</button>" in html}
