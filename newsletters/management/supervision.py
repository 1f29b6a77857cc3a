"""Several processes of one command: started together, replaced when they die, stopped together."""

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence

from django.conf import settings

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
# A process that dies at its start would otherwise be started five times a second.
_RESTART_SECONDS = 2.0


def supervise(arguments: Sequence[str], count: int, *, stop: threading.Event, restart: bool) -> int:
    """Run `count` processes of a management command; the worst exit status.

    Processes of their own, not forks: they share neither connections nor locks with this one.
    Without `restart`, ends when all have; otherwise at `stop`, which they are told by SIGTERM.
    """
    running = [_start(arguments) for _ in range(count)]
    worst = 0
    while running and not stop.wait(_LOOK_SECONDS):
        ended = [process for process in running if process.poll() is not None]
        for process in ended:
            running.remove(process)
            worst = max(worst, abs(process.returncode))
            if restart and not stop.wait(_RESTART_SECONDS):
                logger.error("event=worker_restarted status=%s", process.returncode)
                running.append(_start(arguments))
    for process in running:
        process.terminate()
    for process in running:
        worst = max(worst, abs(process.wait()))
    return 0 if restart else worst


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603
