"""Which encoding a text file is in, decided on the whole file and never by halves."""

import codecs
import re
from pathlib import Path
from typing import Final

from newsletters.audience_files.table import FileRefused

_CHUNK: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LABELS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
# UTF-8 with one damaged byte: read as Windows-1252 every accent would be « Ã© ».
_MOJIBAKE: Final = re.compile("[ÃÂ][\u00a0-\u00bf]|Ã[€‚‡ˆ‰ŠŽ™›]|Å“|â€")


def encoding_of(path: Path) -> str:
    """UTF-8 or UTF-16 (with or without mark), else Windows-1252: a name of Python's codecs.

    Raises FileRefused, with the line, for a NUL byte and for what is none of the three.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    marked = (encoding for mark, encoding in _BOMS if head.startswith(mark))
    encoding = next(marked, None) or _unmarked(head)
    if encoding.startswith("utf-16"):
        return encoding
    line = _damaged_line(path, encoding)
    if line is None:
        return encoding
    if encoding == "utf-8" and not _was_utf8(path):
        line = _damaged_line(path, "cp1252")
        if line is None:
            return "cp1252"
    raise FileRefused(
        f"Ligne {line} : caractère illisible, ni UTF-8 ni Windows-1252. Enregistrez le fichier au "
        "format « CSV UTF-8 »."
    )


def label(encoding: str) -> str:
    return _LABELS[encoding]


def _unmarked(head: bytes) -> str:
    """Half the bytes of Western text in UTF-16 are zero, always the same half."""
    pairs = len(head) // 2
    if pairs > 1 and head[1::2].count(0) > pairs * 0.7:
        return "utf-16-le"
    if pairs > 1 and head[::2].count(0) > pairs * 0.7:
        return "utf-16-be"
    return "utf-8"


def _was_utf8(path: Path) -> bool:
    with path.open(encoding="cp1252", errors="replace", newline="") as text:
        return any(_MOJIBAKE.search(part) for part in iter(lambda: text.read(_CHUNK), ""))


def _damaged_line(path: Path, encoding: str) -> int | None:
    """The first line that is not text in this encoding; None when all is. Refuses NUL bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            if (zero := chunk.find(0)) >= 0:
                number = line + chunk.count(b"\n", 0, zero)
                raise FileRefused(f"Ligne {number} : octet nul, ce fichier n'est pas du texte.")
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object.count(b"\n", 0, error.start)
            if not chunk:
                return None
            line += chunk.count(b"\n")
