"""Uploaded lists, their reports and their progress: private files, out of reach of any address.

Under `NEWSLETTER_IMPORT_DIR`, which no server serves; the list goes as soon as it is taken in, and
anything older than a day goes in the night, or with the next upload.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from newsletters.audience_files import FileRefused
from newsletters.audience_files.opening import MAX_BYTES

_KEPT_SECONDS: Final = 24 * 3600


def _path(key: int, suffix: str) -> Path:
    folder = Path(settings.NEWSLETTER_IMPORT_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{key}.{suffix}"


def upload(key: int) -> Path:
    return _path(key, "upload")


def report(key: int) -> Path:
    """Line by line what became of the file; no address in it. Lives as long as the upload may."""
    return _path(key, "report.csv")


def keep(key: int, chunks: Iterable[bytes]) -> str:
    """Write the upload; its SHA-256. Raises FileRefused beyond the largest size."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(upload(key), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise FileRefused(f"Le fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def forget(key: int, *suffixes: str) -> None:
    for suffix in suffixes or ("upload", "report.csv", "progress"):
        _path(key, suffix).unlink(missing_ok=True)


def forget_old() -> int:
    """Delete what is older than a day; how many files."""
    limit = time.time() - _KEPT_SECONDS
    gone = 0
    for path in _path(0, "upload").parent.iterdir():
        with suppress(FileNotFoundError):  # another worker was quicker
            if path.stat().st_mtime < limit:
                path.unlink()
                gone += 1
    return gone


def tell_progress(key: int, **values: Any) -> None:
    """A file, not a row: rows of a transaction under way are seen by nobody."""
    draft = _path(key, "progress.new")
    draft.write_text(json.dumps(values), encoding="utf-8")
    draft.replace(_path(key, "progress"))


def progress(key: int) -> tuple[dict[str, Any], float | None]:
    """What was last told, and its age in seconds; nothing and None before anything was."""
    path = _path(key, "progress")
    try:
        return json.loads(path.read_text(encoding="utf-8")), time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return {}, None
