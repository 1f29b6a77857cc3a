"""Read a PDF from standard input, write its texts as JSON; run as `python -m search.pdf_reader`.

A process of its own, with its own limits of memory and time: a crafted or damaged file may make
any reader loop or swell, and must then take down nothing but this process.
"""

import io
import json
import logging
import resource
import sys

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MEMORY = 1_500_000_000  # bytes
SECONDS = 60
MOST_PAGES = 600
LONGEST_PAGE = 20_000  # characters
# What pypdf lets out on a damaged file, beside its own errors.
_DAMAGE = (
    PyPdfError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable()
    try:
        reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
        total = len(reader.pages)
        pages = [_text(reader, n) for n in range(min(total, MOST_PAGES))]
        answer = {"total": total, "pages": pages, "error": ""}
    except (*_DAMAGE, OSError, MemoryError, ImportError) as error:
        answer = {"total": 0, "pages": [], "error": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.write(json.dumps(answer))


def _text(reader: PdfReader, number: int) -> str:
    """The text of one page; a page that cannot be read is blank, the others are kept."""
    try:
        return reader.pages[number].extract_text()[:LONGEST_PAGE]
    except _DAMAGE:
        return ""


if __name__ == "__main__":
    main()
