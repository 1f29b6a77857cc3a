"""No row, history, log line or error says who somebody is: words leave the screens that way."""

from django.apps import apps
from django.utils import timezone

from wagtail.models import ModelLogEntry, PageLogEntry

import pytest

from newsletters import consent
from newsletters.audience_admin.adding import PersonForm
from newsletters.models import Subscriber
from newsletters.tokens import Dated
from tests.builders import make_home
from tests.newsletters.marked import MARK, Marked, address

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(relay, settings, tmp_path) -> Marked:
    settings.NEWSLETTER_IMPORT_DIR = tmp_path / "imports"
    make_home()
    return Marked(relay)


def test_no_row_calls_itself_by_a_name(marked):
    """What Wagtail, a console, a log or an error repeats of a row: `str` and `repr`."""
    rows = [
        row
        for model in apps.get_app_config("newsletters").get_models()
        for row in model._base_manager.all()
    ]
    assert len({type(row) for row in rows}) > 14
    assert [row for row in rows if MARK in f"{row} {row!r}".lower()] == []
    lines = [*ModelLogEntry.objects.all(), *PageLogEntry.objects.all()]
    assert lines
    for line in lines:
        assert MARK not in f"{line.label} {line.data} {line.message}".lower()


@pytest.fixture
def talkative(caplog) -> None:
    caplog.set_level("DEBUG")


def test_no_log_line_of_a_whole_life_holds_anybody(talkative, marked, caplog):
    said = [
        f"{record.name} {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.get_records("setup")
        # The statements themselves, which no setting of ours ever writes.
        if not record.name.startswith(("django.db", "asyncio"))
    ]
    assert len([line for line in said if line.startswith("newsletters")]) > 30
    assert [line for line in said if MARK in line.lower()] == []


REFUSALS = {
    "by hand": lambda marked: consent.enrol_by_hand(
        email=address("active"), values={}, letters=[marked.letter], territories=[], themes=[],
        basis="consent", source="Bulletin", notified_at=None, notice_text="",
    ),
    "malformed": lambda marked: Subscriber(email=f"{MARK}@").full_clean(),
    "link": lambda marked: consent.bearer(access=Dated(0, timezone.now())),
    "nobody": lambda marked: Subscriber.objects.get(email_key=address("nobody")),
}  # fmt: skip


@pytest.mark.parametrize("act", REFUSALS)
def test_no_error_quotes_the_address_it_is_about(marked, act):
    """What an operation raises is shown or logged by whoever called it."""
    with pytest.raises(Exception) as raised:  # noqa: PT011  (any: only its words matter)
        REFUSALS[act](marked)
    assert MARK not in f"{raised.value} {raised.value!r}".lower()


def test_a_form_repeats_what_was_typed_in_its_field_only(marked):
    form = PersonForm({"email": f"{MARK}@"})
    assert MARK not in form.errors.as_json()
