"""What every test may ask for."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the real documents; the test is skipped, with the reason, without it."""
    if not SEEDS.is_dir():
        pytest.skip("les documents réels (../shared/seeds) ne sont pas sur cette machine")
    return SEEDS
