"""A PDF over HTTP, opened in the browser's own reader."""

from django.http import HttpResponse

HEADERS = {
    # In place of the site's policy: under « object-src 'none' », browsers refuse to open their
    # own PDF reader. A PDF runs nothing of ours.
    "Content-Security-Policy": "frame-ancestors 'self'",
}


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """`name`: of the file, a slug."""
    disposition = f'inline; filename="{name}.pdf"'
    headers = HEADERS | {"Content-Disposition": disposition}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
