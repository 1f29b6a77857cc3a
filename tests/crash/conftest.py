"""A database that other processes see: committed rows, removed one by one afterwards.

Not `transactional_db`: its flush also takes the rows that migrations wrote, and with `--reuse-db`
they never come back.
"""

from collections.abc import Iterator

from django.db import connection

from wagtail.models import Page, Site

import pytest

from newsletters.models import (
    ConsentEvent,
    Delivery,
    Mailing,
    Periodical,
    SendingRules,
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
    for model in (Delivery, Mailing, ConsentEvent, Subscription, Subscriber, SendingRules):
        model.objects.all().delete()
    _plain_tree()
    Periodical.objects.all().delete()


def _plain_tree() -> None:
    """A site whose root is one plain page, as Wagtail's own migrations leave it."""
    root = Page.objects.get(depth=1)
    pages = list(root.get_children())
    welcome = root.add_child(instance=Page(title="Welcome", slug=f"welcome-{pages[-1].pk}"))
    # Before the pages go: a site disappears with its root page.
    Site.objects.update(root_page=welcome)
    for page in pages:
        page.specific.delete()
