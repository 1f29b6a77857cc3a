"""`make test`: the suite on SQLite and, where one answers, on PostgreSQL, in several processes.

PostgreSQL's parts leave out what no database changes (`--only-database`, see conftest.py) and the
browser. With CI=true an absent PostgreSQL is a failure; elsewhere the reason is printed and the
run goes on without it. Arguments are handed to pytest: all they name runs on both.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import psycopg

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
# They mostly wait, for other processes and for Chromium: beside the rest, they fill no core.
APART = ["tests/crash", "tests/browser"]
# Half of the rest, by the measured time: in one process it would end long after the others.
HALF = ["tests/newsletters"]
REST = [f"--ignore={folder}" for folder in [*APART, *HALF]]


class Part(NamedTuple):
    """One pytest process. An empty `database` is SQLite, in a file of its own."""

    title: str
    arguments: list[str]
    database: str = ""


class Running(NamedTuple):
    part: Part
    process: subprocess.Popen[bytes]
    output: Path


def postgres_problem() -> str:
    """Why no PostgreSQL can be used, or an empty string."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return ""


def parts(arguments: list[str], *, postgres: bool) -> list[Part]:
    """What to run at the same time: the first is read while it runs, the others afterwards."""
    if arguments:
        # The browser says nothing about the database that the other tests do not.
        chosen = arguments if "-m" in arguments else [*arguments, "-m", "not browser"]
        both = [Part("SQLite", arguments), Part("PostgreSQL", chosen, POSTGRES)]
        return both if postgres else both[:1]
    # One process more on PostgreSQL would cost the migrations once more: 47 s of a core.
    every = [
        Part("SQLite", REST),
        Part("SQLite: the letters", HALF),
        Part("SQLite: killed processes and browser", APART),
        Part("PostgreSQL", ["--ignore=tests/browser", "--only-database"], POSTGRES),
    ]
    return every if postgres else every[:-1]


def migrate(scratch: Path) -> Path:
    """An SQLite file with every migration: they cost 43 s of a core, so the parts share them."""
    own = {"RESONANCES_VAR": str(scratch), "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    command = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"]
    subprocess.run(command, env=os.environ | own, check=True)
    return scratch / "unused.sqlite3"  # as the settings of the tests name it


def prepare(part: Part, scratch: Path, migrated: Path | None) -> tuple[list[str], dict[str, str]]:
    """Its command and environment: it shares no file with the others."""
    var = scratch / "var"
    var.mkdir(parents=True)
    own = {"RESONANCES_VAR": str(var)}
    command = [sys.executable, "-m", "pytest", *part.arguments]
    if part.database:
        own["DATABASE_URL"] = part.database
    elif migrated:
        shutil.copy(migrated, var / "test.sqlite3")
        command.append("--reuse-db")
    return command, os.environ | own


def start(part: Part, scratch: Path, migrated: Path | None = None) -> Running:
    """What it says goes to `output`, to be read afterwards rather than between the first's
    lines."""
    command, environment = prepare(part, scratch, migrated)
    command += ["-o", f"cache_dir={scratch / 'cache'}"]
    with (scratch / "output").open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    return Running(part, process, scratch / "output")


def run(every: list[Part]) -> int:
    """All of them; the first status that is not 0, or 0."""
    first, *others = every
    running: list[Running] = []
    with tempfile.TemporaryDirectory(prefix="resonances-tests-") as folder:
        scratch = Path(folder)
        try:
            # PostgreSQL's own migrations run meanwhile, on the other core.
            others.sort(key=lambda part: not part.database)
            migrated = None
            for number, part in enumerate(others):
                if not part.database:
                    migrated = migrated or migrate(scratch / "migrated")
                running.append(start(part, scratch / str(number), migrated))
            print(f"\n=== {first.title} ({len(others)} more beside it) ===", flush=True)
            command, environment = prepare(first, scratch / "first", migrated)
            statuses = [subprocess.run(command, env=environment, check=False).returncode]
            statuses += [one.process.wait() for one in running]
        finally:
            for one in running:
                one.process.kill()
        for one in running:
            print(f"\n=== {one.part.title} ===", flush=True)
            print(one.output.read_text(errors="replace"), flush=True)
    return next(filter(None, statuses), 0)


def main(arguments: list[str]) -> int:
    os.environ.pop("DATABASE_URL", None)
    problem = postgres_problem()
    status = run(parts(arguments, postgres=not problem))
    if not problem:
        return status
    print(f"\nPostgreSQL: tests skipped, no server answers ({problem}).")
    return 1 if os.environ.get("CI") else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
