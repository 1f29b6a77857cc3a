"""The steps of an import in the background: the browser only looks on."""

import logging

from django.db import transaction

from django_tasks import task

from newsletters import importing
from newsletters.audience_files import FileRefused
from newsletters.importing import ImportRefused
from newsletters.models import SubscriberImport

logger = logging.getLogger(__name__)


def start(*, row: SubscriberImport, step: str) -> None:
    """Claim a step (« check », « commit », « undo ») and have it done soon.

    Raises ImportRefused when the step may not begin.
    """
    importing.claim(row=row, step=step)
    transaction.on_commit(lambda: run_step.enqueue(row.pk, step))


@task()
def run_step(import_id: int, step: str) -> None:
    """Do a claimed step. What stops it is kept on the row, in French, for the screen."""
    row = SubscriberImport.objects.filter(pk=import_id).first()
    if row is None or row.state != importing.STEPS[step][1]:
        return
    try:
        getattr(importing, step)(row=row)
    except (FileRefused, ImportRefused):
        logger.info("event=import_refused import=%s step=%s", import_id, step)
