"""A real relay on the loopback, and a journal directory of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.smtp_sink import SmtpSink


@pytest.fixture
def journal(settings, tmp_path: Path) -> Path:
    settings.NEWSLETTER_JOURNAL_DIR = tmp_path / "journal"
    return settings.NEWSLETTER_JOURNAL_DIR


@pytest.fixture
def relay(settings, journal) -> Iterator[SmtpSink]:
    """Receives what the configured transport sends; its rules may be changed on the way."""
    with SmtpSink(keep=True) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = sink.host, sink.port, 2
        yield sink
