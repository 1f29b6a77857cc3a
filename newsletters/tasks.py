"""The same sending on many machines: procrastinate wakes it through PostgreSQL.

A wake-up carries no work, it only says « look at the ledger ». So one that is lost is made up for
by the next turn, one too many finds nothing to do, and a late one does what is due by then.
Imported by procrastinate alone, which is installed with NEWSLETTER_SCALE_OUT.
"""

import time
from contextlib import suppress
from typing import Final

from django.db import connection

from asgiref.sync import async_to_sync
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from newsletters import errands
from newsletters.clock import launch_due, resume_due
from newsletters.delivery.send import run
from newsletters.delivery.worker import recover_dead
from newsletters.models import Mailing
from newsletters.nightly import do_chores

_QUEUE: Final = "newsletters"
# Of two jobs that wait, a turn goes first: it is short, and other mailings depend on it.
_FIRST: Final = 10
# Before one more process joins: while the first group is in other hands, each finds nothing.
_JOIN_SECONDS: Final = 1
# Then a process takes the next job: were all of them to stay with a long mailing until its end,
# nobody would answer the forms nor launch what is due.
_TURN_SECONDS: Final = 10.0


def work() -> None:
    """Be one of the processes that are woken, until SIGTERM or SIGINT."""
    recover_dead()
    connection.close()  # the jobs run in another thread, with a connection of its own
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker()


@app.periodic(cron="* * * * * */5")
@app.task(queue=_QUEUE, priority=_FIRST, queueing_lock="newsletters.turn", pass_context=True)
def turn(context: JobContext, timestamp: int) -> None:
    """Every five seconds, on whichever machine is free: what the hour asks for, then wake-ups."""
    recover_dead()
    do_chores()
    resume_due()
    launch_due()
    _forget_killed(context)
    for mailing in Mailing.objects.filter(state=Mailing.State.SENDING).order_by("started_at", "pk"):
        if mailing.has_work():
            wake(mailing.pk)


@app.periodic(cron="* * * * * */2")
@app.task(queue=_QUEUE, priority=_FIRST, queueing_lock="newsletters.errands", pass_context=True)
def serve_forms(context: JobContext, timestamp: int) -> None:
    """Whoever has just filled in a form is waiting for a mail."""
    errands.run_due(should_stop=context.should_abort)


@app.task(queue=_QUEUE, pass_context=True)
def deliver(context: JobContext, mailing_id: int) -> None:
    """Share for a moment in the sending of a mailing, having woken one more process for it."""
    recover_dead()  # the journals of this machine can be read on this machine only
    sending = Mailing.objects.filter(pk=mailing_id, state=Mailing.State.SENDING).first()
    if sending is not None and sending.has_work():
        wake(mailing_id, seconds=_JOIN_SECONDS)
        until = time.monotonic() + _TURN_SECONDS
        run(mailing_id, should_stop=lambda: context.should_abort() or time.monotonic() > until)


def wake(mailing_id: int, *, seconds: int = 0) -> None:
    """Have some free process look at a mailing; nothing when one is already called for."""
    call = deliver.configure(
        queueing_lock=f"newsletters.deliver.{mailing_id}", schedule_in={"seconds": seconds}
    )
    with suppress(AlreadyEnqueued):
        call.defer(mailing_id=mailing_id)


def _forget_killed(context: JobContext) -> None:
    """Remove the jobs of killed processes. Not run again: the ledger knows what is left to do."""
    jobs = context.app.job_manager
    for job in async_to_sync(jobs.get_stalled_jobs)(queue=_QUEUE):
        async_to_sync(jobs.finish_job)(job=job, status=Status.FAILED, delete_job=True)
