"""Reads printed documents back, as an assistive technology or a search engine would."""

import re
from io import BytesIO

from pypdf import PdfReader


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def texts(pdf: bytes) -> list[str]:
    """The text of each page, on one line, words cut at the end of a line made whole."""
    return [whole(page.extract_text()) for page in reader(pdf).pages]


def whole(text: str) -> str:
    text = re.sub(r"[-\u00ad\u2010]\n", "", text)
    text = text.replace("\u200b", "").replace("\u2060", "")
    # One glyph draws both hyphens: within a line, it is the hard one.
    text = text.replace("\u00ad", "-")
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def alternatives(pdf: bytes) -> list[str]:
    """The /Alt of every structure element, in document order."""
    found: list[str] = []

    def walk(element) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif hasattr(element, "get"):
            if "/Alt" in element:
                found.append(str(element["/Alt"]))
            walk(element.get("/K", []))

    walk(reader(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def roles(pdf: bytes) -> list[str]:
    """The structure types, « /H1 », « /P », « /Figure »…, in document order."""
    found: list[str] = []

    def walk(element) -> None:
        element = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(element, list):
            for child in element:
                walk(child)
        elif hasattr(element, "get"):
            if "/S" in element:
                found.append(str(element["/S"]))
            walk(element.get("/K", []))

    walk(reader(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found
