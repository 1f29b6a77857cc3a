"""An import of addresses, step by step: receive, check (« essai à blanc »), commit, undo."""

import csv
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
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
from newsletters.consent.importing import Ruling, batches, judge, take, take_back
from newsletters.models import STALLED, Mailing, Periodical, SubscriberImport

logger = logging.getLogger(__name__)

_State: Final = SubscriberImport.State
OnProgress = Callable[[float], None]
_EMPTY: Final = {"new": 0, "added": 0, "known": 0, "invalid": 0, "duplicate": 0, "suppressed": 0}


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


def claim(*, row: SubscriberImport, step: str) -> None:
    """Mark a step as begun, once. Raises ImportRefused when it may not be, or runs already."""
    if step != "check" and connection.vendor == "sqlite":
        _refuse_while_sending()
    before, during = STEPS[step]
    _told, age = import_files.progress(row.pk)
    fresh = row.step_started_at and timezone.now() - row.step_started_at < STALLED
    stalled = [] if fresh or (age is not None and age < STALLED.total_seconds()) else [during]
    done = SubscriberImport.objects.filter(pk=row.pk, state__in=[*before, *stalled]).update(
        state=during, step_started_at=timezone.now(), fault=""
    )
    if not done:
        raise ImportRefused("Cette étape n'est pas possible maintenant : rechargez la page.")
    import_files.tell_progress(row.pk, share=0)
    row.refresh_from_db()


def _refuse_while_sending() -> None:
    """SQLite has one writer: an import holds its place for as long as it lasts, and the sending
    would wait until its relay hangs up."""
    sending = Mailing.objects.filter(state=Mailing.State.SENDING).defer("html", "text").first()
    if sending:
        raise ImportRefused(
            f"L'envoi « {sending.subject} » est en cours : l'import attendrait ou le retarderait. "
            "Recommencez quand il sera terminé ou en pause."
        )


STEPS: Final[Mapping[str, tuple[list[str], str]]] = {
    "check": ([_State.RECEIVED, _State.CHECKED], _State.CHECKING),
    "commit": ([_State.CHECKED], _State.COMMITTING),
    "undo": ([_State.COMMITTED], _State.UNDOING),
}


def check(*, row: SubscriberImport, on_progress: OnProgress | None = None) -> None:
    """The dry run of a claimed import: counts and report, nothing written to the audience."""
    with _back_to(row, _State.RECEIVED):
        row.counts = _run(row, _leave, on_progress)
        row.state = _State.CHECKED
        row.save(update_fields=["counts", "state"])


def _leave(*, rulings: list[Ruling]) -> None:
    """The dry run: what was judged is only reported."""


def commit(*, row: SubscriberImport, on_progress: OnProgress | None = None) -> None:
    """Take a claimed import in, all or nothing; everything is judged again. Then the file goes."""
    with _back_to(row, _State.CHECKED), transaction.atomic():
        at = timezone.now()
        row.committed_at = at
        write = partial(take, batch_of=row, at=at)
        row.counts = _run(row, write, on_progress)
        row.state = _State.COMMITTED
        row.save(update_fields=["counts", "state", "committed_at"])
    import_files.forget(row.pk, "upload")
    logger.info("event=import_committed import=%s new=%s", row.pk, row.counts["new"])


def undo(*, row: SubscriberImport) -> None:
    """Take back what a claimed import made. Raises ImportRefused once a letter has left since."""
    with _back_to(row, _State.COMMITTED), transaction.atomic():
        sent = row.sent_since()
        if sent is not None:
            raise ImportRefused(
                f"L'envoi « {sent.subject} » est parti depuis : l'import ne s'annule plus."
            )
        row.counts |= take_back(batch_of=row)
        row.state, row.undone_at = _State.UNDONE, timezone.now()
        row.save(update_fields=["counts", "state", "undone_at"])


@contextmanager
def _back_to(row: SubscriberImport, state: str) -> Iterator[None]:
    """Whatever stops a step, the import is again where it was, with the reason."""
    try:
        yield
    except BaseException as error:
        fault = "L'étape a été interrompue ; rien n'a été écrit."
        if isinstance(error, FileRefused | ImportRefused):
            fault = str(error)
        elif isinstance(error, IntegrityError):
            fault = "Une inscription est arrivée en même temps ; rien n'a été écrit. Recommencez."
        row.state = state
        if state != _State.COMMITTED:
            row.committed_at = None
        SubscriberImport.objects.filter(pk=row.pk).update(state=state, fault=fault)
        if isinstance(error, IntegrityError):
            raise ImportRefused(fault) from error
        raise


def _run(
    row: SubscriberImport, act: Callable[..., object], on_progress: OnProgress | None
) -> dict[str, int]:
    """Read the whole file; counts by verdict, and `lines` and `doubts`."""
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
            rulings = judge(people=batch, series=series)
            act(rulings=rulings)
            counts.update(ruling.verdict.value for ruling in rulings)
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
    if row.state not in (_State.RECEIVED, _State.CHECKED):
        raise ImportRefused("Cet import a écrit au fichier : il s'annule, il ne s'oublie pas.")
    import_files.forget(row.pk)
    row.delete()
