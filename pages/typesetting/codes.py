"""QR codes: how paper leads back to the site."""

from io import BytesIO

import segno


def qr_code(address: str) -> bytes:
    """SVG of the address, deep on white, with the quiet zone of ISO/IEC 18004 (4 modules)."""
    stream = BytesIO()
    segno.make_qr(address, error="m").save(
        stream, kind="svg", border=4, dark="#0f4c5c", light="#ffffff", xmldecl=False
    )
    return stream.getvalue()
