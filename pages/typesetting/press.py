"""The press: a typst template of ours, data and pictures in; a tagged PDF/UA-1 out.

Texts travel as JSON, which typst reads as text: a title can hold « # », « $ » or « <x> ».
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

import typst

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SHARED = TEMPLATES / "typesetting"
MAX_BYTES = 8 * 1024 * 1024
# Stands for what no font of ours can draw: PDF/UA wants every character drawn.
SUBSTITUTE = "□"
# A text of three alphabets unknown to our fonts is refused rather than printed in squares.
MAX_REPLACED = 60

_UNDRAWABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_RUST_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
# Pictographs: replaced all at once, the compiler names them one by one.
_PICTOGRAPHS = re.compile("[\U0001f000-\U0001faff\U000e0000-\U000e007f\ufe0f\u200d]+")


class TypesettingError(Exception):
    """The document cannot be printed; the message is French and meant for the editor."""


@dataclass(frozen=True, slots=True)
class Printed:
    """`spans`: for each mark of the template, its first and last page, from 1.

    `replaced`: the characters that no font draws, printed as « □ ».
    """

    pdf: bytes
    pages: int
    spans: dict[str, tuple[int, int]]
    replaced: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    # The same bytes on every machine: only the fonts inside the wheel.
    return typst.Fonts(include_system_fonts=False)


def print_pdf(template: str, data: Mapping[str, Any], files: Mapping[str, bytes]) -> Printed:
    """The PDF of `template` (a path under templates/) filled with `data`.

    `files`: pictures by the name the data calls them (JPEG, PNG or SVG). Raises
    TypesettingError when the compiler refuses them, or above 8 MB of data.
    """
    texts = json.dumps(data, ensure_ascii=False)
    replaced: list[str] = []
    while len(replaced) <= MAX_REPLACED:
        if len(texts.encode()) > MAX_BYTES:
            raise TypesettingError("Le document dépasse 8 Mo de texte : scindez-le.")
        try:
            return _compile(template, texts, files, tuple(replaced))
        except typst.TypstError as error:
            culprit = _UNDRAWABLE.search(error.message)
            if culprit is None:
                raise TypesettingError(_said(error)) from error
            found = _unescaped(culprit[1])
            cleaned = _replace(texts, found, replaced)
            if cleaned == texts:
                raise TypesettingError(_said(error)) from error
            texts = cleaned
    raise TypesettingError(
        "Trop de caractères n'existent pas dans les polices d'impression, à commencer par "
        f"« {' '.join(replaced[:5])} » : retirez-les."
    )


def _compile(
    template: str, texts: str, files: Mapping[str, bytes], replaced: tuple[str, ...]
) -> Printed:
    # A folder rather than an archive in memory: the compiler answers queries only there.
    with TemporaryDirectory(prefix="print-") as folder:
        root = Path(folder)
        for path in (*SHARED.glob("*.typ"), TEMPLATES / template):
            (root / path.name).write_bytes(path.read_bytes())
        (root / "data.json").write_text(texts, encoding="utf-8")
        for name, content in files.items():
            (root / name).write_bytes(content)
        compiler = typst.Compiler(
            root / Path(template).name, root=root, font_paths=_fonts(), ignore_system_fonts=True
        )
        pdf = compiler.compile(pdf_standards="ua-1")
        marks = json.loads(compiler.query("<mark>", field="value"))
    spans: dict[str, tuple[int, int]] = {}
    for mark in marks:
        first, last = spans.get(mark["key"], (mark["page"], mark["page"]))
        spans[mark["key"]] = (min(first, mark["page"]), max(last, mark["page"]))
    return Printed(pdf, spans.pop("", (1, 1))[1], spans, replaced)


def _replace(texts: str, found: str, replaced: list[str]) -> str:
    if _PICTOGRAPHS.search(found):
        replaced.extend(dict.fromkeys(_PICTOGRAPHS.findall(texts)))
        return _PICTOGRAPHS.sub(SUBSTITUTE, texts)
    # Characters one by one: the compiler may name a word of which one letter is missing.
    odd = [char for char in dict.fromkeys(found) if ord(char) > 0x7F]
    replaced.extend(odd)
    return texts.translate({ord(char): SUBSTITUTE for char in odd})


def _unescaped(text: str) -> str:
    return _RUST_ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)


def _said(error: typst.TypstError) -> str:
    if "image" in error.message:
        return (
            "Une image n'a pas pu être imprimée : son fichier est abîmé ou d'un format inconnu. "
            f"({error.message})"
        )
    return f"La mise en page a échoué. Le compositeur répond : {error.message}"
