"""`make bench [ONLY=name]`: each benchmark beside what a user would use instead.

Prints a table and, as its last line, one JSON object {benchmark: {value, unit, baseline,
ratio}}. Figures depend on the machine; the ratios, measured in the same run, travel better.
"""

import importlib
import json
import os
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import django

import tests.benchmarks as package


class Figure(TypedDict):
    value: float
    unit: str
    baseline: float | None
    ratio: float | None


def names() -> list[str]:
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in modules if not name.startswith("_"))


@contextmanager
def scratch_database() -> Iterator[None]:
    """A migrated database of the benchmarks' own, dropped afterwards."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def show(results: dict[str, Figure]) -> None:
    print(f"\n{'mesure':<44} {'valeur':>12} {'unité':<14} {'référence':>12} {'rapport':>9}")
    for name, figure in results.items():
        baseline = "–" if figure["baseline"] is None else f"{figure['baseline']:.4g}"
        ratio = "–" if figure["ratio"] is None else f"× {figure['ratio']:.3g}"
        print(f"{name:<44} {figure['value']:>12.4g} {figure['unit']:<14} {baseline:>12} {ratio:>9}")


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")
    # Beside the developer's own database, and never the database of a running test.
    os.environ.setdefault("RESONANCES_VAR", tempfile.mkdtemp(prefix="resonances-bench-"))
    wanted = arguments or names()
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"Mesure inconnue : {', '.join(unknown)}. Au choix : {', '.join(names())}.")
        return 2
    django.setup()
    results: dict[str, Figure] = {}
    with scratch_database():
        for name in wanted:
            print(f"… {name}", flush=True)
            results |= importlib.import_module(f"tests.benchmarks.{name}").run()
    show(results)
    print(json.dumps(results, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
