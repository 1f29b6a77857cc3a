"""Reads printed documents back, as an assistive technology or a search engine would."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject


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


def elements(pdf: bytes) -> Iterator[DictionaryObject]:
    """The elements of the structure tree, in document order."""
    yield from _below(reader(pdf).trailer["/Root"]["/StructTreeRoot"])


def _below(element: Any) -> Iterator[DictionaryObject]:
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for child in element:
            yield from _below(child)
    elif isinstance(element, DictionaryObject):
        yield element
        yield from _below(element.get("/K", []))


def alternatives(pdf: bytes) -> list[str]:
    """The /Alt of every structure element that has one."""
    return [str(element["/Alt"]) for element in elements(pdf) if "/Alt" in element]


def roles(pdf: bytes) -> list[str]:
    """The structure types, « /H1 », « /P », « /Figure »…"""
    return [str(element["/S"]) for element in elements(pdf) if "/S" in element]


def figures(pdf: bytes) -> list[str]:
    """The /Alt of every figure, "" for one without."""
    return [str(e.get("/Alt", "")) for e in elements(pdf) if e.get("/S") == "/Figure"]


def links(pdf: bytes) -> list[str]:
    """Where the links lead, page by page."""
    notes = (note.get_object() for page in reader(pdf).pages for note in page.get("/Annots", []))
    return [str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})]
