"""A whole index opened in a thread: nobody waits for it longer than he may.

Reading the columns of 20,000 documents takes a second, two on a busy machine. Whoever comes first
starts it; who cannot wait leaves, and the next one finds it open.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Generic, TypeVar

Opened = TypeVar("Opened")


class Opening(Generic[Opened]):
    """One at a time, of the index that is in use; the caller holds a lock."""

    def __init__(self) -> None:
        self._location: Path | None = None
        self._future: Future[Opened] | None = None

    def of(
        self, location: Path, make: Callable[[Path], Opened], timeout: float | None
    ) -> Opened | None:
        """What `make` made, or raise what it raised; None after `timeout` seconds, while it goes
        on."""
        if self._future is None or self._location != location:
            self._location, self._future = location, Future()
            # A daemon: a restart never waits for it.
            threading.Thread(
                target=_run, args=(self._future, make, location), name="search-open", daemon=True
            ).start()
        future = self._future
        if not wait([future], timeout).done:
            return None
        self._future = None
        return future.result()


def _run(future: "Future[Opened]", make: Callable[[Path], Opened], location: Path) -> None:
    try:
        future.set_result(make(location))
    except Exception as error:  # noqa: BLE001  raised again by who waits
        future.set_exception(error)
