"""`make test`: the suite on SQLite and, where one answers, on PostgreSQL at the same time.

With CI=true an absent PostgreSQL is a failure; elsewhere the reason is printed and the run
goes on without it. Arguments are handed to pytest.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def postgres_problem() -> str:
    """Why no PostgreSQL can be used, or an empty string."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return ""


def run(title: str, arguments: list[str]) -> int:
    print(f"\n=== {title} ===", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env=os.environ, check=False).returncode


def start_postgres(arguments: list[str], scratch: Path) -> subprocess.Popen[bytes]:
    """The same suite in a process of its own, that shares no file with the first; its output
    goes to `scratch`/output, to be read afterwards rather than between the other's lines."""
    # The browser says nothing about the database that the other tests do not.
    chosen = [*arguments, "-m", "not browser"] if "-m" not in arguments else arguments
    own = {"DATABASE_URL": POSTGRES, "RESONANCES_VAR": str(scratch / "var")}
    cache = f"cache_dir={scratch / 'cache'}"
    command = [sys.executable, "-m", "pytest", "-o", cache, *chosen]
    with (scratch / "output").open("wb") as output:
        return subprocess.Popen(
            command, env=os.environ | own, stdout=output, stderr=subprocess.STDOUT
        )


def run_both(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="resonances-postgres-") as folder:
        scratch = Path(folder)
        beside = start_postgres(arguments, scratch)
        try:
            status = run("SQLite (PostgreSQL runs beside it)", arguments)
            other = beside.wait()
        finally:
            beside.kill()
        print("\n=== PostgreSQL ===", flush=True)
        print((scratch / "output").read_text(errors="replace"), flush=True)
    return status or other


def main(arguments: list[str]) -> int:
    os.environ.pop("DATABASE_URL", None)
    problem = postgres_problem()
    if not problem:
        return run_both(arguments)
    status = run("SQLite", arguments)
    print(f"\nPostgreSQL: tests skipped, no server answers ({problem}).")
    return 1 if os.environ.get("CI") else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
