"""What every test may ask for, and which tests a second database has something to say about."""

from collections.abc import Iterator
from pathlib import Path

from django.core.cache import cache
from django.db import connection
from django.db.backends.base.creation import BaseDatabaseCreation

import pytest

from tests import emptying

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
# By one of these (or by the mark `django_db`) a test, or a fixture of its, asks for the database.
# Without them pytest-django refuses every query.
DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "live_server",
    "django_db_setup",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
}
LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the real documents; the test is skipped, with the reason, without it."""
    if not SEEDS.is_dir():
        pytest.skip("les documents réels (../shared/seeds) ne sont pas sur cette machine")
    return SEEDS


@pytest.fixture(scope="session", autouse=True)
def _quickly_emptied() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "deserialize_db_from_string", emptying.put_back)
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", emptying.only_the_filled)
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """No transaction rolls the cache back: site, renditions, and former domains for one minute,
    at the end of which whichever test came then would count one query more."""
    cache.clear()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="leave out what no database changes: `make test` runs it on SQLite",
    )


def depends_on_the_database(item: pytest.Item) -> bool:
    """`one_database` is for tests that need a row or two to render or parse something.

    Never for what writes words from outside (PostgreSQL bounds their length and refuses the nul
    character), nor for constraints, locks, triggers, transactions, searches, lists and their order,
    counts of queries, imports or kills: there the databases differ.
    """
    if item.get_closest_marker("one_database"):
        return False
    fixtures = getattr(item, "fixturenames", [])
    return bool(item.get_closest_marker("django_db")) or not DATABASE_FIXTURES.isdisjoint(fixtures)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("only_database"):
        return
    pure = [item for item in items if not depends_on_the_database(item)]
    items[:] = [item for item in items if depends_on_the_database(item)]
    config.hook.pytest_deselected(items=pure)
    config.stash[LEFT_OUT] = len(pure)


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    count = config.stash.get(LEFT_OUT, 0)
    said = f"--only-database: {count} tests that no database changes are left to SQLite's run"
    return said if count else ""
