"""A process killed while its provider holds a batch: in doubt, until the provider's own notices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.test import Client

import pytest

from newsletters.models import Delivery, Mailing
from tests.builders import make_sending
from tests.crash.processes import Nursery, judge, until
from tests.provider_api import ProviderApi, Taken, Trouble

pytestmark = pytest.mark.usefixtures("committed_db")
BATCH = 40
READERS = 200
SECOND = {f"lecteur{n:05d}@example.org" for n in range(BATCH + 1, 2 * BATCH + 1)}
NOBODY = "lecteur00055@example.org"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "taken.tsv"


@pytest.fixture
def api(log: Path) -> Iterator[ProviderApi]:
    with ProviderApi(log=log) as api:
        yield api


def killed_during_the_second_batch(name: str, api: ProviderApi, tmp_path: Path) -> Mailing:
    """And ended by another process; the mailing, finished."""
    keys = {f"ANYMAIL_{key}": value for key, value in api.settings().items()}
    chosen = {
        "NEWSLETTER_TRANSPORT": "provider",
        "EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend",
        "NEWSLETTER_PROVIDER_BATCH": str(BATCH),
    }
    mailing = make_sending(READERS)
    with Nursery(api, tmp_path, **keys, **chosen) as nursery:
        worker = nursery.start()
        until(lambda: len(api.calls) == 2)
        until(lambda: len(api.taken) == 2 * BATCH or not api.troubles[0].after)
        assert nursery.kill(worker)
        assert nursery.wait(nursery.start()) == 0
    return mailing


def doubted() -> set[str]:
    return set(Delivery.objects.filter(state="uncertain").values_list("email", flat=True))


def postmark(client: Client, message: Taken) -> None:
    said: dict[str, Any] = {"RecordType": "Delivery", "DeliveredAt": "2026-03-01T10:00:00Z"}
    if message.recipient == NOBODY:
        said = {"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-03-01T10:00:00Z"}
    said |= {"Recipient": message.recipient, "Metadata": message.note, "MessageID": "1-2"}
    tell(client, "postmark", said)


def sendgrid(client: Client, message: Taken) -> None:
    said = {"event": "delivered", "email": message.recipient, "timestamp": 1772359200}
    if message.recipient == NOBODY:
        said |= {"event": "bounce", "type": "bounce", "status": "5.1.1"}
    tell(client, "sendgrid", [said | message.note | {"sg_event_id": message.recipient}])


def tell(client: Client, name: str, said: Any) -> None:
    answer = client.post(
        f"/anymail/{name}/tracking/",
        said,
        content_type="application/json",
        HTTP_AUTHORIZATION="Basic bGV0dHJlOnNlY3JldA==",
    )
    assert answer.status_code == 200


@pytest.mark.filterwarnings("ignore:django-anymail has dropped")
@pytest.mark.parametrize("notice", [postmark, sendgrid])
def test_each_reader_of_the_batch_is_settled_by_the_notice_about_them(
    client, api, log, tmp_path, notice
):
    api.troubles = [Trouble(hang=20, after=True, match=min(SECOND), times=1)]
    mailing = killed_during_the_second_batch(notice.__name__, api, tmp_path)
    verdict = judge(log, mailing)
    assert (verdict.doubled, verdict.missing, verdict.invented) == (set(), set(), set())
    assert verdict.uncertain == SECOND
    for _twice in range(2):
        for message in api.taken:
            notice(client, message)
    assert doubted() == set()
    equation = mailing.equation()
    assert equation.balances
    assert (equation.accepted, equation.refused) == (READERS - 1, 1)
    assert Delivery.objects.get(state="refused").email == NOBODY


def test_a_batch_that_never_arrived_stays_named_and_is_not_sent_again(api, log, tmp_path):
    api.troubles = [Trouble(503, hang=20, match=min(SECOND), times=1)]
    mailing = killed_during_the_second_batch("postmark", api, tmp_path)
    verdict = judge(log, mailing)
    assert verdict.missing == verdict.uncertain == SECOND == doubted()
    assert verdict.doubled == set()
