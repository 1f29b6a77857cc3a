"""Parts of a document, so that a sound or a film can be played from any point.

Django and Wagtail answer every request with the whole file: Safari then refuses to play, and
other browsers cannot move in a recording. One range at a time (RFC 9110, 14.2); anything else
gets the whole file, as the standard allows.
"""

import re

from django.http import HttpRequest, HttpResponse

from pages.models import CentreDocument

RANGE = re.compile(r"^bytes=(?P<first>\d{0,15})-(?P<last>\d{0,15})$")
# Wagtail drops a streaming answer of this hook, so a part is held in memory: players that ask
# for « everything from here » get this much and ask again (RFC 9110, 15.3.7).
LARGEST_PART = 4 * 1024 * 1024


def wanted_span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte, both included; None for a header to ignore.

    Raises ValueError when the range lies outside the file.
    """
    match = RANGE.match(header.strip())
    if not match or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        first, last = max(0, size - int(match["last"])), size - 1
    else:
        first = int(match["first"])
        last = min(int(match["last"] or size - 1), size - 1)
        if match["last"] and int(match["last"]) < first:
            return None
    if first > last:
        raise ValueError(f"No byte {first} in {size}")
    return first, last


def serve_part(document: CentreDocument, request: HttpRequest) -> HttpResponse | None:
    """`before_serve_document`, after the embargo: 206 or 416, or None for the whole file."""
    header, etag = request.headers.get("Range"), f'"{document.get_file_hash()}"'
    if not header or request.headers.get("If-Range", etag) != etag:
        return None
    size = document.file.size
    try:
        span = wanted_span(header, size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if span is None:
        return None
    first, last = span
    content = _bytes(document, first, min(last - first + 1, LARGEST_PART))
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": document.content_disposition,
        "Content-Length": str(len(content)),
        "Content-Range": f"bytes {first}-{first + len(content) - 1}/{size}",
        "Content-Security-Policy": "default-src 'none'",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, status=206, content_type=document.content_type, headers=headers)


def _bytes(document: CentreDocument, first: int, length: int) -> bytes:
    with document.file.storage.open(document.file.name, "rb") as source:
        source.seek(first)
        return source.read(length)
