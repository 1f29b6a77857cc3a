"""No address in a log: not ours, and not those that a database or a relay repeats in its errors.

PostgreSQL's unique violation reads « Key (email_key)=(…) already exists », and the traceback of an
unexpected error ends with it.
"""

import logging
import re
from typing import Final

from django.utils.log import ServerFormatter

# As typed, or as a URL writes it.
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]{}'\"=,;:&?/]+(?:@|%40)[^\s<>()\[\]{}'\"=,;:&?/]+")


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("…", text) if "@" in text or "%40" in text else text


class Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_addresses(super().format(record))


class DiscreetServer(ServerFormatter):
    """Of the development server, which writes the whole address of each page asked for."""

    def format(self, record: logging.LogRecord) -> str:
        return without_addresses(super().format(record))
