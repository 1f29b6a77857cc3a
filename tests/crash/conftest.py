"""A database that other processes see: rows committed, and flushed after each test."""

import pytest


@pytest.fixture
def committed_db(django_db_serialized_rollback: None, transactional_db: None) -> None:
    """What migrations wrote comes back before each test: the flush takes it away."""
