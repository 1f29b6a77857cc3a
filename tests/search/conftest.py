"""An index of its own for each test, and no work behind its back."""

from pathlib import Path

import pytest

from search import glossary


@pytest.fixture(autouse=True)
def index_directory(tmp_path: Path, settings) -> Path:
    settings.SEARCH_INDEX_DIR = tmp_path / "index"
    settings.SEARCH_FOLLOW = "inline"
    glossary.forget()
    return settings.SEARCH_INDEX_DIR
