"""Clean the text that PDF extraction leaves: from bytes to numbered lines and blocks."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

# A programme of 100 pages is 0.3 MB of text; what is much longer is another kind of file, and
# reading it whole for its layout would take minutes.
LARGEST = 5_000_000  # bytes

Line = tuple[int, str]  # 1-based line number in the file, cleaned text

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SIGNATURES = {b"%PDF": "un PDF", b"PK\x03\x04": "un document Word, LibreOffice ou une archive"}
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€")
_ADDRESS = re.compile(
    r"\b(?:rue|avenue|av\.|boulevard|bd|place|allée|chemin|quai|cours|impasse|square|route)\b"
    r".*\b\d{5}\b",
    re.IGNORECASE,
)
_MAIL_AND_SITE = re.compile(r"^\W*\S+@\S+\s*[-–—|•/]\s*(?:https?://|www\.)\S+\W*$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^[-–—\s]*(?:p(?:age)?\.?\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?[-–—\s]*$", re.I)


class ImportTextError(ValueError):
    """The file cannot be read as text; the message is French and made for the editor."""


def read_file(path: Path) -> str:
    """Return the text of a file.

    Raises ImportTextError when there is none to read there, or far too much.
    """
    try:
        if path.is_dir():
            raise ImportTextError("C’est un dossier : donnez un fichier texte.")
        if not path.exists():
            raise ImportTextError("Fichier introuvable.")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except PermissionError as error:
        raise ImportTextError("Fichier illisible : la lecture en est refusée.") from error
    except OSError as error:
        raise ImportTextError(f"Fichier illisible (erreur {error.errno} du système).") from error
    if len(data) > LARGEST:
        raise ImportTextError(f"Le fichier dépasse {LARGEST // 1_000_000} Mo de texte.")
    return read_text(data)


def read_text(data: bytes) -> str:
    """Decode an uploaded text file: UTF-8 with or without BOM, else Windows-1252.

    Raises ImportTextError when the file is empty, binary, or mixes encodings.
    """
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise ImportTextError(f"Ce fichier est {kind} : il faut d’abord en extraire le texte.")
    if b"\0" in data:
        raise ImportTextError(
            f"Ligne {_line_of(data, data.index(0))} : le fichier n’est pas du texte (octet nul). "
            "Enregistrez-le en UTF-8."
        )
    text = _decode(data)
    if not text.strip():
        raise ImportTextError("Le fichier est vide.")
    odd = sum(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v" for char in text)
    if odd * 20 > len(text):
        raise ImportTextError("Le fichier n’est pas du texte (trop de caractères de commande).")
    return text


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
    message = (
        f"Ligne {line} : caractère illisible, ni UTF-8 ni Windows-1252. "
        "Enregistrez le fichier en UTF-8."
    )
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ImportTextError(message) from error
    if _MOJIBAKE.search(text):  # UTF-8 with a damaged byte: read as 1252 it would be « Ã© »
        raise ImportTextError(message)
    return text


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def clean(text: str) -> str:
    """Return `text` in NFC without control, invisible or private characters.

    Line feeds stay where they are, so that line numbers still point into the file.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    return unicodedata.normalize("NFC", "".join(map(_clean_char, text)))


def _clean_char(char: str) -> str:
    if char == "\n":
        return char
    if char == "\uf0b7":  # the bullet of Word's Symbol font
        return "•"
    category = unicodedata.category(char)
    if category in {"Cf", "Co", "Cs", "Cn"}:
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else char


def content_lines(text: str) -> list[Line]:
    """Return the cleaned, numbered lines; running headers, footers and bold marks are blanked."""
    lines = [
        " ".join(line.replace("**", "").split(" ")).strip() for line in clean(text).split("\n")
    ]
    lines = [re.sub(r"[ \t]{2,}", " ", line) for line in lines]
    running = _repeated(lines)
    return [
        (number, "" if is_footer(line) or _undated(line) in running else line)
        for number, line in enumerate(lines, start=1)
    ]


def is_footer(line: str) -> bool:
    """Tell whether a line is a page footer: postal address, address and site, page number."""
    if len(line) > 160:
        return False
    address = "@" not in line and _ADDRESS.search(line) and re.search(r"\s[-–—|•]\s", line)
    return bool(address or _MAIL_AND_SITE.match(line) or _PAGE_NUMBER.match(line))


def _undated(line: str) -> str:
    return re.sub(r"\d+", "", line).casefold().strip(" -–—|")


def _repeated(lines: Iterable[str]) -> set[str]:
    """Return the long lines printed on three pages or more; short ones may be labels."""
    counts: dict[str, int] = {}
    for line in lines:
        if len(line.split()) >= 5 and not line.startswith(("©", "📍")):
            counts[_undated(line)] = counts.get(_undated(line), 0) + 1
    return {line for line, count in counts.items() if count >= 3}


def blocks(lines: Iterable[Line]) -> list[list[Line]]:
    """Group lines into printed blocks, separated by blank lines."""
    found: list[list[Line]] = [[]]
    for number, line in lines:
        if line:
            found[-1].append((number, line))
        elif found[-1]:
            found.append([])
    return [block for block in found if block]
