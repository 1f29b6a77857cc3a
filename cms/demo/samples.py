"""Small files drawn by code for the demonstration: a one-page PDF and a chime."""

import io
import math
import struct
import textwrap
import wave

RATE = 8_000
NOTES = (392.0, 523.25, 659.25, 783.99)


def pdf(title: str, text: str) -> bytes:
    """One A4 page of plain text. Helvetica in WinAnsi, which has all of French."""
    lines = [title, "", *textwrap.wrap(text, 82), "", "Document de démonstration."]
    shown = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    stream = f"BT /F1 11 Tf 56 780 Td 16 TL {shown} ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _assembled(objects)


def _escaped(line: str) -> str:
    known = line.encode("cp1252", "replace").decode("cp1252")
    return known.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assembled(objects: list[bytes]) -> bytes:
    """Number the objects and write the cross-reference table (ISO 32000-1, 7.5.4)."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(out)


def chime(seconds: float = 4) -> bytes:
    """Four soft notes: stands in for an episode, whose words are in its transcript."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        span = int(RATE * seconds / len(NOTES))
        for note in NOTES:
            sound.writeframes(
                b"".join(
                    struct.pack("<h", int(_loudness(t, span) * _wave(note, t))) for t in range(span)
                )
            )
    return buffer.getvalue()


def _wave(note: float, t: int) -> float:
    return math.sin(2 * math.pi * note * t / RATE)


def _loudness(t: int, span: int) -> float:
    attack = min(1.0, t / 80)
    return 9_000 * attack * (1 - t / span) ** 2
