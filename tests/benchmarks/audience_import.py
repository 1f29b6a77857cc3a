"""An import of 100,000 rows, dry run and writing: its time, its memory, and how long it makes
another writer wait, which on SQLite is what a sending would feel.

`AUDIENCE_IMPORT_SIZE` chooses how many.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from newsletters.models import Attempt, Periodical
from tests.benchmarks._importer import Taken
from tests.benchmarks._stage import ROOT
from tests.crash.processes import database_url

SIZE = int(os.environ.get("AUDIENCE_IMPORT_SIZE", "100000"))
_EVERY = 0.05


def run() -> dict[str, dict[str, float | str | None]]:
    letter = Periodical.objects.create(
        code="import", title="Essai", sender_name="C", sender_email="lettre@example.org"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "liste.csv"
        path.write_text(_rows(), encoding="utf-8")
        taken, longest = _imported(path, letter.pk, folder)
    assert taken.new == SIZE, taken
    figures = {
        "": (taken.seconds, "s"),
        "_cpu": (taken.cpu, "s CPU"),
        "_memory": (taken.peak - taken.bare, "Mo en plus"),
        "_longest_wait": (longest * 1000, "ms d'attente"),
    }
    return {
        f"import_{SIZE}{name}": {"value": value, "unit": unit, "baseline": None, "ratio": None}
        for name, (value, unit) in figures.items()
    }


def _rows() -> str:
    lines = ["Courriel;Prénom;Nom;Organisme;Fonction;Type d'acteur"]
    kinds = ("Élu·e", "Association", "")
    lines += [
        f"i{number}@example.org;Prénom;Nom{number % 5000};Organisme {number % 3000};"
        f"Chargé·e de mission;{kinds[number % 3]}"
        for number in range(SIZE)
    ]
    return "\n".join(lines)


def _imported(path: Path, letter: int, folder: str) -> tuple[Taken, float]:
    """The import in a process of its own; meanwhile this one writes a row every 50 ms."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        "DATABASE_URL": database_url(),
        "RESONANCES_VAR": folder,
    }
    command = [sys.executable, "-m", "tests.benchmarks._importer", str(path), str(letter)]
    longest = 0.0
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            started = time.perf_counter()
            Attempt.objects.create(digest="mesure")
            longest = max(longest, time.perf_counter() - started)
            time.sleep(_EVERY)
        assert process.stdout
        told = process.stdout.read()
    assert process.returncode == 0, process.returncode
    return Taken(**json.loads(told.splitlines()[-1])), longest
