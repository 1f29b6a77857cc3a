"""A database that other processes see: committed rows, removed one by one afterwards.

Not `transactional_db`: its flush also takes the rows that migrations wrote, and with `--reuse-db`
they never come back.
"""

from collections.abc import Iterator

from django.db import connection

from wagtail.models import Page

import pytest

from newsletters.models import (
    ConsentEvent,
    Delivery,
    Mailing,
    Periodical,
    Subscriber,
    Subscription,
)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        _clean()
        yield
        _clean()
        connection.close()


def _clean() -> None:
    for model in (Delivery, Mailing, ConsentEvent, Subscription, Subscriber):
        model.objects.all().delete()
    for page in Page.objects.get(depth=1).get_children():
        page.specific.delete()
    Periodical.objects.all().delete()
