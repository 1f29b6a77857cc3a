"""Sends in a process of its own, as a worker does: time and memory are the sender's alone."""

import json
import os
import subprocess
import sys
import tempfile

from tests.benchmarks._sender import Run
from tests.benchmarks._stage import ROOT, sink
from tests.crash.processes import database_url


def sent(mailing_id: int, *, delay_ms: float = 0, **variables: str) -> Run:
    """Send what is planned of a mailing; `variables` are added to the environment."""
    with sink(delay_ms) as (host, port), tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cms.settings.test",
            "DATABASE_URL": database_url(),
            "RESONANCES_VAR": folder,
            "EMAIL_HOST": host,
            "EMAIL_PORT": str(port),
        }
        command = [sys.executable, "-m", "tests.benchmarks._sender", str(mailing_id)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment | variables, stdout=subprocess.PIPE, check=True
        )
    return Run(**json.loads(done.stdout.splitlines()[-1]))
