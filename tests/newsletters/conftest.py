"""A real relay and a real mailbox on the loopback, a journal directory of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mail_boxes import PASSWORD, USER, Imap, MailBox, Pop3
from tests.smtp_sink import SmtpSink
from tests.tls import self_signed

Open = Callable[[list[bytes]], MailBox]


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


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch) -> Path:
    folder = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    return folder


@pytest.fixture(params=["pop", "imap"])
def opened(request, settings, trusted) -> Iterator[Open]:
    """A function: the mailbox with these messages, as `read_bounces` is set to find it."""
    kind = {"pop": Pop3, "imap": Imap}[request.param]
    boxes = []

    def open_box(messages: list[bytes]) -> MailBox:
        box = MailBox(kind, trusted, messages).__enter__()
        boxes.append(box)
        name = request.param.upper()
        for key, value in (("HOST", "127.0.0.1"), ("PORT", box.port)):
            setattr(settings, f"BOUNCE_{name}_{key}", value)
        setattr(settings, f"BOUNCE_{name}_USER", USER)
        setattr(settings, f"BOUNCE_{name}_PASSWORD", PASSWORD)
        box.way = f"--{request.param}"
        return box

    yield open_box
    for box in boxes:
        box.__exit__()
