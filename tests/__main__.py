"""`make test`: the suite on SQLite, then on PostgreSQL where one answers.

With CI=true an absent PostgreSQL is a failure; elsewhere the reason is printed and the run
goes on without it. Arguments are handed to pytest.
"""

import os
import subprocess
import sys

import psycopg

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


def postgres_problem() -> str:
    """Why no PostgreSQL can be used, or an empty string."""
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return ""


def run(title: str, arguments: list[str], **environment: str) -> int:
    print(f"\n=== {title} ===", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def main(arguments: list[str]) -> int:
    os.environ.pop("DATABASE_URL", None)
    status = run("SQLite", arguments)
    problem = postgres_problem()
    if problem:
        print(f"\nPostgreSQL: tests skipped, no server answers ({problem}).")
        return 1 if os.environ.get("CI") else status
    # The browser says nothing about the database that the other tests do not.
    chosen = [*arguments, "-m", "not browser"] if "-m" not in arguments else arguments
    return status or run("PostgreSQL", chosen, DATABASE_URL=POSTGRES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
