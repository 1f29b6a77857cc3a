"""An import of addresses, step by step: receive, check (« essai à blanc »), commit, undo."""

import csv
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from newsletters import import_files
from newsletters.audience_files import (
    FileRefused,
    Person,
    Unusable,
    Vocabulary,
    guess,
    inert,
    open_table,
    read_people,
)
from newsletters.consent.importing import Ruling, Verdict, batches, judge, take, take_back
from newsletters.consent.retention import SILENCE
from newsletters.models import STALLED, Periodical, SubscriberImport, Subscription

logger = logging.getLogger(__name__)

_State: Final = SubscriberImport.State
OnProgress = Callable[[float], None]
_EMPTY: Final = {
    "new": 0, "added": 0, "known": 0, "invalid": 0, "duplicate": 0, "suppressed": 0, "silent": 0,
    "doubts": 0, "lines": 0,
}  # fmt: skip
# Of those it would add, who is to be asked, then erased, by the retention rule at once.
SILENT: Final = (
    "{} personne(s) à ajouter dont l'inscription, d'après le fichier, date de plus de 35 mois : "
    "la nuit qui suit l'import, il leur est demandé si elles souhaitent rester ; sans réponse, "
    "leurs données sont effacées trente jours plus tard."
)


class ImportRefused(RuntimeError):  # noqa: N818  (says what happened)
    """The step cannot be done; French, and nothing was written."""


def receive(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    periodicals: Iterable[Periodical],
    basis: str,
    source: str,
    notified_on: date | None,
    notice_text: str,
    user: Any,
) -> SubscriberImport:
    """Keep the file in private and guess its columns. Raises FileRefused: nothing is kept then."""
    import_files.forget_old()
    row = SubscriberImport(
        created_by=user,
        file_name=file_name[-200:],
        basis=basis,
        source=source,
        notified_on=notified_on,
        notice_text=notice_text,
    )
    try:
        with transaction.atomic():
            row.save()
            row.periodicals.set(periodicals)
            row.file_hash = import_files.keep(row.pk, chunks)
            table = open_table(import_files.upload(row.pk))
            row.file_kind, row.headings = table.kind, table.headings
            row.mapping = guess(table.headings)
            row.save()
    except FileRefused:
        if row.pk:
            import_files.forget(row.pk)
        raise
    return row


def stalled(row: SubscriberImport) -> bool:
    """Whether the step it is in was killed with its process: nothing has moved for a while."""
    _told, age = import_files.progress(row.pk)
    fresh = row.step_started_at and timezone.now() - row.step_started_at < STALLED
    return row.is_running and not fresh and (age is None or age > STALLED.total_seconds())


def claim(*, row: SubscriberImport, step: str) -> None:
    """Mark a step as begun, once. Raises ImportRefused when it may not be, or runs already."""
    before, during = STEPS[step]
    taken_over = [*TAKEN_OVER.get(step, []), during] if stalled(row) else []
    # The date too: of two who take the same stalled step over, one does.
    same = SubscriberImport.objects.filter(pk=row.pk, step_started_at=row.step_started_at)
    done = same.filter(state__in=[*before, *taken_over]).update(
        state=during, step_started_at=timezone.now(), fault=""
    )
    if not done:
        raise ImportRefused("Cette étape n'est pas possible maintenant : rechargez la page.")
    import_files.tell_progress(row.pk, share=0)
    row.refresh_from_db()


STEPS: Final[Mapping[str, tuple[list[str], str]]] = {
    "check": ([_State.RECEIVED, _State.CHECKED], _State.CHECKING),
    "commit": ([_State.CHECKED], _State.COMMITTING),
    "undo": ([_State.COMMITTED], _State.UNDOING),
}
# What was killed goes on by the same step; an import, also backwards.
TAKEN_OVER: Final[Mapping[str, list[str]]] = {"undo": [_State.COMMITTING]}


def check(*, row: SubscriberImport, on_progress: OnProgress | None = None) -> None:
    """The dry run of a claimed import: counts and report, nothing written to the audience."""
    try:
        row.counts = _run(row, judge, on_progress)
    except BaseException as error:
        _stopped(row, _State.RECEIVED, error, "rien n'a été écrit.")
        raise
    row.state = _State.CHECKED
    row.save(update_fields=["counts", "state"])


def commit(*, row: SubscriberImport, on_progress: OnProgress | None = None) -> None:
    """Take a claimed import in; everything is judged again. Then the file goes.

    Written a part at a time, so that a sending never waits long for SQLite's one writer. All or
    nothing still: until the last part nobody of it receives a letter (`mailable`), and what stops
    it takes out what it wrote. Killed, it is claimed again: it goes on, or is undone.
    """
    try:
        row.counts = _run(row, partial(_judge_and_take, at=timezone.now()), on_progress)
        row.state, row.committed_at = _State.COMMITTED, timezone.now()
        row.save(update_fields=["counts", "state", "committed_at"])
    except BaseException as error:
        take_back(batch_of=row)
        _stopped(row, _State.CHECKED, error, "ce qui était écrit a été retiré.")
        raise
    import_files.forget(row.pk, "upload")
    logger.info("event=import_committed import=%s new=%s", row.pk, row.counts["new"])


def _judge_and_take(
    *, people: list[Person], series: list[int], batch_of: SubscriberImport, at: datetime
) -> list[Ruling]:
    """One part. Who joined between the judgement and the writing is judged again, as known."""
    for last in (False, False, True):
        try:
            with transaction.atomic():
                rulings = judge(people=people, series=series, batch_of=batch_of)
                take(rulings=rulings, batch_of=batch_of, at=at)
                return rulings
        except IntegrityError:
            if last:
                raise
    raise AssertionError


def undo(*, row: SubscriberImport) -> None:
    """Take back what a claimed import made. Raises ImportRefused once a letter has left since."""
    try:
        sent = row.sent_since()
        if sent is not None:
            raise ImportRefused(
                f"L'envoi « {sent.subject} » est parti depuis : l'import ne s'annule plus."
            )
        take_back(batch_of=row, on_batch=lambda: import_files.tell_progress(row.pk, share=0))
        row.state, row.undone_at = _State.UNDONE, timezone.now()
        row.save(update_fields=["state", "undone_at"])
    except ImportRefused as error:
        _stopped(row, _State.COMMITTED, error)
        raise
    except BaseException as error:
        _stopped(row, _State.UNDOING, error, "reprenez l'annulation.")
        raise


def _stopped(row: SubscriberImport, state: str, error: BaseException, so: str = "") -> None:
    """Where the import is again, and why; a step that is still to be done may be taken over."""
    known = isinstance(error, FileRefused | ImportRefused)
    row.state, row.step_started_at = state, None
    row.fault = str(error) if known else f"L'étape a été interrompue ; {so}"
    row.save(update_fields=["state", "fault", "step_started_at"])
    import_files.forget(row.pk, "progress")


def _run(
    row: SubscriberImport, act: Callable[..., list[Ruling]], on_progress: OnProgress | None
) -> dict[str, int]:
    """Read the whole file; counts by verdict, and `lines` and `doubts`.

    `act(people=, series=, batch_of=)` rules on one part.
    """
    path = import_files.upload(row.pk)
    if not path.exists():
        raise ImportRefused("Le fichier n'est plus gardé (un jour au plus) : déposez-le à nouveau.")
    table = open_table(path)
    series = list(row.periodicals.order_by("pk").values_list("pk", flat=True))
    counts: Counter[str] = Counter(_EMPTY)
    with import_files.report(row.pk).open("w", encoding="utf-8-sig", newline="") as file:
        report = csv.writer(file, delimiter=";")
        report.writerow(["Ligne", "Résultat", "Détail"])
        people = _usable(read_people(table, row.mapping, Vocabulary.load()), counts, report)
        for batch in batches(people):
            rulings = act(people=batch, series=series, batch_of=row)
            counts.update(ruling.verdict.value for ruling in rulings)
            counts["silent"] += sum(_is_silent(ruling, row) for ruling in rulings)
            _report(report, rulings, counts)
            import_files.tell_progress(row.pk, share=table.share(), lines=counts["lines"])
            if on_progress:
                on_progress(table.share())
    return dict(counts)


LABELS: Final[Mapping[str, str]] = {
    "new": "nouveau",
    "added": "lettre ajoutée",
    "known": "déjà au fichier",
    "invalid": "invalide",
    "duplicate": "doublon",
    "suppressed": "liste repoussoir",
}


def _usable(
    rows: Iterable[Person | Unusable], counts: Counter[str], report: Any
) -> Iterator[Person]:
    """Valid people, each address once; the others are counted and reported."""
    # Eight bytes for each address: a file of any size that is accepted fits.
    seen: dict[int, int] = {}
    for row in rows:
        counts["lines"] += 1
        if isinstance(row, Unusable):
            counts["invalid"] += 1
            report.writerow([row.line, LABELS["invalid"], inert(row.reason)])
        elif (first := seen.setdefault(hash(row.key), row.line)) != row.line:
            counts["duplicate"] += 1
            report.writerow([row.line, LABELS["duplicate"], f"même adresse que ligne {first}"])
        else:
            yield row


def _is_silent(ruling: Ruling, row: SubscriberImport) -> bool:
    person = ruling.person
    if ruling.verdict != Verdict.NEW or person.joined_at is None:
        return False
    member = person.is_member or row.basis == Subscription.Basis.MEMBERSHIP
    return not member and person.joined_at < timezone.now() - SILENCE


def _report(report: Any, rulings: list[Ruling], counts: Counter[str]) -> None:
    for ruling in rulings:
        person = ruling.person
        details = [*([ruling.reason] if ruling.reason else []), *person.doubts]
        counts["doubts"] += bool(person.doubts)
        if details:
            label = LABELS[ruling.verdict.value]
            report.writerow([person.line, label, inert(" ; ".join(details))])


def rename_columns(*, row: SubscriberImport, mapping: Mapping[str, int]) -> None:
    """Another reading of the columns; the dry run is to be made again."""
    if row.state not in (_State.RECEIVED, _State.CHECKED):
        raise ImportRefused("Les colonnes de cet import ne se changent plus.")
    row.mapping, row.state, row.counts = dict(mapping), _State.RECEIVED, {}
    row.save(update_fields=["mapping", "state", "counts"])


def discard(*, row: SubscriberImport) -> None:
    """Forget a file that was never taken in."""
    kept = row.made_subscriptions.exists() or row.made_subscribers.exists()
    if kept or row.state not in (_State.RECEIVED, _State.CHECKED):
        raise ImportRefused("Cet import a écrit au fichier : il s'annule, il ne s'oublie pas.")
    import_files.forget(row.pk)
    row.delete()
