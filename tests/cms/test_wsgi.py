import gc
from collections.abc import Iterator

from django.urls import clear_url_caches, get_resolver

import pytest


@pytest.fixture
def collector() -> Iterator[None]:
    """Importing `cms.wsgi` freezes this process too: what the tests leave must stay collectable."""
    yield
    gc.unfreeze()


def test_a_web_server_reads_its_addresses_then_the_collector_leaves_its_code_alone(collector):
    from cms.wsgi import settle

    gc.unfreeze()
    clear_url_caches()
    settle()
    read = get_resolver().__dict__["url_patterns"]
    assert all(read is not one for one in gc.get_objects())
    assert gc.get_freeze_count() > 50_000
    assert gc.isenabled()
    later: list[object] = []
    assert any(later is one for one in gc.get_objects())
