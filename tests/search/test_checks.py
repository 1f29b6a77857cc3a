"""The engine that the settings name."""

from django.db import connection

import pytest

from search.checks import engine_exists

# It opens no database, and what is expected depends on which one it is.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("whoosh", []),
        ("search.index.WhooshEngine", []),
        ("sphinx", ["search.E001"]),
        ("search.index.Nothing", ["search.E001"]),
        ("postgres", [] if connection.vendor == "postgresql" else ["search.E002"]),
    ],
)
def test_an_engine_that_could_not_work_is_said_at_start(settings, chosen, expected):
    settings.SEARCH_ENGINE = chosen
    assert [found.id for found in engine_exists(None)] == expected
