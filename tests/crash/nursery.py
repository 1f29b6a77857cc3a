"""`python -m tests.crash.nursery COMMAND…`: loads Django once, forks a worker per « start »."""

import os
import sys

import django
from django.core.management import CommandError, call_command


def main(command: list[str]) -> None:
    django.setup()
    for line in sys.stdin:
        verb, _, worker = line.strip().partition(" ")
        if verb == "start":
            print(_born(command), flush=True)
        elif verb == "wait":
            _, status = os.waitpid(int(worker), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
        else:
            print("ready", flush=True)


def _born(command: list[str]) -> int:
    if (child := os.fork()) != 0:
        return child
    sys.stdin.close()
    try:
        call_command(*command)
    except CommandError:
        os._exit(1)
    except BaseException:  # noqa: BLE001 — a fork must never go on as its mother
        sys.excepthook(*sys.exc_info())
        os._exit(2)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
