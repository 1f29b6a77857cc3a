"""What the log says of an error: never an address, whoever repeats it; and no mail of it."""

import logging
import logging.config
from io import StringIO

from django.conf import settings
from django.core import mail
from django.db import IntegrityError

import pytest

from newsletters.models import Subscriber

ADDRESS = "claire.martin@example.org"
SAID = (
    ADDRESS,
    f"Key (email_key)=({ADDRESS}) already exists.",
    f"<{ADDRESS}>: unknown",
    "GET /admin/abonnes/?q=claire.martin%40example.org&p=2",
    "claire.martin@médiathèque.example.org",
    f"mailto:{ADDRESS}?subject=aide",
)


@pytest.fixture
def written():
    """What the loggers of the site write, in the site's own formats."""
    streams = {"console": StringIO(), "server": StringIO()}
    config = {**settings.LOGGING, "handlers": {
        name: {**handler, "stream": streams[name]}
        for name, handler in settings.LOGGING["handlers"].items()
    }}  # fmt: skip
    logging.config.dictConfig(config)
    yield lambda: "".join(stream.getvalue() for stream in streams.values())
    logging.config.dictConfig(settings.LOGGING)


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("name", ["newsletters.consent", "django.request", "django.server"])
def test_no_line_holds_an_address(written, said, name):
    logging.getLogger(name).error("event=essai %s", said)
    try:
        raise IntegrityError(said)
    except IntegrityError:
        logging.getLogger(name).exception("event=essai")
    lines = written()
    assert "event=essai" in lines
    assert "Traceback" in lines
    assert "martin" not in lines
    assert "…" in lines


@pytest.mark.django_db
def test_the_error_of_a_database_is_written_without_the_address_it_quotes(
    client, written, settings, monkeypatch
):
    """PostgreSQL's message has the value; whatever the visitor typed is not mailed either."""
    settings.ADMINS = [("Admin", "admin@example.org")]
    Subscriber.objects.create(email=ADDRESS)

    def twice(*args: object, **kwargs: object) -> None:
        Subscriber.objects.create(email=ADDRESS)

    monkeypatch.setattr("newsletters.preferences_views.leave_link_demand", twice)
    client.raise_request_exception = False
    assert client.post("/lettre/mon-lien/", {"email": ADDRESS}).status_code == 500
    assert "IntegrityError" in written()
    assert "claire" not in written()
    assert not mail.outbox
