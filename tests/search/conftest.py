"""An index of its own for each test, and no work behind its back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from django.db import connection

import pytest

from search import advisory, glossary, locks
from search.engine import Engine
from search.index import WhooshEngine
from search.postgres import PostgresEngine

# Every test of what any engine must do runs on each that this database allows.
ENGINES = ["whoosh", *(["postgres"] if connection.vendor == "postgresql" else [])]


@pytest.fixture(autouse=True)
def index_directory(tmp_path: Path, settings) -> Path:
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    settings.SEARCH_FOLLOW = "inline"
    glossary.forget()
    return settings.SEARCH_INDEX_DIR


# Said by a mark rather than by `getfixturevalue`: `--only-database` sees it before the run.
@pytest.fixture(
    params=[
        pytest.param(engine, marks=pytest.mark.django_db if engine == "postgres" else ())
        for engine in ENGINES
    ]
)
def new_engine(request, index_directory: Path) -> Callable[[], Engine]:
    """Makes an engine on the index of this test, as another process would."""
    if request.param == "postgres":
        return PostgresEngine
    return lambda: WhooshEngine(index_directory)


# What Whoosh answers from its files is the same beside any database: only PostgreSQL's own engine
# goes on being asked there, by the same tests.
@pytest.fixture(
    params=[
        pytest.param(engine, marks=pytest.mark.one_database if engine == "whoosh" else ())
        for engine in ENGINES
    ]
)
def site_engine(request, settings) -> str:
    """The site searches with this engine."""
    settings.SEARCH_ENGINE = request.param
    return request.param


@pytest.fixture
def lose_index(site_engine: str, index_directory: Path) -> Callable[[], None]:
    def lose() -> None:
        if site_engine == "whoosh":
            (index_directory / "CURRENT").unlink()
            return
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_archive")

    return lose


@pytest.fixture
def rebuild_lock(site_engine: str, index_directory: Path) -> AbstractContextManager[None]:
    """What another process holds while it rebuilds."""
    if site_engine == "postgres":
        return advisory.held(advisory.REBUILD)
    index_directory.mkdir()
    return locks.held(index_directory / "rebuild.lock")
