"""No row is taken by two workers: processes that claim side by side, judged by their own lists."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from newsletters.models import Delivery
from tests.builders import make_sending
from tests.crash.processes import PATIENCE, ROOT, database_url

WORKERS = 8
ROWS = 20_000
# Forks of one process that has imported everything, held until all are born: they claim together.
PROGRAM = """
import os, sys
import django
django.setup()
from newsletters.delivery.claim import claim
mailing, workers = int(sys.argv[1]), sys.argv[2:]
gate, opening = os.pipe()
children = []
for worker in workers:
    if child := os.fork():
        children.append(child)
        continue
    os.close(opening)
    os.read(gate, 1)  # ends when the last writer has closed
    with open(worker, "w") as taken:
        while batch := claim(mailing, os.path.basename(worker), limit=100):
            taken.writelines(f"{row.pk}\\n" for row in batch.rows)
    os._exit(0)
os.close(opening)
sys.exit(max(os.waitpid(child, 0)[1] for child in children) and 1)
"""


@pytest.mark.usefixtures("committed_db")
def test_eight_workers_claim_twenty_thousand_rows_and_none_of_them_twice(tmp_path: Path):
    mailing = make_sending(ROWS)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
        "DATABASE_URL": database_url(),
        "RESONANCES_VAR": str(tmp_path),
    }
    lists = [tmp_path / f"worker-{number}" for number in range(WORKERS)]
    command = [sys.executable, "-c", PROGRAM, str(mailing.pk), *map(str, lists)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr.decode()
    taken = Counter(int(line) for path in lists for line in path.read_text().split())
    assert taken == Counter(Delivery.objects.values_list("pk", flat=True))
    assert len(taken) == ROWS
    for path in lists:
        owned = set(Delivery.objects.filter(worker=path.name).values_list("pk", flat=True))
        assert owned == {int(line) for line in path.read_text().split()}
